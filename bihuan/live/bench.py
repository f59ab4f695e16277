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
from bihuan.live.fetching import Row
from bihuan.live.lineage import Lineage
from bihuan.live.store import Scope

LANGS = ("zh", "en")


class Bench:
    """``con``: a connection of its own, in autocommit."""

    def __init__(self, con: psycopg.Connection[Any]) -> None:
        self.con = con
        self.program, flows = programs.live()
        self.lineage = Lineage(flows, tables.ledgers())
        self.session = Session(con, self.program, flows)
        self.named = [ledger.name for ledger in texts.named_ledgers(self.program)]
        for lang in LANGS:
            for name, (columns, rows) in texts.wording(self.program, lang).items():
                self.session.table(f"{name}_{lang}", dict.fromkeys(columns, "text"))
                self.session.fill(f"{name}_{lang}", rows)
            self.session.made_of(f"print_labels_{lang}", self._labels(lang))
            self.session.made_of(f"printed_{lang}", self._sentences(lang))

    def _labels(self, lang: str) -> str:
        return texts.labels(self.program, lang, f"_{lang}")

    def _sentences(self, lang: str) -> str:
        return texts.sentences(lang, f"_{lang}", "postgres").replace("%", "%%")

    @contextmanager
    def round(
        self, now: dt.datetime, rows: Mapping[str, Mapping[int, Row]], asked: Collection[str] = ()
    ) -> Iterator[None]:
        """On these rows (ledger → id → row), as of a time; of the views those that are ``asked`` for."""
        with self.session.round(now, asked):
            self.load(rows)
            yield

    def load(self, rows: Mapping[str, Mapping[int, Row] | Sequence[int]]) -> None:
        for name, some in rows.items():
            self.session.load(tables.ledgers()[name], list(some))

    def gather(self, scopes: Sequence[Scope]) -> None:
        """The obligations of the loops within their scopes, open or pending."""
        for scope in scopes:
            self.session.obligations(scope.hole, f"ob_{scope.column}", scope.values, found.STATES)

    def asked(self, columns: str) -> list[tuple[Any, ...]]:
        """Columns of the obligations that were gathered, each combination once."""
        return self.con.execute(f"SELECT DISTINCT {columns} FROM obligations").fetchall()

    def holes(self) -> list[tuple[Any, ...]]:
        """The obligations as holes with owners and words: rows of found.COLUMNS. What their owners and names stand on
        must be loaded."""
        self.session.last(self.named)
        for lang in LANGS:
            self.session.run(f"INSERT INTO print_labels_{lang} {self._labels(lang)}")
            self.session.run(f"INSERT INTO printed_{lang} {self._sentences(lang)}")
        return self.session.run(found.query("printed_zh", "printed_en")).fetchall()
