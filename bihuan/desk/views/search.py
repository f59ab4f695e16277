"""搜索: one box for documents, names and numbers. Sent by POST, so that what is typed stands in no address."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect

from bihuan.desk import access, knowledge, rows, tokens
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
    """Each way to be found is asked for alone, so that each has its index. One query."""
    key = cells.normal(q)
    key = key.upper() if len(key) == 18 else key
    parts: list[str] = []
    values: list[Any] = []
    for ledger in knowledge.ledgers().values():
        if len(ledger.key) != 1 or ledger[ledger.key[0]].type not in ("text", "ref", "area"):
            continue
        named = ("product" if ledger.name == "lots" else "name") if ledger.name in access.NAMES else None
        own, shown = f'l."{ledger.key[0]}"', f'l."{named}"' if named else "''"
        held, also = access.effective_sql(ledger, "l", asked.viewing.at)
        scope, within = access.scope_sql(ledger, "l", asked.viewing.area)
        ways: list[tuple[str, list[str], str]] = [(f"{own} = %s", [key], own)]
        if named:
            ways.append((*rows.beginning(shown, key), f'{shown} COLLATE "C"'))
        if ledger.name in ("people", "officers"):
            ways.append(('l.phone COLLATE "C" = %s', [key], own))
        for wanted, asks, order in ways:
            parts.append(
                f"(SELECT '{ledger.name}' AS ledger, {own} AS key, {shown} AS name FROM \"{access.table(ledger)}\" l "
                f"WHERE {wanted} AND {held} AND {scope} ORDER BY {order} LIMIT {EACH})"
            )
            values += [*asks, *also, *within]
    found = {(r["ledger"], r["key"]): r for r in access.query(" UNION ALL ".join(parts), values)}
    return [
        r | {"title": knowledge.ledgers()[r["ledger"]], "link": _link(asked, r["ledger"], r["key"])}
        for r in found.values()
    ]


def _link(asked: Asked, ledger: str, key: str) -> str:
    """To the page of a person, a unit …; of another ledger's row to the row."""
    kind = access.NAMES.get(ledger)
    if kind:
        return address(asked.viewing, "subject", kind, key if kind in tokens.PLAIN else tokens.seal(kind, key))
    return address(asked.viewing, "row", ledger, tokens.seal(ledger, key))
