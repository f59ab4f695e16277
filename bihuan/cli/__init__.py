"""The command: ``bihuan check`` and what goes with it.

Start-up counts: each command's module, and all that is heavy, is imported when it is asked for.
"""

from __future__ import annotations

import keyword
import os
import sys
from collections.abc import Sequence

from bihuan.cli.parser import build
from bihuan.cli.words import Stop, Words, spoken, version


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code: 0 no hole of 急 or 重, 1 some, 2 the input can't be read."""
    argv = list(sys.argv[1:] if argv is None else argv)
    words = spoken(argv)
    _streams()
    try:
        return _run(argv, words)
    except Stop as stop:
        print(words(stop.zh, stop.en), *stop.also, sep="\n", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever read the output has had enough of it (| head).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print(words("已中断，没有写出文件", "interrupted; no file was written"), file=sys.stderr)
        return 130
    except Exception as error:
        if os.environ.get("BIHUAN_DEBUG"):
            raise
        print(_said(error, words), file=sys.stderr)
        return 2


def _run(argv: list[str], words: Words) -> int:
    parser = build(words)
    asked = parser.parse_args(argv)
    if asked.version:
        print(f"bihuan {version()}")
        return 0
    if asked.command is None:
        parser.print_help()
        return 0
    from importlib import import_module

    run = import_module(f"bihuan.cli.{MODULES[asked.command]}")
    name = f"{asked.command}_" if keyword.iskeyword(asked.command) else asked.command
    return int(getattr(run, name)(asked, words))


MODULES = {
    "check": "check",
    "explain": "explain",
    "why": "why",
    "like": "like",
    "diff": "diff",
    "coverage": "coverage",
    "demo": "others",
    "template": "others",
    "handbook": "others",
    "compile": "others",
    "serve": "serve",
    "user": "user",
    "import": "live",
    "holes": "live",
    "brief": "brief",
    "audit": "live",
    "export": "live",
    "channel": "pressure",
    "gateway": "pressure",
    "delegate": "pressure",
    "told": "pressure",
    "notice": "notice",
}
"""Command → the module whose function of the same name runs it."""


def _streams() -> None:
    """Chinese is printed whatever the locale says; a name that is no text is shown as far as it is."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            ascii_only = (stream.encoding or "").lower() in ("ascii", "ansi_x3.4-1968", "us-ascii")
            stream.reconfigure(encoding="utf-8" if ascii_only else None, errors="replace")


def _said(error: Exception, words: Words) -> str:
    """What nobody foresaw, without a traceback."""
    kind = type(error).__name__
    first = (str(error).strip() or kind).splitlines()[0]
    if kind in ("OutOfMemoryException", "MemoryError"):
        return words(
            "内存不够：请关掉别的程序、换一台内存大的机器，或用 --only 一次查一个闭环",
            "out of memory: close other programs, take a larger machine, or check one loop at a time with --only",
        )
    if isinstance(error, OSError):
        return words(
            f"读写失败（{first}）：请检查文件和磁盘空间后重试", f"reading or writing failed ({first}): try again"
        )
    return words(
        f"程序出错（{kind}：{first}）：请用 BIHUAN_DEBUG=1 重跑一次，把输出发给维护者",
        f"an error in the program ({kind}: {first}): run again with BIHUAN_DEBUG=1 and send the output to its keepers",
    )
