"""Filters of the list of holes, as the address keeps them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.desk import access, hands, knowledge, tokens
from bihuan.desk.templatetags.desk import SEVERITY
from bihuan.desk.viewing import Asked
from bihuan.exchange import cells

STATES = {
    "open": ("未闭合", "Open"),
    "pending": ("待办", "To do"),
    "closed": ("已闭合", "Closed"),
    "all": ("未闭合和已闭合", "Open and closed"),
}
WORDS = (
    "state",
    "sev",
    "loop",
    "hole",
    "owner",
    "unit",
    "kind",
    "q",
    "since",
    "until",
    "closed",
    "closed_to",
    "not_at",
)
"""What an address may say; the area is the page's own."""


@dataclass(frozen=True)
class Chip:
    """One filter in force, as it is shown: its word in the address, what it says."""

    word: str
    title: tuple[str, str]
    value: tuple[str, str]


@dataclass(frozen=True)
class Filters:
    """What is asked for; ``faults`` are sentences on what could not be read."""

    state: str
    words: dict[str, str]
    chips: tuple[Chip, ...]
    faults: tuple[tuple[str, str], ...]
    others: QuerySet[Any] | None = None  # holes open at another moment: those of them are left out
    owned: Q = field(default_factory=Q)  # of whom ``owner`` names, as the page's moment has it

    def apply(self, holes: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that are meant."""
        states = {"all": ("open", "closed")}.get(self.state, (self.state,))
        holes = holes.filter(state__in=states) if len(states) > 1 else holes.filter(state=states[0])
        holes = holes.filter(self._wanted())
        if self.others is None:
            return holes
        same = {word: OuterRef(word) for word in ("hole", "subject", "item")}
        return holes.exclude(Exists(self.others.filter(state="open", **same)))

    def _wanted(self) -> Q:
        w, wanted = self.words, Q()
        if "sev" in w:
            wanted &= Q(severity__in=w["sev"].split(","))
        if "loop" in w:
            wanted &= Q(hole__in=[hole for hole, said in knowledge.loops().items() if said.family == w["loop"]])
        wanted &= self.owned
        for word, column in (("hole", "hole"), ("unit", "unit"), ("kind", "subject_kind")):
            if word in w:
                wanted &= Q(**{column: None if w[word] == "none" else w[word]})
        if "q" in w:
            q = w["q"]
            wanted &= Q(subject=cells.normal(q).upper()) | Q(text_zh__icontains=q) | Q(text_en__icontains=q)
        for word, condition in BOUNDS.items():
            if word in w:
                wanted &= Q(**{condition: cells.moment(w[word])})
        return wanted


BOUNDS = {
    "since": "since__gte",
    "until": "since__lt",
    "closed": "closed_at__gte",
    "closed_to": "closed_at__lt",
}
MOMENTS = {
    "since": ("起始不早于", "since"),
    "until": ("起始早于", "before"),
    "closed": ("闭合不早于", "closed since"),
    "closed_to": ("闭合早于", "closed before"),
    "not_at": ("那时没有的", "not open at"),
}


def read(asked: Asked, owners: dict[str, str] | None = None) -> Filters:
    """Of an address. What names nothing is left out and said."""
    faults: list[tuple[str, str]] = []
    state = asked.GET.get("state", "open")
    if state not in STATES:
        faults.append((f"没有“{state}”这种状态，已显示未闭合的", f"there is no state '{state}': open ones are shown"))
        state = "open"
    words: dict[str, str] = {}
    chips: list[Chip] = []
    for word in WORDS[1:]:
        value = tokens.unword(asked.GET.get(word, "").strip())
        if not value:
            continue
        chip = _chip(word, value, owners or {})
        if chip is None:
            faults.append((f"筛选条件“{value}”不认识，已略去", f"the filter '{value}' is not known and left out"))
        else:
            words[word] = value
            chips.append(chip)
    others = access.access_holes_at(asked, cells.moment(words["not_at"])) if "not_at" in words else None
    owned = Q()
    if "owner" in words:
        whose = hands.read(asked)
        owned = whose.nobodys() if words["owner"] == "none" else whose.held(words["owner"])
    return Filters(state, words, tuple(chips), tuple(faults), others, owned)


def _chip(word: str, value: str, owners: dict[str, str]) -> Chip | None:
    if word == "sev":
        named = [SEVERITY[s] for s in value.split(",") if s in SEVERITY]
        both = ("、".join(z for z, _ in named), ", ".join(e for _, e in named))
        return Chip(word, ("轻重", "Severity"), both) if len(named) == len(value.split(",")) else None
    if word == "loop":
        known = any(said.family == value for said in knowledge.loops().values())
        return Chip(word, ("闭环", "Loop"), knowledge.family_title(value)) if known else None
    if word == "hole":
        said = knowledge.loops().get(value)
        return Chip(word, ("漏洞", "Hole"), said.name) if said else None
    if word in MOMENTS:
        try:
            at: dt.datetime = cells.moment(value)
        except cells.Unreadable:
            return None
        shown = f"{at:%Y-%m-%d %H:%M}"
        return Chip(word, MOMENTS[word], (shown, shown))
    if word == "kind":
        return Chip(word, ("对象", "Subject"), knowledge.kind_title(value))
    none = ("没有责任人", "nobody") if word == "owner" else ("无单位", "no unit")
    title = {"owner": ("责任人", "Owner"), "unit": ("单位", "Unit"), "q": ("含", "With")}[word]
    return Chip(word, title, none if value == "none" and word != "q" else (owners.get(value, value),) * 2)
