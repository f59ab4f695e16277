"""The command line: what can be asked, and what is said of what cannot."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Callable
from typing import Any, NoReturn

from bihuan.cli import asked_desk as desk
from bihuan.cli import asked_pressure as pressure
from bihuan.cli.words import Stop, Words

EXITS = {
    "check": (
        "退出码：0 没有急、重漏洞；1 有；2 输入读不了",
        "exit status: 0 no hole of 急 or 重; 1 some; 2 the input can't be read",
    ),
    "diff": (
        "退出码：0 没有新增急、重漏洞；1 有；2 输入读不了",
        "exit status: 0 no hole of 急 or 重 opened; 1 some did; 2 the input can't be read",
    ),
    "like": (
        "退出码：0 查完；2 没有这个漏洞，或输入读不了",
        "exit status: 0 done; 2 no such hole, or input can't be read",
    ),
    "coverage": ("退出码：0 查完；2 输入读不了", "exit status: 0 done; 2 the input can't be read"),
}


class Formatter(argparse.HelpFormatter):
    """Help under a Chinese heading where Chinese is spoken."""

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, Parser.words("用法：", "usage: ") if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Raises Stop instead of leaving, with a sentence in the user's language."""

    words = Words("zh")

    def error(self, message: str) -> NoReturn:
        zh, en = _reworded(message, self)
        raise Stop(zh, en, (self.words(f"用法见 {self.prog} --help", f"see {self.prog} --help"),))


MESSAGES: tuple[tuple[str, str, str], ...] = (
    (r"the following arguments are required: (.*)", "缺少参数：{0}", "missing: {0}"),
    (r"unrecognized arguments: (.*)", "不认识的参数：{0}{near_zh}", "unknown argument: {0}{near_en}"),
    (r"argument (\S+).*: expected .*", "参数 {0} 后面缺少内容", "something must follow {0}"),
    (
        r"argument (.+?): invalid choice: '?(.*?)'? \(choose from (.*)\)",
        "不认识 {1}{near_zh}；可选：{2}",
        "unknown: {1}{near_en}; choose from {2}",
    ),
    (r"argument (\S+).*: invalid \w+ value: '(.*)'", "{0} 要一个数，读到的是“{1}”", "{0} takes a number, not '{1}'"),
)


def _reworded(message: str, parser: argparse.ArgumentParser) -> tuple[str, str]:
    for form, zh, en in MESSAGES:
        found = re.fullmatch(form, message)
        if found:
            words = found.groups()
            asked = words[1] if len(words) > 2 else words[0].split()[0]
            known = list(re.findall(r"[\w-]+", words[2])) if len(words) > 2 else list(parser._option_string_actions)
            near = difflib.get_close_matches(asked, known, 1, 0.6)
            marks = {"near_zh": f"（是不是 {near[0]}？）", "near_en": f" (did you mean {near[0]}?)"} if near else {}
            marks = {"near_zh": "", "near_en": "", **marks}
            return zh.format(*words, **marks), en.format(*words, **marks)
    return f"命令行有误：{message}", message


def build(words: Words) -> Parser:
    """The parser of every command, its help in the user's language."""
    Parser.words = words
    parser = _parser(
        "bihuan",
        words(
            "闭环：查找漏洞盲点，筑牢闭环管理的防线。指向台账文件夹，列出每一个漏洞、责任人和整改举措。",
            "Bihuan finds the holes and closes the loop: point it at a folder of ledgers, and it lists every hole, "
            "its owner and its remedy.",
        ),
        words,
        epilog=words("先试：bihuan demo 演示 && bihuan check 演示", "try: bihuan demo DEMO && bihuan check DEMO"),
    )
    parser.add_argument("--version", action="store_true", help=words("版本", "the version"))
    commands = parser.add_subparsers(dest="command", metavar=words("命令", "COMMAND"), parser_class=Parser)

    def command(name: str, zh: str, en: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name,
            help=words(zh, en),
            description=words(zh, en),
            epilog=words.of(EXITS[name]) if name in EXITS else None,
            add_help=False,
            allow_abbrev=False,
            formatter_class=Formatter,
        )
        _common(made, words)
        return made

    _check(command("check", "查漏：审计台账，列出漏洞", "audit ledgers, list the holes"), words)
    _explain(command("explain", "讲规则：条文、措施标准、出处、例子", "a hole's rule, orders, source, examples"), words)
    _why(command("why", "讲依据：一个漏洞所依据的台账行", "the rows on which one hole rests"), words)
    _like(command("like", "举一反三：别处同样的漏洞和险些成漏洞的", "the same hole and near misses elsewhere"), words)
    _diff(
        command("diff", "比变化：两次之间新增、闭合、仍在的漏洞", "what opened, closed, stayed between two audits"),
        words,
    )
    _coverage(command("coverage", "查盲点：没人看的批次、没人知的人、不记账的区域", "blind spots as shares"), words)
    _brief(command("brief", "出通报：PDF、Word 或 JSON", "a briefing, as PDF, Word or JSON"), words)
    _demo(command("demo", "写出演示县的台账（虚构）", "write the ledgers of an invented county"), words)
    made = command("template", "写出空白台账模板", "write a workbook of empty ledgers")
    made.add_argument("file", metavar="FILE.xlsx", help=words("写到哪里", "where to"))
    made = command("handbook", "写出漏洞手册、台账和参数的说明", "write the handbook of holes, ledgers and parameters")
    made.add_argument("folder", metavar="DIR", help=words("写到这个文件夹", "the folder to write to"))
    _user(command("user", "账号：谁能登录、能看什么", "accounts: who may sign in, and sees what"), words)
    desk.commands(command, words)
    pressure.commands(command, lambda made: _acts(made, words), words)
    made = command("compile", "预先编译规则，以后启动更快", "compile the rules, so that later runs start at once")
    made.add_argument("--anew", action="store_true", help=words("即使已有也重新编译", "even where they are compiled"))
    return parser


