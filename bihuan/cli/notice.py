"""``bihuan notice``: notices from the shell of whoever runs the desk."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from bihuan.cli import glue
from bihuan.cli.pressure import BY, here, read, table
from bihuan.cli.words import Stop, Words

if TYPE_CHECKING:
    from bihuan.notices.models import Notice


def notice(asked: argparse.Namespace, words: Words) -> int:
    """List, write, show, remind or end notices."""
    with here(asked):
        return ACTS[asked.act](asked, words)


def _list(asked: argparse.Namespace, words: Words) -> int:
    from django.db.models import Count

    from bihuan.live import clock
    from bihuan.notices import audiences, writing
    from bihuan.notices.models import Notice

    rows = []
    counted = Notice.objects.annotate(whom=Count("recipients"), seen=Count("recipients__read_at"))
    for n in counted.order_by("-send_at", "-pk"):
        if writing.over(n, clock.now()):
            state = words("已结束", "over")
        else:
            state = words("已发出", "sent") if n.sent_at else words("待发", "waits")
        to = words.of(audiences.said(n.audience, n.which))
        rows.append([n.pk, n.title, n.area, to, n.send_at, state, n.whom, n.seen])
    return table(
        words, ("号 标题 区划 发给 发出 状态 对象 已读", "number title area to at state recipients read"), rows
    )


def _send(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.notices import audiences, writing
    from bihuan.pressure.models import Gateway

    def moment(text: str | None) -> object:
        return glue.moment(text, words) if text else None

    gateway = None
    if asked.gateway:
        gateway = Gateway.objects.filter(name=asked.gateway, ended=False).first()
        if gateway is None:
            raise Stop(f"没有网关“{asked.gateway}”：见 bihuan gateway list", f"no gateway is called '{asked.gateway}'")
    to, _, which = asked.to.partition(":")
    wanted = writing.Asked(
        title=asked.title,
        text=read(asked.text, words),
        area=asked.area,
        audience=to,
        which=which,
        gateway=gateway.pk if gateway else None,
        urgent=asked.urgent,
        remind_h=asked.remind,
        as_of=moment(asked.as_of),  # type: ignore[arg-type]
        approved_by=asked.approved_by,
        send_at=moment(asked.at),  # type: ignore[arg-type]
        until=moment(asked.until),  # type: ignore[arg-type]
    )
    made = writing.write(wanted, BY, BY)
    number = len(audiences.found(to, which, asked.area, made.send_at))
    print(
        words(
            f"通知 {made.pk} 定于 {made.send_at:%Y-%m-%d %H:%M} 发出，按现有台账 {number} 个对象",
            f"notice {made.pk} goes out at {made.send_at:%Y-%m-%d %H:%M}, to {number} as the ledgers are now",
        )
    )
    return 0


def _find(asked: argparse.Namespace) -> Notice:
    from bihuan.notices.models import Notice

    found = Notice.objects.filter(pk=asked.number).first()
    if found is None:
        raise Stop(f"没有 {asked.number} 号通知：见 bihuan notice list", f"there is no notice {asked.number}")
    return found


def _show(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.audit.masking import masked_document
    from bihuan.notices.models import Delivery
    from bihuan.pressure import channels

    found = _find(asked)
    states = dict(Delivery.STATES)
    last = {d.recipient_id: d for d in Delivery.objects.filter(recipient__notice=found).order_by("round")}
    rows = []
    for r in found.recipients.order_by("pk"):
        d = last.get(r.pk)
        key = masked_document(r.key) if r.kind == "person" else r.key
        by = words.of(channels.shown(d.channel)) if d else ""
        state = words(states[d.state], d.state) if d else ""
        rows.append([key, r.name, by, state, r.read_at or "–", r.acked_at or "–", d.fault if d else ""])
    heads = ("对象 名称 渠道 送达 已读 确认 原因", "recipient name by delivery read acknowledged why")
    return table(words, heads, rows)


def _remind(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.notices import writing

    writing.remind(_find(asked))
    print(words("后台即将提醒未读的", "the worker reminds those who have not read it"))
    return 0


def _end(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.notices import writing

    writing.call_off(_find(asked))
    print(words("通知已结束", "the notice is over"))
    return 0


ACTS = {"list": _list, "send": _send, "show": _show, "remind": _remind, "end": _end}
