"""Channels (渠道): by what an officer is told. The console where he has none; otherwise what Apprise reaches."""

from __future__ import annotations

import logging
import re
from typing import Protocol
from urllib.parse import quote

from bihuan.pressure import console
from bihuan.pressure.refusal import Refused

KINDS = {
    "wecombot": ("企业微信", "WeCom"),
    "dingtalk": ("钉钉", "DingTalk"),
    "feishu": ("飞书", "Feishu"),
    "lark": ("飞书", "Lark"),
    "mailto": ("电子邮件", "e-mail"),
    "mailtos": ("电子邮件", "e-mail"),
    "jsons": ("短信网关", "SMS gateway"),
    "forms": ("短信网关", "SMS gateway"),
}
"""Schemes of Apprise that an address may have → what people call them; a gateway for text messages is asked over
HTTPS, with JSON or a form."""

ROBOTS = frozenset({"wecombot", "dingtalk", "feishu", "lark"})
"""Those whose server is fixed: whoever has a robot there names it himself. All others name a server freely: an
administrator sets them up, as gateways."""

GATEWAYS = frozenset(KINDS) - ROBOTS

TO = "{to}"
"""In the address of a gateway: where the phone number or e-mail address goes to which a message is sent."""

CONSOLE = "console"


class Send(Protocol):
    """Sends one message to an address (empty: the console); what went wrong, empty where nothing did."""

    def __call__(self, address: str, recipient: str, title: str, text: str) -> str: ...


class BadAddress(Refused):
    """An address that cannot be used."""


def kind(address: str) -> str:
    """The scheme of an address; console where it is empty."""
    return address.partition("://")[0].lower() if address else CONSOLE


def shown(kind: str) -> tuple[str, str]:
    """What a kind of channel is called."""
    return ("控制台", "console") if kind == CONSOLE else KINDS.get(kind, (kind, kind))


def check(address: str) -> None:
    """Whether Apprise understands an address; nothing is sent. Raises BadAddress, which never repeats the address."""
    if not address:
        return
    if kind(address) not in KINDS:
        names = "、".join(sorted(KINDS))
        raise BadAddress(
            f"通知地址的开头“{kind(address)[:20]}”不认识：请用 {names} 之一，后接 ://",
            f"“{kind(address)[:20]}” is no channel: begin the address with one of {names}, then ://",
        )
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    if not apprise.Apprise().add(address):
        raise BadAddress(
            f"{shown(kind(address))[0]}的通知地址不完整：请按 Apprise 的写法填全令牌或收件人",
            f"the address of {shown(kind(address))[1]} is incomplete: give token or recipient as Apprise has it",
        )


def check_robot(address: str) -> None:
    """An address that somebody sets for himself. Raises BadAddress."""
    if kind(address) not in ROBOTS:
        raise BadAddress(
            "自己填的地址只能是企业微信、钉钉、飞书的机器人（wecombot://、dingtalk://、feishu://、lark://）；"
            "短信和电子邮件请选管理员设好的网关",
            "an address of one's own is a robot of WeCom, DingTalk or Feishu (wecombot://, dingtalk://, feishu://, "
            "lark://); for text messages and e-mail choose a gateway that an administrator has set up",
        )
    check(address)


def check_gateway(address: str) -> None:
    """An address that an administrator sets up for others. Raises BadAddress."""
    if kind(address) not in ROBOTS and TO not in address:
        raise BadAddress(
            f"网关地址里要有 {TO}，发送时换成收件人的手机号或邮箱，如 jsons://网关/发送?:mobile={TO}",
            f"the address of a gateway holds {TO}, which becomes the phone number or mail address: "
            f"jsons://gateway/send?:mobile={TO}",
        )
    check(filled(address, "13800000000" if asks(address) == "phone" else "a@b.cn"))


def asks(address: str) -> str:
    """What a gateway wants to know of whom it reaches: phone, mail, or nothing ("")."""
    if TO not in address:
        return ""
    return "mail" if kind(address) in ("mailto", "mailtos") else "phone"


def filled(address: str, to: str) -> str:
    """The address of a gateway, for one recipient."""
    return address.replace(TO, quote(to, safe=""))


NUMBER = re.compile(r"\+?\d{6,15}")
MAIL = re.compile(r"[^@\s<>\"]{1,64}@[\w-]+(\.[\w-]+)+")


def check_to(address: str, to: str) -> str:
    """What somebody gives a gateway to reach him by, without spaces. Raises BadAddress."""
    to = re.sub(r"[\s-]", "", to) if asks(address) == "phone" else to.strip()
    if asks(address) == "phone" and not NUMBER.fullmatch(to):
        raise BadAddress("请填手机号，只要数字，如 13800000000", "give a phone number, digits alone")
    if asks(address) == "mail" and not MAIL.fullmatch(to):
        raise BadAddress("请填电子邮箱，如 name@example.cn", "give an e-mail address: name@example.cn")
    return to if asks(address) else ""


def send(address: str, recipient: str, title: str, text: str) -> str:
    """Send for good. On the console one line: what the message holds, its page on the desk tells."""
    if not address:
        return console.say(f"通知 → {recipient}：{title}")
    try:
        check(address)
        import apprise

        logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its log repeats addresses, which hold secrets
        told = apprise.Apprise()
        told.add(address)
        done = told.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
    except BadAddress as bad:
        return f"{bad.zh} · {bad.en}"
    except Exception as error:
        return f"{type(error).__name__}"
    return "" if done else "渠道没有收下 · the channel did not take it"
