"""The desk's own tags: two languages, addresses that carry moment and area on, figures, moments, icons, masking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from bihuan.access import roles
from bihuan.desk import forms, knowledge, masking, tokens
from bihuan.desk.viewing import Viewing
from bihuan.domains import english
from bihuan.kernel.ledger import Column, Ledger

register = template.Library()


def viewing_of(context: template.Context) -> Viewing:
    found = context.get("viewing")
    return found if isinstance(found, Viewing) else Viewing()


@register.simple_tag(takes_context=True)
def two(context: template.Context, zh: str, en: str, **values: Any) -> str:
    """The text in the page's language, its {names} filled: ``{% two "共 {n} 个" "{n} in all" n=count %}``."""
    said = viewing_of(context).two(zh, en)
    return said.format(**values) if values else said


@register.simple_tag(takes_context=True)
def of(context: template.Context, both: tuple[str, str]) -> str:
    """One of a pair (Chinese, English)."""
    return viewing_of(context).of(both)


@register.simple_tag(takes_context=True)
def joined(context: template.Context, names: Iterable[str]) -> str:
    """Names one after the other, with the comma of the page's language."""
    return viewing_of(context).two("、", ", ").join(names)


@register.simple_tag(takes_context=True)
def of_masked(context: template.Context, both: tuple[str, str]) -> str:
    """One of a pair, with identity numbers hidden."""
    return masking.masked(viewing_of(context).of(both))


@register.simple_tag(takes_context=True)
def to(context: template.Context, name: str, *args: Any, **query: Any) -> str:
    """The address of a page, with moment and area carried on; further words go to its query, empty ones left out."""
    return address(viewing_of(context), name, *args, **query)


def address(viewing: Viewing, name: str, *args: Any, **query: Any) -> str:
    """As the tag ``to``; a list gives a word several times. A query word that ends in _ is written without it (in_)."""
    words = dict(viewing.carried()) | {k.rstrip("_"): v for k, v in query.items()}
    pairs = [(k, v) for k, v in words.items() if v not in (None, "", [])]
    return _reversed(name, args) + (f"?{urlencode(pairs, doseq=True)}" if pairs else "")


@lru_cache(maxsize=10_000)
def _reversed(name: str, args: tuple[Any, ...]) -> str:
    """The path of a page: looked up once; a page holds links by the hundred, most of them those of the last one."""
    return reverse(name, args=args)


@register.simple_tag(takes_context=True)
def change(context: template.Context, **words: Any) -> str:
    """This page's own address with some words of its query changed; an empty one is taken out, and so is the place in
    the list, which another filter makes meaningless."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    for key, value in words.items():
        key = key.rstrip("_")
        query.pop(key, None)
        if value not in (None, "", []):
            query.setlist(key, [str(v) for v in value] if isinstance(value, list | tuple) else [str(value)])
    return "?" + query.urlencode()


@register.simple_tag(takes_context=True)
def change_page(context: template.Context, word: str, number: int) -> str:
    """This page's own address with another page of the list that ``word`` names, led to that list."""
    return f"{change(context, **{word: number})}#{word}"


@register.filter
def num(value: Any) -> str:
    """1,204."""
    if value is None or value == "":
        return "–"
    if isinstance(value, float) and not value.is_integer():
        return f"{value:,.1f}"
    return f"{int(value):,}"


@register.filter
def at(value: Any) -> str:
    """2022-01-06 14:00; a day alone as 2022-01-06."""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else ""


@register.filter
def day(value: Any) -> str:
    """2022-01-06, of a moment too."""
    return f"{value:%Y-%m-%d}" if isinstance(value, dt.date) else ""


@register.filter
def short_at(value: Any) -> str:
    """01-06 14:00."""
    return f"{value:%m-%d %H:%M}" if isinstance(value, dt.datetime) else at(value)


