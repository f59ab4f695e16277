"""What the desk's pages say of loops, ledgers and parameters: the compiled program, read once a process."""

from __future__ import annotations

from functools import cache

from bihuan.audit import judged, programs
from bihuan.kernel.ledger import Ledger
from bihuan.kernel.parameters import Parameter, find
from bihuan.kernel.program import Program, Said


@cache
def program() -> Program:
    return programs.load()


@cache
def loops() -> dict[str, Said]:
    """Hole → what its loop says of itself."""
    return {said.hole: said for said in program().loops}


@cache
def ledgers() -> dict[str, Ledger]:
    return {ledger.name: ledger for ledger in program().ledgers}


@cache
def reads() -> dict[str, frozenset[str]]:
    """Hole → the ledgers that its loop reads."""
    return judged.reads(program())


@cache
def keyed() -> dict[str, str]:
    """What a subject may be → the ledger whose key it is: person → people, unit → units, lot → lots …"""
    return {g.key[0]: g.name for g in program().ledgers if len(g.key) == 1 and g.key[0] not in ("row", "move")}


def family_title(name: str) -> tuple[str, str]:
    """What a family of loops is called: 返乡来返, arrivals."""
    return program().title(name)


def parameter(key: str) -> Parameter | None:
    """The parameter that an order's key asks for."""
    return find(program().parameters, key)


def kind_title(kind: str) -> tuple[str, str]:
    """What a subject is: 人员, people."""
    ledger = ledgers().get(keyed().get(kind, ""))
    return (ledger.title, ledger.english) if ledger else (kind, kind)
