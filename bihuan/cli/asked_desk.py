"""What can be asked of the desk and of its database: serve, import, holes, audit, export."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from bihuan.cli.words import Words


def commands(command: Callable[[str, str, str], argparse.ArgumentParser], words: Words) -> None:
    """Add them; ``command(name, zh, en)`` makes the parser of one."""
    _serve(command("serve", "开指挥台：网页、数据库、后台一起启动", "the desk: pages, database and worker"), words)
    _import(command("import", "导入：把台账文件夹装进指挥台的库", "ledgers into the desk's database"), words)
    _holes(command("holes", "指挥台的库里的漏洞，现在的或当时的", "the desk's holes, now or as known then"), words)
    made = command("audit", "对指挥台的库全面查漏", "a full audit of the desk's database")
    made.add_argument(
        "--verify",
        action="store_true",
        help=words("只与活账核对，不同则退出码为 1", "hold it against the live state; 1 where they differ"),
    )
    data(made, words)
    made = command("export", "导出：库里的台账写成 check 能读的文件", "the desk's ledgers as files that check reads")
    made.add_argument("folder", metavar="DIR", help=words("写到这个文件夹，空的或新的", "a folder, new or empty"))
    data(made, words)


def data(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "--data",
        metavar="DIR",
        help=words(
            "数据目录；默认 /var/lib/bihuan 或 ~/.local/share/bihuan；设了 DATABASE_URL 就用那个数据库",
            "data directory (default /var/lib/bihuan or ~/.local/share/bihuan); DATABASE_URL names another database",
        ),
    )


def _serve(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "--port", type=int, default=8000, metavar="N", help=words("端口，默认 8000", "port (default 8000)")
    )
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="HOST", help=words("监听地址，默认 127.0.0.1", "address to listen on")
    )
    parser.add_argument(
        "--address",
        metavar="URL",
        help=words(
            "大家在浏览器里用的网址，写进发出的消息，如 https://bihuan.example",
            "the address that people use in their browsers, written into messages, e.g. https://bihuan.example",
        ),
    )
    parser.add_argument(
        "--proxy",
        metavar="ADDRESSES",
        help=words(
            "前面的反向代理的地址或网段，用逗号分开：只信它们写的 X-Forwarded-For，如 127.0.0.1,10.0.0.0/24",
            "addresses or networks of the proxies before the desk, whose X-Forwarded-For alone is believed, "
            "e.g. 127.0.0.1,10.0.0.0/24",
        ),
    )
    data(parser, words)
    parser.add_argument(
        "--demo",
        action="store_true",
        help=words(
            "库是空的就装入演示县（虚构）；它的时钟从下午两点走起，停了再起接着走",
            "load the invented county into an empty database; its clock starts at 14:00 and stands while the desk does",
        ),
    )
    parser.add_argument(
        "--now",
        metavar="TIME",
        help=words("系统时钟从这一刻走起（演示、演练），如 2022-01-06T14:00", "start the system's clock at TIME"),
    )


def _import(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("folder", metavar="DIR", help=words("台账文件夹，或一个文件", "folder of ledgers, or one file"))
    parser.add_argument("--rejects", metavar="FILE", help=words("读不了的行写到这里", "rows that can't be read"))
    data(parser, words)


def _holes(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "--as-of",
        metavar="TIME",
        help=words(
            "当时所知的漏洞，如 2022-01-06T14:00；默认现在的", "as known then, e.g. 2022-01-06T14:00 (default now)"
        ),
    )
    formats = words("以 .csv .xlsx .parquet .json 结尾", "ends in .csv, .xlsx, .parquet or .json")
    parser.add_argument(
        "--out", metavar="FILE", help=words(f"问题清单写到这里：{formats}", f"list of holes: {formats}")
    )
    parser.add_argument("--pending", action="store_true", help=words("也列待办的", "also what is still to be done"))
    parser.add_argument(
        "--only",
        metavar="LOOP",
        action="append",
        default=[],
        help=words("只列这个漏洞或闭环", "a hole or a loop"),
    )
    parser.add_argument("--area", metavar="CODE", help=words("只列这个区划代码之内的", "only within this area code"))
    data(parser, words)
