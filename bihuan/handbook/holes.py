"""A page a family of loops: its holes, each with rule, parameters, owner, remedy, how it closes, source, and two worked
examples as tables: rows in, holes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bihuan.audit import judged
from bihuan.audit.workbook import HEADINGS
from bihuan.domains import specs
from bihuan.domains.specs import Case
from bihuan.handbook import about
from bihuan.handbook.markdown import NOTICE, anchor, cell, code, link, table
from bihuan.handbook.shape import shape
from bihuan.kernel.ledger import by_name
from bihuan.kernel.program import Program, Said
from bihuan.kernel.words import Words

OUT = {"holes": ("漏洞", "holes"), "pending": ("待办", "pending"), "late": ("迟办", "closed late")}
MOMENTS = {"due": "限时", "opens": "起算", "unit": "单位"}
"""Columns of expectations that the list of holes has not."""

EXAMPLES = 2


def page(family: str, program: Program, words: Words) -> str:
    """The page of a family of loops in one language."""
    here = [s for s in program.loops if s.family == family]
    other, name = words("en", "zh"), words("English", "中文")
    zh, en = program.title(family)
    lines = [
        NOTICE,
        "",
        f"# {words(f'{zh} {family}', f'{en[:1].upper()}{en[1:]} ({family})')}",
        "",
        " · ".join(
            [
                link(words("全部漏洞", "all holes"), "../README.md", family),
                link(name, f"../{other}/{family}.md"),
                link(words("台账", "ledgers"), "../../ledgers.md"),
                link(words("参数", "parameters"), "../../orders.md"),
            ]
        ),
        "",
    ]
    if len(here) > 1:
        head = words("轻重 漏洞 规则", "severity hole rule").split()
        lines += [*table(head, (_listed(s, program, words) for s in here)), ""]
    read = judged.reads(program)
    for said in here:
        lines += _hole(said, program, words, read[said.hole])
    return "\n".join(lines).rstrip() + "\n"


def _listed(said: Said, program: Program, words: Words) -> list[str]:
    severities = "、".join(shape(said, program).severities)
    return [severities, link(words.of(said.name), "", said.hole), cell(words.of(said.rule))]


def _hole(said: Said, program: Program, words: Words, read: frozenset[str]) -> Iterator[str]:
    form = shape(said, program)
    titles = {g.name: words(f"{g.title} {g.name}", g.name) for g in program.ledgers}
    parameters = [
        f"{link(code(p.key), '../../orders.md', p.key)} {cell(_default(p, words))} — {cell(words(p.zh, p.en))}"
        for p in about.governing(said, program)
    ]
    about_ = words("对象：", "subject: ") + about.kind(said.subject, program, words)
    about_ += words("；分项：", "; item: ") + about.kind(said.item, program, words) if said.item else ""
    rows = [
        (words("规则", "rule"), cell(words.of(said.rule))),
        (words("参数", "parameters"), "<br>".join(parameters) or words("无", "none")),
        (words("责任人", "owner"), cell(about.owner(said, form, program, words))),
        (words("升级", "escalation"), cell(about.rises(form, words))),
        (words("一行", "one row"), cell(about_)),
        (words("这样说", "is said as"), cell(words.of(said.reason))),
        (words("整改", "remedy"), cell(words.of(said.remedy))),
        (words("怎样闭合", "how it closes"), cell(about.closes(said, form, words))),
        (words("出处", "source"), cell(said.source)),
        (
            words("看台账", "ledgers"),
            words.list([link(titles[n], "../../ledgers.md", n) for n in titles if n in read])
            or words("全部", "all there are"),
        ),
        (words("声明在", "declared in"), code(said.module)),
    ]
    yield from (anchor(said.hole), f"## {words.of(said.name)} {code(said.hole)}", "")
    severities = words.list(form.severities)
    yield from (*table((words("轻重", "severity"), f"**{severities}**"), rows), "")
    cases = specs.load(said.hole)
    for number, case in enumerate(chosen(cases), 1):
        yield from _example(number, case, program, words)
    left = len(cases) - EXAMPLES
    if left > 0:
        yield words(
            f"还有 {left} 例：`bihuan explain {said.hole}`", f"{left} more: `bihuan explain {said.hole} --lang en`"
        )
        yield ""


def _default(parameter: about.Parameter, words: Words) -> str:
    own = about.exceptions(parameter, words)
    default = about.default(parameter, words)
    return words("；", "; ").join([*own, words("其余 ", "otherwise ") + default]) if own else default


def chosen(cases: Sequence[Case]) -> list[Case]:
    """Two cases worth a place in the book: one that is broken, and one at the limit that is not."""
    broken = [c for c in cases if c.expected.get("holes")]
    kept = [c for c in cases if not c.expected.get("holes")]
    # At the limit: still pending or closed late says more than nothing at all.
    kept.sort(key=lambda c: not (c.expected.get("pending") or c.expected.get("late")))
    first = [*broken[:1], *kept[:1]]
    others = [c for c in cases if not any(c is f for f in first)]
    return [*first, *others][:EXAMPLES]


def _example(number: int, case: Case, program: Program, words: Words) -> Iterator[str]:
    ledgers = by_name(program.ledgers)
    broken = words(*(("断了", "broken") if case.expected.get("holes") else ("没断", "not broken")))
    yield f"### {words('例', 'Example')} {number} · {broken}{words('：', ': ')}{cell(words.of(case.title))}"
    yield from ("", f"{words('截至', 'As of')} {case.now:%Y-%m-%d %H:%M:%S}", "")
    for name, rows in case.ledgers.items():
        ledger = ledgers[name]
        columns = list(rows[0]) if rows else []
        yield f"**{link(words(f'{ledger.title} {name}', name), '../../ledgers.md', name)}**"
        yield ""
        heads = [words(ledger[c].heading, c) for c in columns]
        yield from (*table(heads, ([cell(row[c]) for c in columns] for row in rows)), "")
    for name, titles in OUT.items():
        rows = case.expected.get(name, [])
        if rows:
            columns = list(rows[0])
            yield f"→ **{words.of(titles)}**"
            yield ""
            heads = [words(HEADINGS[c][0] if c in HEADINGS else MOMENTS.get(c, c), c) for c in columns]
            yield from (*table(heads, ([cell(row[c]) for c in columns] for row in rows)), "")
    if not case.expected.get("holes"):
        yield from (f"→ **{words('没有漏洞', 'no hole')}**", "")
