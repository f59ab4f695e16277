"""Statements of one session of PostgreSQL, each prepared once and run again and again.

By the driver's own ground: its cursors take longer about a small statement than the server, keep a hundred of them, and
forget all of them at every ROLLBACK.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer

DONE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)


class Statements:
    """Of one connection; between them the driver may do on it what it likes."""

    def __init__(self, con: psycopg.Connection[Any]) -> None:
        self._server = con.pgconn
        self._reader = Transformer(con)
        self._names: dict[str, bytes] = {}
        self._number = 0

    def run(self, sql: str, values: Sequence[bytes] = ()) -> pq.abc.PGresult:
        """Run a statement with ``values`` for $1, $2 … as PostgreSQL reads them. Raises psycopg.Error."""
        done = self._answer(self._server.exec_prepared, self._names.get(sql) or self._prepared(sql), values)
        if done.status not in DONE:
            error = psycopg.errors.error_from_result(done)
            if not isinstance(error, psycopg.errors.InvalidSqlStatementName):
                raise error
            self._names.clear()  # the driver had the server forget what was prepared
            return self.run(sql, values)
        return done

    def rows(self, sql: str, *values: bytes) -> list[tuple[Any, ...]]:
        """The rows that a statement gives."""
        done = self.run(sql, values)
        self._reader.set_pgresult(done)
        return self._reader.load_rows(0, done.ntuples, tuple)

    def number(self, sql: str, *values: bytes) -> int:
        """How many rows a statement wrote."""
        return self.run(sql, values).command_tuples or 0

    def command(self, sql: str) -> None:
        """What has neither values nor an answer: the beginning and the end of a transaction."""
        self._answer(self._server.exec_, sql.encode())

    def _answer(self, ask: Callable[..., pq.abc.PGresult], *given: Any) -> pq.abc.PGresult:
        """Where the connection is lost there is no answer, or one of no class: psycopg.OperationalError, as of the
        driver."""
        try:
            done = ask(*given)
        except MemoryError:
            if self._server.status == pq.ConnStatus.OK:
                raise
            raise psycopg.OperationalError("the connection is lost") from None
        if done.status not in DONE and self._server.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError(str(psycopg.errors.error_from_result(done)))
        return done

    def _prepared(self, sql: str) -> bytes:
        self._number += 1
        name = f"bihuan_{self._number}".encode()
        done = self._answer(self._server.prepare, name, sql.encode())
        if done.status not in DONE:
            raise psycopg.errors.error_from_result(done)
        self._names[sql] = name
        return name


def texts(values: Iterable[str]) -> bytes:
    """An array of texts, as PostgreSQL reads it."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return ("{" + ",".join(f'"{value}"' for value in quoted) + "}").encode()


def numbers(values: Iterable[int]) -> bytes:
    """An array of numbers, as PostgreSQL reads it."""
    return ("{" + ",".join(map(str, values)) + "}").encode()