def _parser(prog: str, description: str, words: Words, epilog: str) -> Parser:
    parser = Parser(
        prog=prog,
        description=description,
        epilog=epilog,
        add_help=False,
        allow_abbrev=False,
        formatter_class=Formatter,
    )
    _common(parser, words)
    return parser


def _common(parser: argparse.ArgumentParser, words: Words) -> None:
    parser._positionals.title = words("参数", "arguments")
    parser._optionals.title = words("选项", "options")
    parser.add_argument("-h", "--help", action="help", help=words("这份说明", "this help"))
    parser.add_argument("--lang", choices=("zh", "en"), help=words("语言，默认 zh", "language (default zh)"))


def _as_of(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "--as-of",
        metavar="TIME",
        help=words("截至时间，默认现在；如 2022-01-06T14:00", "as of when (default now), e.g. 2022-01-06T14:00"),
    )


def _folder(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "folder", metavar="DIR", help=words("台账文件夹，或一个工作簿", "folder of ledgers, or one workbook")
    )


def _check(parser: argparse.ArgumentParser, words: Words) -> None:
    _folder(parser, words)
    _as_of(parser, words)
    _out(parser, words, "问题清单", "the list of holes")
    parser.add_argument(
        "--rejects",
        metavar="FILE",
        help=words("读不了的行写到这里；默认在 --out 旁边", "rows that can't be read (default beside --out)"),
    )
    parser.add_argument("--history", action="store_true", help=words("也列迟办的", "also those closed late"))
    parser.add_argument("--pending", action="store_true", help=words("也列待办的", "also what is still to be done"))
    _narrowed(parser, words)


def _narrowed(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "--only",
        metavar="LOOP",
        action="append",
        default=[],
        help=words("只查这个漏洞或闭环，如 arrival 或 arrival.silent", "a hole or a loop: arrival, arrival.silent"),
    )
    _area(parser, words)