def lasting(span: dt.timedelta, lang: str) -> str:
    """2 天 4 时, 2 d 4 h: two parts at most, rounded down."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    words = (("天", "时", "分"), ("d", "h", "min"))[lang != "zh"]
    parts = [f"{n} {w}" for n, w in zip((days, hours, rest), words, strict=True) if n]
    return " ".join(parts[:2]) or f"0 {words[2]}"


@register.simple_tag(takes_context=True)
def span(context: template.Context, since: dt.datetime | None, until: dt.datetime | None) -> str:
    """How long it is from one moment to another; – where one is not known."""
    if since is None or until is None:
        return "–"
    return lasting(abs(until - since), viewing_of(context).lang)


@register.simple_tag(takes_context=True)
def on_average(context: template.Context, hours: float | None) -> SafeString:
    """A number of hours with its unit; of days, where it is three or more: 5.2 h, 12.4 d."""
    if hours is None:
        return SafeString("–")
    days = hours >= 72
    unit = viewing_of(context).of((("小时", "h"), ("天", "d"))[days])
    return format_html("{}<small> {}</small>", f"{hours / 24 if days else hours:,.1f}", unit)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One of the icons of the sprite; decoration, so hidden from those who listen."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        extra,
        static("desk/vendor/icons.svg"),
        name,
    )


@register.filter
def masked(value: Any) -> str:
    """Identity and phone numbers within a text hidden."""
    return masking.masked(str(value)) if value not in (None, "") else ""


@register.filter
def masked_document(value: Any) -> str:
    """A whole document number hidden, of whatever kind."""
    return masking.masked_document(str(value)) if value not in (None, "") else ""


SEVERITY = {"急": ("急", "Urgent"), "重": ("重", "Serious"), "常": ("常", "Routine")}


@register.simple_tag(takes_context=True)
def severity(context: template.Context, word: str) -> SafeString:
    """A hole's severity as a mark: red for 急 alone."""
    css = {"急": "urgent", "重": "serious"}.get(word, "routine")
    return format_html(
        '<span class="sev sev-{}">{}</span>', css, viewing_of(context).of(SEVERITY.get(word, (word, word)))
    )


@register.simple_tag(takes_context=True)
def hole_link(context: template.Context, hole: Any) -> str:
    """The address of a hole's page."""
    return address(viewing_of(context), "hole", tokens.seal("hole", f"{hole.hole}/{hole.subject}/{hole.item}"))


@register.simple_tag(takes_context=True)
def hole_text(context: template.Context, hole: Any) -> str:
    """A hole's sentence, with identity numbers hidden."""
    return masking.masked_about(hole.text_zh if viewing_of(context).zh else hole.text_en, hole)


@register.simple_tag(takes_context=True)
def subject_link(context: template.Context, kind: str, key: str) -> str:
    """The address of the page of a person, a unit, a lot …"""
    shown = key if kind in tokens.PLAIN else tokens.seal(kind, key)
    return address(viewing_of(context), "subject", kind, shown)


@register.simple_tag
def said_of(hole: Any, text: str | None) -> str:
    """What somebody wrote of a hole, with identity numbers hidden."""
    return masking.masked_about(text or "", hole)


@register.simple_tag(takes_context=True)
def hole_name(context: template.Context, hole: str) -> str:
    """What a hole is called: 未核查."""
    said = knowledge.loops().get(hole)
    return viewing_of(context).of(said.name) if said else hole


@register.simple_tag(takes_context=True)
def group_link(context: template.Context, row: dict[str, Any], severity: str = "") -> str:
    """The rows of a group (of one severity): this page's filters, and the group's own."""
    words = {row["word"]: row["value"], "group": ""} | ({"sev": severity} if severity else {})
    if row["word"] == "in" and not row["key"]:
        words = {"group": ""}
    return change(context, **words)


@register.simple_tag(takes_context=True)
def without(context: template.Context, word: str) -> str:
    """This page's own address without one word of its query."""
    return change(context, **{word: ""})


@register.simple_tag(takes_context=True)
def remedy(context: template.Context, hole: Any) -> str:
    """What closes a hole, with identity numbers hidden."""
    return masking.masked_about(hole.remedy_zh if viewing_of(context).zh else hole.remedy_en, hole)


@register.simple_tag(takes_context=True)
def family_title(context: template.Context, name: str) -> str:
    """What a loop is called: 返乡来返, Arrivals."""
    said = viewing_of(context).of(knowledge.family_title(name))
    return said[:1].upper() + said[1:]


