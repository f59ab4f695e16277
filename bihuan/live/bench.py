"""The workbench: the compiled program over the rows of a few subjects, in a session of its own; what it finds,
worded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from bihuan.audit import programs, texts
from bihuan.engines.postgres import Session
from bihuan.live import found, tables
from bihuan.live.lineage import Lineage
from bihuan.live.moved import Row
from bihuan.live.store import Scope

LANGS = ("zh", "en")


class Bench:
    """``con``: a connection of its own, in autocommit."""

    def __init__(self, con: psycopg.Connection[Any]) -> None:
        self.con = con
        live = programs.live()
        self.program = live.program
        self.lineage = Lineage(live.flows, live.uses, tables.ledgers())
        self.session = Session(con, self.program, live.flows)
        self.named = texts.named_ledgers(self.program)
        self._worded: list[str] = []
        for lang in LANGS:
            for name, (columns, rows) in texts.wording(self.program, lang).items():
                self.session.table(f"{name}_{lang}", dict.fromkeys(columns, "text"), rows)
            for name, sql in (
                (f"print_labels_{lang}", texts.labels(self.program, lang, f"_{lang}")),
                (f"printed_{lang}", texts.sentences(lang, f"_{lang}", "postgres")),
            ):
                self.session.made_of(name, sql)
                self._worded.append(f"INSERT INTO {name} {sql}")
        self._told = found.query("printed_zh", "printed_en")

    @contextmanager
    def round(
        self, now: dt.datetime, rows: Mapping[str, Mapping[int, Row]], asked: Collection[str] = ()
    ) -> Iterator[None]:
        """On these rows (ledger → id → row), as of a time; of the ledgers and views those that are ``asked`` for."""
        with self.session.round(now, asked):
            self.load({name: some for name, some in rows.items() if name in asked})
            yield

    def load(self, rows: Mapping[str, Mapping[int, Row]]) -> None:
        for name, some in rows.items():
            self.session.load(tables.ledgers()[name], some)

    def gather(self, scopes: Sequence[Scope]) -> None:
        """The obligations of the loops within their scopes, open or pending."""
        for scope in scopes:
            self.session.obligations(scope.hole, f"ob_{scope.column}", scope.values, found.STATES)

    def any(self) -> bool:
        """Whether any obligation was gathered."""
        return self.session.may_hold("obligations")

    def asked(self, columns: str) -> list[tuple[Any, ...]]:
        """Columns of the obligations that were gathered, each combination once."""
        return self.session.statements.rows(f"SELECT DISTINCT {columns} FROM obligations")

    def holes(self) -> list[tuple[Any, ...]]:
        """The obligations as holes with owners and words: rows of found.COLUMNS. What their owners and names stand on
        must be loaded."""
        self.session.last([ledger.name for ledger in self.named])
        for sql in self._worded:
            self.session.do(sql)
        return self.session.statements.rows(self._told)
