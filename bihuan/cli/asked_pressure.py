"""What can be asked of pressure and notices: channel, gateway, delegate, told, notice."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from bihuan.cli import asked_desk as desk
from bihuan.cli.words import Words

Command = Callable[[str, str, str], argparse.ArgumentParser]
Act = Callable[[str, str, str], argparse.ArgumentParser]


def commands(command: Command, acts: Callable[[argparse.ArgumentParser], Act], words: Words) -> None:
    """Add them; ``acts(parser)`` gives what makes the parser of one of its acts."""
    _channel(acts(command("channel", "通知渠道：责任人员怎样收到通知", "channels: how officers are told")), words)
    _gateway(acts(command("gateway", "通知网关：短信、邮件、群机器人", "gateways: SMS, mail, robots of groups")), words)
    _delegate(acts(command("delegate", "代办：责任人员外出时谁代办", "who stands in for an officer")), words)
    _notice(
        acts(command("notice", "通知：写一次，按渠道发给一类对象", "notices: to those of one kind in an area")), words
    )
    made = command("told", "告知记录：谁在何时被告知了什么", "who was told what, when, with what outcome")
    made.add_argument(
        "officer", metavar="OFFICER", nargs="?", default="", help=words("只看这位责任人员", "of this officer alone")
    )
    made.add_argument("--last", type=int, default=50, metavar="N", help=words("最近几条，默认 50", "the last N (50)"))
    desk.data(made, words)


def _officer(made: argparse.ArgumentParser, words: Words) -> None:
    made.add_argument("officer", metavar="OFFICER", help=words("人员编号", "the officer's number"))


def _channel(act: Act, words: Words) -> None:
    act("list", "列出渠道", "list them")
    made = act("set", "设一位责任人员的渠道；都不写就是控制台", "of one officer; without a way: the console")
    _officer(made, words)
    made.add_argument("--gateway", metavar="NAME", help=words("用这个网关", "by this gateway"))
    made.add_argument("--to", default="", metavar="WHERE", help=words("手机号或邮箱", "phone number or mail address"))
    made.add_argument(
        "--robot",
        metavar="FILE",
        help=words("机器人地址，从这个文件读，- 为标准输入", "a robot's address, read from a file (- standard input)"),
    )
    hours = words("免打扰时段，如 22-7；相同即没有", "quiet hours, e.g. 22-7; equal ones: none")
    made.add_argument("--quiet", default="22-7", metavar="H-H", help=hours)


def _gateway(act: Act, words: Words) -> None:
    act("list", "列出网关（不显示地址）", "list them, without their addresses")
    made = act("add", "设一个网关；同名即更换", "set one up; the same name again replaces it")
    made.add_argument("name", metavar="NAME", help=words("名称", "its name"))
    made.add_argument("--area", default="", metavar="CODE", help=words("只给这个区划用", "for this area alone"))
    made.add_argument(
        "--address",
        required=True,
        metavar="FILE",
        help=words(
            "地址（含密钥）从这个文件读，- 为标准输入；收件人处写 {to}",
            "its address, which holds a secret, is read from a file (- standard input); {to} is the recipient",
        ),
    )
    act("end", "停用一个网关", "take one down").add_argument("name", metavar="NAME", help=words("名称", "its name"))


def _delegate(act: Act, words: Words) -> None:
    act("list", "列出现行和将来的代办", "those in force or to come")
    made = act("add", "交代代办", "have somebody stand in")
    _officer(made, words)
    made.add_argument("--to", required=True, metavar="OFFICER", help=words("代办人", "who stands in"))
    made.add_argument("--since", metavar="TIME", help=words("从何时，默认现在", "from when (default now)"))
    made.add_argument("--until", required=True, metavar="TIME", help=words("到何时", "until when"))
    made.add_argument("--reason", required=True, help=words("事由", "why"))
    made = act("end", "提前结束", "end it early")
    _officer(made, words)
    made.add_argument("number", type=int, metavar="N", help=words("list 列出的号", "its number in the list"))


def _notice(act: Act, words: Words) -> None:
    act("list", "列出通知，连同送达和已读的数目", "list them, with how many got and read each")
    made = act("send", "写一条通知；后台到点发出", "write one; the worker sends it when its time has come")
    made.add_argument("--title", required=True, help=words("标题", "its title"))
    made.add_argument(
        "--text",
        required=True,
        metavar="FILE",
        help=words("内容从这个文件读，- 为标准输入", "its text (- stdin)"),
    )
    made.add_argument("--area", required=True, metavar="CODE", help=words("区划代码", "the area"))
    made.add_argument(
        "--to",
        required=True,
        metavar="WHOM",
        help=words(
            "发给谁：duties、roster、units、groups、measures、people，可接 :哪一类，如 duties:网格员",
            "duties, roster, units, groups, measures or people, and :which, e.g. duties:网格员",
        ),
    )
    made.add_argument("--gateway", metavar="NAME", help=words("短信网关（发给单位、居民）", "SMS gateway"))
    made.add_argument("--at", metavar="TIME", help=words("何时发出，默认现在", "when it goes out (default now)"))
    made.add_argument("--until", metavar="TIME", help=words("何时结束", "when it is over"))
    made.add_argument("--remind", type=int, default=0, metavar="H", help=words("几小时未读提醒", "remind after hours"))
    made.add_argument("--urgent", action="store_true", help=words("免打扰时段也发", "also in quiet hours"))
    made.add_argument("--as-of", metavar="TIME", help=words("数据截至（发给居民必填）", "figures as of (to residents)"))
    made.add_argument(
        "--approved-by", default="", metavar="WHO", help=words("审批人（发给居民必填）", "who approved it")
    )
    for name, zh, en in (
        ("show", "谁收到、谁已读、谁没读", "who got it, who has read it, who has not"),
        ("remind", "催未读的", "remind who has not read it"),
        ("end", "结束或撤下", "end it, or call it off"),
    ):
        act(name, zh, en).add_argument("number", type=int, metavar="N", help=words("list 列出的号", "its number"))