def _area(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("--area", metavar="CODE", help=words("只列这个区划代码之内的", "only within this area code"))


def _out(parser: argparse.ArgumentParser, words: Words, zh: str, en: str) -> None:
    formats = words("以 .csv .xlsx .parquet .json 结尾", "ends in .csv, .xlsx, .parquet or .json")
    parser.add_argument("--out", metavar="FILE", help=words(f"{zh}写到这里：{formats}", f"{en}: {formats}"))


def _diff(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "places",
        metavar="DIR",
        nargs="+",
        help=words(
            "一个台账文件夹（配 --from、--to），或两个：文件夹或 check --out 存下的清单，先旧后新",
            "one folder of ledgers (with --from, --to), or two, the older first: folders, or lists of check --out",
        ),
    )
    parser.add_argument("--from", metavar="TIME", help=words("先前的截至时间", "the earlier as-of time"))
    parser.add_argument("--to", metavar="TIME", help=words("后来的截至时间，默认现在", "the later one (default now)"))
    _out(parser, words, "变化", "the changes")
    _narrowed(parser, words)


def _explain(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument(
        "hole",
        metavar="HOLE",
        nargs="?",
        help=words("漏洞，如 arrival.silent；不写则列出全部", "a hole, e.g. arrival.silent; without it all are listed"),
    )
    parser.add_argument(
        "--dir", metavar="DIR", help=words("也讲这里的台账中现行的标准", "also the orders in force here")
    )
    _as_of(parser, words)


def _why(parser: argparse.ArgumentParser, words: Words) -> None:
    _one(parser, words)
    _as_of(parser, words)


def _one(parser: argparse.ArgumentParser, words: Words) -> None:
    """[DIR] HOLE SUBJECT [ITEM], as glue.addressed reads it."""
    parser.usage = words(
        f"{parser.prog} [选项] [DIR] HOLE SUBJECT [ITEM]", f"{parser.prog} [options] [DIR] HOLE SUBJECT [ITEM]"
    )
    parser.add_argument(
        "words",
        metavar="[DIR] HOLE SUBJECT [ITEM]",
        nargs="+",
        help=words(
            "台账文件夹（不写则是当前文件夹）、漏洞（如 arrival.silent）、对象（如证件号）、分项（有多个时）",
            "folder of ledgers (else the current one), hole (e.g. arrival.silent), its subject, its item of several",
        ),
    )


def _like(parser: argparse.ArgumentParser, words: Words) -> None:
    _one(parser, words)
    _as_of(parser, words)
    parser.add_argument(
        "--within",
        metavar="HOURS",
        type=float,
        default=24.0,
        help=words("几小时内到期算将到期，默认 24", "due within so many hours is soon (default 24)"),
    )
    _out(parser, words, "同样的漏洞", "the likenesses")


def _coverage(parser: argparse.ArgumentParser, words: Words) -> None:
    _folder(parser, words)
    _as_of(parser, words)
    _out(parser, words, "盲点", "the blind spots")
    _area(parser, words)


def _brief(parser: argparse.ArgumentParser, words: Words) -> None:
    _folder(parser, words)
    _as_of(parser, words)
    parser.add_argument(
        "--since",
        metavar="TIME",
        help=words("新增、闭合与何时相比，默认一天前", "opened and closed since when (default a day before)"),
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        required=True,
        help=words("通报写到这里：以 .pdf .docx .json 结尾", "the briefing: ends in .pdf, .docx or .json"),
    )
    parser.add_argument(
        "--desk",
        metavar="URL",
        help=words("数字链接到这个指挥台", "the desk to which its figures are led, e.g. http://127.0.0.1:8000/"),
    )
    _area(parser, words)


def _demo(parser: argparse.ArgumentParser, words: Words) -> None:
    parser.add_argument("folder", metavar="DIR", help=words("写到这个文件夹", "the folder to write"))
    parser.add_argument(
        "--people",
        type=int,
        metavar="N",
        help=words("人数，默认 4000，至少 3000", "how many people (default 4,000, at least 3,000)"),
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help=words("换一个数就换一个县", "another number, another county")
    )
    parser.add_argument(
        "--form",
        choices=("csv", "parquet"),
        help=words("文件格式，默认 csv", "format of the files (default csv)"),
    )
    parser.add_argument(
        "--as-of",
        metavar="TIME",
        help=words("讲到哪一天的 14:00，默认 2022-01-06T14:00", "14:00 of some day (default 2022-01-06T14:00)"),
    )


def _acts(parser: argparse.ArgumentParser, words: Words) -> Callable[[str, str, str], argparse.ArgumentParser]:
    """What makes the parser of one act of a command: add, list …"""
    acts = parser.add_subparsers(dest="act", metavar=words("做什么", "ACT"), required=True, parser_class=Parser)

    def act(name: str, zh: str, en: str) -> argparse.ArgumentParser:
        made = acts.add_parser(
            name,
            help=words(zh, en),
            description=words(zh, en),
            add_help=False,
            allow_abbrev=False,
            formatter_class=Formatter,
        )
        _common(made, words)
        desk.data(made, words)
        return made

    return act


def _user(parser: argparse.ArgumentParser, words: Words) -> None:
    plain = _acts(parser, words)

    def act(name: str, zh: str, en: str) -> argparse.ArgumentParser:
        made = plain(name, zh, en)
        if name != "list":
            made.add_argument("username", metavar="NAME", help=words("账号名", "the account's name"))
        return made

    until = words("到这一刻结束，如 2022-02-01T08:00", "it ends then, e.g. 2022-02-01T08:00")
    made = act("add", "新账号；首次口令只显示一次", "a new account; its first password is shown once")
    made.add_argument(
        "--role",
        required=True,
        metavar="ROLE",
        help=words("角色：", "role: ")
        + words.list(("值班", "专班", "干部"))
        + words("、网格员、单位、督查、管理员", ", 网格员, 单位, 督查, 管理员"),
    )
    made.add_argument("--name", default="", help=words("姓名", "whose it is"))
    made.add_argument("--group", default="", help=words("哪个专班，如 流调", "which working group, e.g. 流调"))
    made.add_argument("--all", action="store_true", help=words("看全部区划", "sees every area"))
    made.add_argument("--area", default="", metavar="CODE", help=words("只看这个区划之内的", "sees this area alone"))
    made.add_argument("--unit", default="", metavar="UNIT", help=words("只看这个单位的", "sees this unit alone"))
    made.add_argument(
        "--officer", default="", metavar="OFFICER", help=words("是哪位责任人员", "who it is among the officers")
    )
    made.add_argument(
        "--by-duty",
        action="store_true",
        help=words("最后一份包保责任结束时账号结束", "it ends with the last of the officer's duties"),
    )
    made.add_argument("--until", metavar="TIME", help=until)
    act("list", "列出账号", "list the accounts")
    act("end", "结束账号，会话随之结束", "end an account and its sessions").add_argument(
        "--at", metavar="TIME", help=until
    )
    act("password", "换一个新口令，只显示一次", "a new password, shown once")
    is_officer = act("officer", "说明账号是哪位责任人员", "say which officer an account is")
    is_officer.add_argument(
        "officer",
        metavar="OFFICER",
        help=words("人员编号；空字符串：不是", "the officer's number; an empty word: none"),
    )
