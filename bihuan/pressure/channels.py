"""Channels (渠道): by what an officer is told. The console where he has none; otherwise what Apprise reaches."""

from __future__ import annotations

import logging
import sys
from typing import Protocol

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

GATEWAYS = frozenset({"jsons", "forms"})
"""Those whose address names a server freely: an administrator sets them."""

CONSOLE = "console"


class Send(Protocol):
    """Sends one message to an address (empty: the console); what went wrong, empty where nothing did."""

    def __call__(self, address: str, recipient: str, title: str, text: str) -> str: ...


class BadAddress(ValueError):
    """An address that cannot be used; ``zh``, ``en`` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


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

    if not apprise.Apprise().add(address):
        raise BadAddress(
            f"{shown(kind(address))[0]}的通知地址不完整：请按 Apprise 的写法填全令牌或收件人",
            f"the address of {shown(kind(address))[1]} is incomplete: give token or recipient as Apprise has it",
        )


def send(address: str, recipient: str, title: str, text: str) -> str:
    """Send for good. On the console one line: what the message holds, its page on the desk tells."""
    if not address:
        print(f"通知 → {recipient}：{title}", file=sys.stderr, flush=True)
        return ""
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
