"""``bihuan channel``, ``gateway``, ``delegate``, ``told``: pressure from the shell of whoever runs the desk."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.cli import aligned, glue
from bihuan.cli.words import Stop, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

BY = "bihuan"
"""In whose name the shell arranges."""

Act = Callable[[argparse.Namespace, Words], int]


@contextmanager
def here(asked: argparse.Namespace) -> Iterator[None]:
    """The installation, its tables there; what cannot be arranged is a sentence."""
    from bihuan.live import faults, installation

    try:
        with installation.opened(asked.data) as there:
            there.set_up()
            from bihuan.live import start
            from bihuan.pressure.refusal import Refused

            start.migrate()
            try:
                yield
            except Refused as refused:
                raise Stop(refused.zh, refused.en) from refused
    except faults.Fault as fault:
        raise Stop(fault.zh, fault.en) from fault


def _run(acts: Mapping[str, Act]) -> Act:
    def run(asked: argparse.Namespace, words: Words) -> int:
        there: AbstractContextManager[None] = here(asked)
        with there:
            return acts[asked.act](asked, words)

    return run


def read(path: str, words: Words) -> str:
    """A secret, from a file or the standard input: on a command line everybody would see it."""
    try:
        return (sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop(f"读不了 {path}：请核对文件", f"{path} cannot be read: check it") from error


def table(words: Words, heads: tuple[str, str], rows: list[list[Any]]) -> int:
    """Print rows under their heads, which are words apart by spaces."""
    print(*aligned.table([words(*heads).split(), *([str(cell) for cell in row] for row in rows)]), sep="\n")
    return 0


# ── channels ─────────────────────────────────────────────────────────────────


def _channels(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.pressure import arranging, channels
    from bihuan.pressure.models import Channel

    rows = []
    found = list(Channel.objects.select_related("gateway").order_by("officer"))
    names = arranging.known(c.officer for c in found)
    for c in found:
        kind = words.of(channels.shown(channels.kind(arranging.address(c))))
        by = c.gateway.name if c.gateway else ""
        rows.append([c.officer, names.get(c.officer, ""), kind, by, c.to, f"{c.quiet_from}-{c.quiet_to}"])
    return table(words, ("人员 姓名 渠道 网关 收件 免打扰", "officer name channel gateway to quiet"), rows)


def _set_channel(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.pressure import arranging, channels
    from bihuan.pressure.models import Gateway

    hours = re.fullmatch(r"(\d{1,2})-(\d{1,2})", asked.quiet)
    if not hours:
        raise Stop(f"免打扰“{asked.quiet}”不行：请写成 22-7", f"'{asked.quiet}' are no quiet hours: write 22-7")
    gateway = None
    if asked.gateway:
        gateway = Gateway.objects.filter(name=asked.gateway, ended=False).first()
        if gateway is None:
            raise Stop(f"没有网关“{asked.gateway}”：见 bihuan gateway list", f"no gateway is called '{asked.gateway}'")
    robot = read(asked.robot, words) if asked.robot else ""
    way = arranging.Way(gateway.pk if gateway else None, asked.to, robot)
    made = arranging.set_channel(asked.officer, way, (int(hours[1]), int(hours[2])), by=BY)
    kind = channels.shown(channels.kind(arranging.address(made)))
    print(words(f"{made.officer} 用{kind[0]}通知", f"{made.officer} is told by {kind[1]}"))
    return 0


# ── gateways ─────────────────────────────────────────────────────────────────


def _gateways(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.pressure import channels
    from bihuan.pressure.models import Gateway

    rows = [
        [g.name, words.of(channels.shown(channels.kind(g.address))), g.area or words("全部", "all"), g.by, g.at]
        for g in Gateway.objects.filter(ended=False).order_by("name")
    ]
    return table(words, ("名称 种类 区划 设置人 时间", "name kind area by at"), rows)


def _add_gateway(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.pressure import arranging

    made = arranging.add_gateway(asked.name, asked.area, read(asked.address, words), by=BY)
    print(words(f"网关“{made.name}”已存下", f"the gateway '{made.name}' is kept"))
    return 0


def _end_gateway(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.pressure import arranging

    if not arranging.end_gateway(asked.name):
        raise Stop(f"没有网关“{asked.name}”：见 bihuan gateway list", f"no gateway is called '{asked.name}'")
    print(words(f"网关“{asked.name}”已停用", f"the gateway '{asked.name}' is taken down"))
    return 0


# ── who stands in ────────────────────────────────────────────────────────────


def _delegations(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.live import clock
    from bihuan.pressure import arranging
    from bihuan.pressure.models import Delegation

    held = list(Delegation.objects.filter(ended=False, until__gt=clock.now()).order_by("since", "pk"))
    names = arranging.known([d.officer for d in held] + [d.delegate for d in held])
    rows = [
        [d.pk, d.officer, names.get(d.officer, ""), d.delegate, names.get(d.delegate, ""), d.since, d.until, d.reason]
        for d in held
    ]
    heads = ("号 人员 姓名 代办 姓名 从 到 事由", "number officer name delegate name since until reason")
    return table(words, heads, rows)


def _delegate(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.live import clock
    from bihuan.pressure import arranging

    since = glue.moment(asked.since, words) if asked.since else clock.now()
    until = glue.moment(asked.until, words)
    made = arranging.delegate(asked.officer, asked.to, since, until, asked.reason, by=BY)
    print(
        words(
            f"{made.officer} 由 {made.delegate} 代办：{made.since:%Y-%m-%d %H:%M} 至 {made.until:%Y-%m-%d %H:%M}",
            f"{made.delegate} stands in for {made.officer}: {made.since:%Y-%m-%d %H:%M} to {made.until:%Y-%m-%d %H:%M}",
        )
    )
    return 0


def _call_off(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.pressure import arranging

    if not arranging.call_off(asked.officer, asked.number):
        raise Stop(
            f"{asked.officer} 没有第 {asked.number} 号代办：见 bihuan delegate list",
            f"{asked.officer} has no delegation {asked.number}: see bihuan delegate list",
        )
    print(words("代办已结束", "the delegation has ended"))
    return 0


# ── the record ───────────────────────────────────────────────────────────────


def _told(asked: argparse.Namespace, words: Words) -> int:
    from bihuan.pressure import arranging, channels
    from bihuan.pressure.models import Message

    found = Message.objects.order_by("-at", "-pk")
    if asked.officer:
        if asked.officer not in arranging.known([asked.officer]):
            raise Stop(
                f"台账“责任人员”里没有编号“{asked.officer}”：请核对", f"no officer has the number '{asked.officer}'"
            )
        found = found.filter(recipient=asked.officer)
    listed = list(found[: max(asked.last, 0)])
    names = arranging.known(m.recipient for m in listed)
    states = dict(Message.STATES)
    rows = [
        [
            *(m.at, m.recipient, names.get(m.recipient, ""), words.of(channels.shown(m.channel))),
            *(words(states[m.state], m.state), m.title, m.fault),
        ]
        for m in listed
    ]
    return table(words, ("时间 人员 姓名 渠道 结果 内容 原因", "at officer name by outcome what why"), rows)


channel = _run({"list": _channels, "set": _set_channel})
gateway = _run({"list": _gateways, "add": _add_gateway, "end": _end_gateway})
delegate = _run({"list": _delegations, "add": _delegate, "end": _call_off})


def told(asked: argparse.Namespace, words: Words) -> int:
    """The record, the newest first."""
    with here(asked):
        return _told(asked, words)