@register.simple_tag(takes_context=True)
def ledger_title(context: template.Context, ledger: Ledger) -> str:
    """What a ledger is called: 来返人员, Arrivals."""
    return viewing_of(context).two(ledger.title, ledger.english[:1].upper() + ledger.english[1:])


@register.simple_tag(takes_context=True)
def heading(context: template.Context, column: Column) -> str:
    """A column's heading: 核查时间, At."""
    english = column.english or column.name
    return viewing_of(context).two(column.heading, english[:1].upper() + english[1:])


@register.simple_tag(takes_context=True)
def remark(context: template.Context, ledger: Ledger, column: Column) -> str:
    """What is to be known when a column is filled in."""
    return forms.remark(ledger, column, viewing_of(context).lang)


@register.simple_tag(takes_context=True)
def row_link(context: template.Context, ledger: Ledger, key: str) -> str:
    """The address of a row: its history and its form. (A template cannot say ``ledger.name``: that is its column.)"""
    return address(viewing_of(context), "row", ledger.name, tokens.seal(ledger.name, key))


LINKED = {"people": "person", "units": "unit", "lots": "lot", "posts": "post", "officers": "officer"}


@register.simple_tag(takes_context=True)
def cell(context: template.Context, column: Column, text: str) -> SafeString:
    """A cell's text: hidden where it is a document or a phone number, led on where it names somebody or something."""
    if text == "":
        return SafeString("")
    person = column.refers == "people" or (column.name == "person" and column.required)
    shown = masking.masked_document(text) if person else masking.masked(text)
    if column.choices or column.type == "bool":
        return SafeString(conditional_escape(chosen(context, shown)))
    target = "areas" if column.type == "area" else column.refers
    name = (context.get("names") or {}).get((target, text), "")
    kind = "person" if person else "area" if column.type == "area" else LINKED.get(column.refers)
    if not kind:
        return format_html("{}", shown)
    link = subject_link(context, kind, text)
    if not name:
        return format_html('<a href="{}">{}</a>', link, shown)
    return format_html('<a href="{}" title="{}">{}</a>', link, shown, name)


@register.simple_tag(takes_context=True)
def chosen(context: template.Context, word: str) -> str:
    """A word that is chosen from a ledger's list, in the page's language."""
    return word if viewing_of(context).zh else english.word(word)


@register.filter
def ledger_name(ledger: Ledger) -> str:
    """A ledger's name; a template that says ``ledger.name`` gets its column of that name."""
    return ledger.name


@register.filter
def column_name(column: Column) -> str:
    """A column's name."""
    return column.name


@register.simple_tag(takes_context=True)
def cell_text(context: template.Context, column: Column, text: str) -> str:
    """A cell's text as in ``cell``, without a link."""
    person = column.refers == "people" or (column.name == "person" and column.required)
    return masking.masked_document(text) if person else masking.masked(text)


@register.simple_tag(takes_context=True)
def column_link(context: template.Context, ledger: Ledger, column: str, key: str) -> str:
    """The rows of a ledger that name something in one of their columns."""
    return address(viewing_of(context), "ledger", ledger.name, **{f"f.{column}": tokens.word(key)})


@register.filter
def signed(value: int) -> str:
    """+3, −2, 0."""
    return f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "0"


@register.simple_tag(takes_context=True)
def row_link_of(context: template.Context, ledger: str, key: str) -> str:
    """As ``row_link``, of a ledger by its name."""
    return address(viewing_of(context), "row", ledger, tokens.seal(ledger, key))


@register.simple_tag(takes_context=True)
def edit_link(context: template.Context, ledger: Ledger, key: str) -> str:
    """The address of the form that corrects a row."""
    return address(viewing_of(context), "row_edit", ledger.name, tokens.seal(ledger.name, key))


@register.simple_tag(takes_context=True)
def may_write(context: template.Context, ledger: str) -> bool:
    """Whether this account records rows of a ledger, now: an earlier moment is looked at, not written to."""
    user = context["request"].user
    return viewing_of(context).at is None and roles.writes(user.role, user.group, ledger)


@register.filter
def at_key(values: dict[str, Any], key: str) -> Any:
    """What a dictionary holds under a key that a template has in a variable."""
    return values.get(key, "")
