"""搜索: one box for documents, names and numbers. Sent by POST, so that what is typed stands in no address."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from bihuan.desk import access, knowledge, tokens
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.exchange import cells

EACH = 12
"""Finds of one kind."""


def search(asked: Asked) -> HttpResponse:
    """What has this key or name; a single find is opened at once."""
    q = asked.POST.get("q", "").strip()
    found = _found(asked, q) if q else []
    if len(found) == 1:
        return HttpResponseRedirect(found[0]["link"])
    return show(asked, "search.html", "", q=q, found=found)


def _found(asked: Asked, q: str) -> list[dict[str, Any]]:
    key = cells.normal(q)
    key = key.upper() if len(key) == 18 else key
    like = key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    parts: list[str] = []
    values: list[Any] = []
    for ledger in knowledge.ledgers().values():
        if len(ledger.key) != 1:
            continue
        name = access.NAMES.get(ledger.name)
        label = ("product" if ledger.name == "lots" else "name") if name else None
        held, also = access.effective_sql(ledger, "l", asked.viewing.at)
        scope, within = access.scope_sql(ledger, "l", asked.viewing.area)
        own = f'l."{ledger.key[0]}"'
        wanted, asks = f"{own} = %s", [key]
        if label:
            wanted, asks = f'({own} = %s OR l."{label}" LIKE %s)', [key, like]
        if ledger.name in ("people", "officers"):
            wanted, asks = f"({wanted} OR l.phone = %s)", [*asks, key]
        shown = f'l."{label}"' if label else "''"
        parts.append(
            f"(SELECT '{ledger.name}' AS ledger, {own}::text AS key, {shown} AS name FROM \"{access.table(ledger)}\" l "
            f"WHERE {wanted} AND {held} AND {scope} ORDER BY 2 LIMIT {EACH})"
        )
        values += [*asks, *also, *within]
    found = access.query(" UNION ALL ".join(parts), values)
    return [r | {"title": knowledge.ledgers()[r["ledger"]], "link": _link(asked, r["ledger"], r["key"])} for r in found]


def _link(asked: Asked, ledger: str, key: str) -> str:
    """To the page of a person, a unit …; of another ledger's row to the row."""
    kind = access.NAMES.get(ledger)
    if kind:
        return address(asked.viewing, "subject", kind, key if kind in tokens.PLAIN else tokens.seal(kind, key))
    return address(asked.viewing, "row", ledger, tokens.seal(ledger, key))
