"""A briefing as a document in one language: headings, sentences and tables, each figure with the address of its rows.
PDF, Word and the page draw the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

SEVERITY = {"急": "urgent", "重": "serious", "常": "routine"}
SAYS = {
    "急": ("急 · 风险正在外溢", "Urgent · risk is loose"),
    "重": ("重 · 闭环断了", "Serious · a loop is broken"),
    "常": ("常 · 日常维护", "Routine · upkeep"),
}


@dataclass(frozen=True)
class Cell:
    """What stands in a table; ``link``: the address of its rows, "" where there is none; ``number``: a figure, which
    stands to the right."""

    text: str
    link: str = ""
    number: bool = False
    css: str = ""


@dataclass(frozen=True)
class Table:
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Section:
    """A heading, what is said under it, its table, and what is said behind that (with an address)."""

    title: str
    says: tuple[str, ...] = ()
    table: Table | None = None
    after: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class About:
    """What the desk knows of a briefing beside its content: its digest, who released it and when, its number, which one
    it corrects and why. A draft, or one from the shell, has no number."""

    digest: str
    number: str = ""
    released_by: str = ""
    released_at: dt.datetime | None = None
    drafted_by: str = ""
    corrects: str = ""
    note: str = ""


@dataclass(frozen=True)
class Document:
    """``running``: what every page says (program and its version, as-of, digest, state)."""

    lang: str
    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    running: tuple[str, str]
    state: str
    note: str = ""
    made: tuple[str, ...] = field(default=())


class Writer:
    """Makes the document of a content. ``base``: the desk's address for links ("" none at all, "/" its own pages)."""

    def __init__(self, content: Mapping[str, Any], about: About, lang: str, base: str) -> None:
        self.content, self.about, self.lang, self.base = content, about, lang, base
        self.zh = lang == "zh"
        self.here = 0 if self.zh else 1

    def two(self, zh: str, en: str) -> str:
        return zh if self.zh else en

    def link(self, page: str, words: Mapping[str, str], *, at: str = "", area: str | None = None) -> str:
        """The address of the rows of a figure: the desk's list, filtered, as of the briefing's moment."""
        if not self.base:
            return ""
        inside = self.content["area"] if area is None else area
        query = {"at": at or self.content["as_of"], **({"in": inside} if inside else {}), **words}
        return f"{self.base.rstrip('/')}/{page}/?{urlencode(query)}"

    def holes(self, number: int, *, at: str = "", area: str | None = None, css: str = "", **words: str) -> Cell:
        """A number of holes, led to them; nothing is led to where there is none."""
        if not number:
            return Cell("0" if css == "total" else "·", number=True)
        return Cell(f"{number:,}", self.link("holes", words, at=at, area=area), True, css)

    def head(self, *titles: tuple[str, str], numbers_from: int = 1) -> tuple[Cell, ...]:
        return tuple(Cell(t[self.here], number=i >= numbers_from) for i, t in enumerate(titles))

    def write(self) -> Document:
        c = self.content
        place = c["area_name"] or self.two("全部区域", "all areas")
        title = self.two(f"{place}疫情防控闭环通报", f"Briefing on the loops of epidemic control: {place}")
        sections = [self._severities(), *(self._figures(t) for t in c["figures"]), self._loops(), *self._areas()]
        sections += [self._owners(), *self._urgent(), *self._oldest()]
        sections += self._unjudged()
        return Document(
            self.lang,
            title,
            self._facts(),
            tuple(sections),
            (self._program(), self._as_of()),
            self._state(),
            self.about.note,
        )

    # ── what stands around the content ───────────────────────────────────────

    def _program(self) -> str:
        p = self.content["program"]
        return self.two(
            f"闭环 Bihuan {p['version']} · 规则 {p['rules']} · 摘要 {self.about.digest[:16]}",
            f"Bihuan {p['version']} · rules {p['rules']} · digest {self.about.digest[:16]}",
        )

    def _as_of(self) -> str:
        return self.two(f"截至 {told(self.content['as_of'])}", f"as of {told(self.content['as_of'])}")

    def _state(self) -> str:
        a = self.about
        if a.number:
            return self.two(f"内部 · 通报 {a.number}", f"internal · briefing {a.number}")
        return self.two("内部 · 草稿，未签发", "internal · draft, not released")

    def _facts(self) -> tuple[tuple[str, str], ...]:
        c, a = self.content, self.about
        facts = [
            (self.two("截至", "As of"), told(c["as_of"]) + self.two("（按当时所知）", " (as known then)")),
            (self.two("对比", "Compared with"), told(c["since"])),
        ]
        if c["area"]:
            facts.append((self.two("区划", "Area"), f"{c['area_name']} {c['area']}"))
        if a.drafted_by:
            facts.append((self.two("拟稿", "Drafted by"), a.drafted_by))
        if a.released_at:
            facts.append((self.two("签发", "Released by"), f"{a.released_by} {a.released_at:%Y-%m-%d %H:%M}"))
        if a.corrects:
            facts.append((self.two("更正", "Corrects"), a.corrects))
        return tuple(facts)

    # ── the content ──────────────────────────────────────────────────────────

    def _severities(self) -> Section:
        c = self.content
        rows = [self._severity(SAYS[s["severity"]][self.here], s, s["severity"]) for s in c["severities"]]
        sums = {k: sum(s[k] for s in c["severities"]) for k in ("open", "opened", "closed")}
        rows.append(self._severity(self.two("合计", "Together"), sums, ""))
        head = self.head(("轻重", "Severity"), ("未闭合", "Open"), ("期间新增", "Opened"), ("期间闭合", "Closed"))
        says = self.two(
            f"截至 {told(c['as_of'])}，未闭合漏洞 {sums['open']:,} 个；"
            f"{told(c['since'])} 以来新增 {sums['opened']:,} 个，闭合 {sums['closed']:,} 个。",
            f"As of {told(c['as_of'])}, {sums['open']:,} holes are open; since {told(c['since'])} "
            f"{sums['opened']:,} opened and {sums['closed']:,} closed.",
        )
        return Section(self.two("漏洞", "Holes"), (says,), Table(head, tuple(rows)))

    def _severity(self, title: str, row: Mapping[str, Any], severity: str) -> tuple[Cell, ...]:
        words = {"sev": severity} if severity else {}
        css = SEVERITY.get(severity, "")
        return (
            Cell(title, css=css),
            self.holes(row["open"], css=css, **words),
            self.holes(row["opened"], not_at=self.content["since"], **words),
            self.holes(row["closed"], at=self.content["since"], not_at=self.content["as_of"], **words),
        )

    def _urgent(self) -> list[Section]:
        c = self.content
        if not c["urgent"]:
            return []
        number = next(s["open"] for s in c["severities"] if s["severity"] == "急")
        more = number - len(c["urgent"])
        after: tuple[Cell, ...] = ()
        if more:
            text = self.two(f"另有 {more:,} 个急漏洞，见全部", f"{more:,} more urgent holes: see all")
            after = (Cell(text, self.link("holes", {"sev": "急"})),)
        return [Section(self.two("急漏洞", "Urgent holes"), (), self._listed(c["urgent"], False), after)]

    def _oldest(self) -> list[Section]:
        if not self.content["oldest"]:
            return []
        return [Section(self.two("最久未闭合", "Open the longest"), (), self._listed(self.content["oldest"], True))]

    def _listed(self, holes: list[dict[str, Any]], severity: bool) -> Table:
        rows = []
        for hole in holes:
            owner = hole["owner"] or self.two("没有责任人", "nobody")
            up = self.two("（已升级）", " (gone up)") if hole["up"] else ""
            row = [
                Cell(hole["text"][self.here], self._one(hole)),
                Cell(told(hole["since"]), css="keep"),
                Cell(owner + up, css="keep"),
            ]
            word = SAYS[hole["severity"]][self.here].split(" · ")[0]
            rows.append((Cell(word, css=SEVERITY[hole["severity"]]), *row) if severity else tuple(row))
        head = self.head(("漏洞", "Hole"), ("起", "Since"), ("责任人", "Owner"), numbers_from=9)
        first = Cell(self.two("轻重", "Severity"), css="keep")
        return Table((first, *head) if severity else head, tuple(rows))

    def _one(self, hole: Mapping[str, Any]) -> str:
        """The hole by its kind and the moment from which it is one: its identity may be somebody's number."""
        words = {"hole": hole["hole"], "sev": hole["severity"]}
        if hole["since"]:
            then = dt.datetime.fromisoformat(hole["since"])
            words |= {"since": hole["since"], "until": (then + dt.timedelta(seconds=1)).isoformat()}
        return self.link("holes", words)

    def _loops(self) -> Section:
        rows = []
        for row in self.content["loops"]:
            of = {"loop": row["loop"]}
            title = row["title"][self.here]
            rows.append(
                (
                    Cell(title[:1].upper() + title[1:]),
                    *self._three(row, **of),
                    self.holes(row["opened"], not_at=self.content["since"], **of),
                    self.holes(row["closed"], at=self.content["since"], not_at=self.content["as_of"], **of),
                )
            )
        head = self.head(
            *(("闭环", "Loop"), ("急", "Urgent"), ("重", "Serious"), ("常", "Routine")),
            *(("期间新增", "Opened"), ("期间闭合", "Closed")),
        )
        return Section(self.two("各闭环", "Loops"), (), Table(head, tuple(rows)))

    def _three(self, row: Mapping[str, Any], area: str | None = None, **words: str) -> tuple[Cell, ...]:
        return (
            self.holes(row["urgent"], area=area, css="urgent", sev="急", **words),
            self.holes(row["serious"], area=area, sev="重", **words),
            self.holes(row["routine"], area=area, sev="常", **words),
        )

    def _areas(self) -> list[Section]:
        c = self.content
        if not c["areas"] and not c["areas_above"]:
            return []
        rows = tuple((Cell(r["name"]), *self._three(r, area=r["area"])) for r in c["areas"])
        head = self.head(("区域", "Area"), ("急", "Urgent"), ("重", "Serious"), ("常", "Routine"))
        after = []
        every = self.link("holes", {"group": "area"})
        if c["areas_more"]:
            n = c["areas_more"]
            after.append(Cell(self.two(f"另有 {n} 个区域有漏洞", f"{n} more areas have holes"), every))
        if c["areas_above"]:
            n = c["areas_above"]
            after.append(
                Cell(
                    self.two(f"另有 {n} 个漏洞属于上级区域或没有区划", f"{n} holes lie in areas above, or in none"),
                    every,
                )
            )
        return [Section(self.two("各区域", "Areas"), (), Table(head, rows) if rows else None, tuple(after))]

    def _owners(self) -> Section:
        c = self.content
        rows = tuple(
            (
                Cell(o["name"]),
                self.holes(o["urgent"], css="urgent", owner=o["owner"], sev="急"),
                self.holes(o["number"], owner=o["owner"]),
                Cell(f"{o['up']:,}" if o["up"] else "·", number=True),
                Cell(told(o["since"]), number=True),
            )
            for o in c["owners"]
        )
        head = self.head(
            ("责任人", "Owner"), ("急", "Urgent"), ("全部", "All"), ("已升级", "Gone up"), ("最早", "Oldest")
        )
        after = []
        if c["owners_more"]:
            text = self.two(f"另有 {c['owners_more']} 位责任人", f"{c['owners_more']} more owners")
            after.append(Cell(text, self.link("holes", {"group": "owner"})))
        if c["nobody"]:
            text = self.two(f"{c['nobody']} 个漏洞没有责任人", f"{c['nobody']} holes have no owner")
            after.append(Cell(text, self.link("holes", {"owner": "none"})))
        return Section(self.two("责任人", "Owners"), (), Table(head, rows), tuple(after))

    def _figures(self, table: Mapping[str, Any]) -> Section:
        unit, page = table["unit"][self.here], f"ledgers/{table['ledger']}"
        rows = tuple(
            (
                Cell(row["title"][self.here], css="total" if last else ""),
                *(self._figure(page, cell, "total" if last else "") for cell in row["cells"]),
            )
            for row in table["rows"]
            for last in (row is table["rows"][-1],)
        )
        head = (Cell(self.two(f"单位：{unit}", f"in {unit}")), *self.head(*table["columns"], numbers_from=0))
        return Section(table["title"][self.here], (), Table(head, rows))

    def _figure(self, page: str, cell: Mapping[str, Any], css: str) -> Cell:
        if not cell["rows"]:
            return Cell("0", number=True, css=css)
        text = f"{cell['n']:,}"
        if cell["n"] != cell["rows"]:
            text += self.two(f"（{cell['rows']:,} 行）", f" ({cell['rows']:,} rows)")
        return Cell(text, self.link(page, cell["words"]), True, css)

    def _unjudged(self) -> list[Section]:
        if not self.content["unjudged"]:
            return []
        says = tuple(
            self.two(
                f"没有台账“{row['ledger'][0]}”：{row['holes']} 种漏洞没有查或没有查全。",
                f"There is no ledger of {row['ledger'][1]}: {row['holes']} kinds of holes were not judged, "
                "or only in part.",
            )
            for row in self.content["unjudged"]
        )
        return [Section(self.two("没有查的", "What was not judged"), says)]


def told(moment: str | None) -> str:
    """2022-01-06 14:00."""
    return moment.replace("T", " ")[:16] if moment else "–"


def write(content: Mapping[str, Any], about: About, lang: str, base: str = "") -> Document:
    """The document of a content."""
    return Writer(content, about, lang, base).write()
