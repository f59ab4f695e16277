"""A few subjects at once: the program compiled for PostgreSQL, run on rows that are in its tables already.

Where there are few rows, planning costs more than running. So each stage is a temporary table of one session, each
statement is prepared once with a plan for whatever comes (``force_generic_plan``), and what surely has no row is left
out. What a round wrote is gone at its end, pages and all. (DuckDB audits everything; its prepared plans can't be run
again: filters that one execution pushes into the scans stay for the next, measured with 1.5.6.)

How the tables are emptied matters. Rows that are deleted or rolled back stay in their pages until VACUUM, and every
later round reads past them (three hundred rounds cost eight times the first, measured with PostgreSQL 15); VACUUM and
TRUNCATE make the session plan all its statements anew. ``ON COMMIT DELETE ROWS`` does neither, but empties every
table's TOAST and its index too, 25 ms a round: so no table has one, and a row beyond a page is ``TooLarge``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bihuan.kernel.flow import Flow
from bihuan.kernel.ledger import Ledger
from bihuan.kernel.program import Program, Stage

if TYPE_CHECKING:
    import psycopg

TYPES = {"string": "text", "timestamp(6)": "timestamp", "int64": "bigint", "boolean": "boolean"}
COLUMN_TYPES = {"int": "bigint", "real": "double precision", "bool": "boolean", "date": "date", "time": "timestamp"}

SCOPES = ("ob_subject", "ob_item")
"""The columns by which the obligations of a loop are told apart."""

GIVEN = ("parameters", "loops", "ladders")
"""Tables that the program fills; they always hold rows."""

KEPT = 64
"""Of how many different sets of orders it is kept what is in force."""

SETTINGS = (
    "SET plan_cache_mode = force_generic_plan",
    "SET jit = off",
    "SET max_parallel_workers_per_gather = 0",
    # Joins as the loops write them: with few rows every order is good, and to look for a better one takes long.
    "SET join_collapse_limit = 1",
    "SET from_collapse_limit = 1",
    "SET search_path = pg_temp, public",
)


IDS = "$2::bigint[]"
"""The rows of a ledger that a round stands on, in the statement that makes the ledger as known."""


def text_type(kind: str) -> str:
    """Texts compare by their bytes, as everywhere in the house, whatever the database's own language."""
    return 'text COLLATE "C"' if kind == "text" else kind


class Unfit(Exception):
    """A loop that this engine can't run: it is left to the other."""

    def __init__(self, hole: str, why: str) -> None:
        super().__init__(f"{hole}: {why}")
        self.hole = hole


class TooLarge(Exception):
    """A row that no page holds (8 kB): what stands on it is left to the other engine. The round is over."""


class Session:
    """The program in one session of PostgreSQL. ``con`` is its own, in autocommit; ledgers are read from the tables
    ``ledger_<name>`` of the schema ``public``, by id."""

    def __init__(self, con: psycopg.Connection[Any], program: Program, flows: Mapping[str, Flow]) -> None:
        self.con, self.program, self.flows = con, program, flows
        for setting in SETTINGS:
            con.execute(setting)
        self.now = dt.datetime(2000, 1, 1)
        self._by_name = {s.name: s for s in (*program.stages, *program.last)}
        self._loops = {o.name: o for o in program.obligations}
        self._last = {s.name for s in program.last}
        self._order = [s.name for s in program.stages]
        self._closures: dict[str, frozenset[str]] = {}
        self._prepared: dict[str, bytes] = {}
        self._texts: dict[str, str] = {}
        self._steady: dict[str, set[str]] = {}  # stage → digests of what is kept of it
        self._columns: dict[str, str] = {}
        self._filled: set[str] = set()
        self._asked: Collection[str] = ()
        self._made: set[str] = set()
        self._ids: dict[str, list[int]] = {}
        self._ledgers = {ledger.name: ledger for ledger in program.ledgers}
        self._tables()

    def _tables(self) -> None:
        import psycopg

        given: dict[str, list[tuple[Any, ...]]] = {
            "parameters": [row for p in self.program.parameters for row in p.defaults()],
            "loops": [(s.hole, s.severity, s.role, s.subject, s.final) for s in self.program.loops],
            "ladders": [(role, i, up) for role, rungs in self.program.ladders.items() for i, up in enumerate(rungs)],
        }
        assert given.keys() == set(GIVEN)
        for name, columns in self.program.inputs.items():
            self.table(name, {c: TYPES[kind] for c, kind in columns.items()}, given.get(name))
        for stage in (*self.program.stages, *self.program.last):
            try:
                self.made_of(stage.name, self._sql(stage))
            except psycopg.ProgrammingError:
                continue  # the loops that stand on it are unfit
            if self._is_steady(stage):
                self.con.execute(f'CREATE TEMP TABLE "kept_{stage.name}" (LIKE "{stage.name}", kept_of text)'.encode())
                self.con.execute(f'CREATE INDEX ON "kept_{stage.name}" (kept_of)'.encode())
                shape = self.con.execute(f'SELECT * FROM "{stage.name}"'.encode()).description or ()
                self._columns[stage.name] = ", ".join(f'"{c.name}"' for c in shape)
                self._steady[stage.name] = set()

    def table(self, name: str, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]] | None = None) -> None:
        """A temporary table: columns and types; with ``rows`` that it holds for good, else emptied after each round."""
        typed = ", ".join(f'"{c}" {text_type(kind)}' for c, kind in columns.items())
        if rows is not None:
            self.con.execute(f'CREATE TEMP TABLE "{name}" ({typed})')
            self._fill(name, rows)
        else:
            self._emptied(name, f"({typed})")

    def made_of(self, name: str, sql: str) -> None:
        """A temporary table with the columns of a query, emptied after each round."""
        self._emptied(name, f"AS {sql.replace('$1::timestamp', literal(self.now)).replace(IDS, 'NULL')} WITH NO DATA")

    def _emptied(self, name: str, shape: str) -> None:
        self.con.execute(f"CREATE TEMP TABLE shape_of_it {shape}".encode())
        columns = self.con.execute("SELECT * FROM shape_of_it").description or ()
        plain = ", ".join(f'ALTER "{c.name}" SET STORAGE PLAIN' for c in columns)  # without TOAST
        self.con.execute(f"ALTER TABLE shape_of_it {plain}".encode())
        self.con.execute(f'CREATE TEMP TABLE "{name}" (LIKE shape_of_it INCLUDING STORAGE) ON COMMIT DELETE ROWS')
        self.con.execute("DROP TABLE shape_of_it")

    def _fill(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        with self.con.cursor() as cursor, cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)

    def _sql(self, stage: Stage) -> str:
        if stage.name not in self._texts:
            sql = self.program.at(stage.sql, "$1::timestamp")
            self._texts[stage.name] = of_ids(self._ledgers[stage.name], sql) if stage.is_ledger else sql
        return self._texts[stage.name]

    # ── a round ─────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def round(self, now: dt.datetime, asked: Collection[str] = ()) -> Iterator[None]:
        """What is loaded and run within it is gone at its end. Of the views only those ``asked`` for are made."""
        self.now, self._asked = now, asked
        self._filled, self._made, self._ids = set(), set(), {}
        self._command("BEGIN")
        try:
            yield
        except BaseException:
            self._command("ROLLBACK")
            for kept in self._steady.values():
                kept.clear()  # the last of it may be what was just undone
            raise
        self._command("COMMIT")

    def _command(self, sql: str) -> None:
        """Not by the driver, which forgets its prepared statements at every ROLLBACK; the server does not."""
        self.con.pgconn.exec_(sql.encode())

    def warm(self) -> None:
        """Plan every statement, so that no saved row waits for it: some seconds, once for the session's life."""
        import psycopg

        nothing = texts([""])
        statements: list[tuple[str, tuple[bytes, ...]]]
        statements = [
            (self._making(stage.name), (numbers(()),) if stage.is_ledger else ())
            for stage in (*self.program.stages, *self.program.last)
        ]
        for loop in self.program.obligations:
            statements += [(self._gathering(loop, column), (nothing, nothing)) for column in SCOPES]
        for statement, values in statements:
            with self.round(self.now):
                try:
                    self.do(statement, *values)
                except psycopg.Error:
                    continue  # it is unfit: whoever asks for it is told

    def load(self, ledger: Ledger, ids: Sequence[int]) -> None:
        """Rows of a ledger by their ids; its stages are made anew when they are asked for."""
        if ids:
            self._ids.setdefault(ledger.name, []).extend(ids)
            self._made.discard(ledger.name)

    def obligations(self, hole: str, column: str, values: Sequence[str], states: Sequence[str]) -> None:
        """Gather in ``obligations`` those of a loop whose ``column`` (ob_subject or ob_item) is one of ``values``.

        Raises Unfit where PostgreSQL can't run the loop; the round is over then.
        """
        import psycopg

        loop = self._loops[hole]
        try:
            self.stages(loop.needs)
            if self.may_hold(hole) and self.do(self._gathering(loop, column), texts(states), texts(values)):
                self._filled.add("obligations")
        except (psycopg.ProgrammingError, psycopg.DataError, TooLarge) as error:
            raise Unfit(hole, str(error)) from error

    def put(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Obligations from elsewhere, in the shape of the program's table. Raises TooLarge."""
        import psycopg

        try:
            self._fill("obligations", rows)
        except psycopg.errors.ProgramLimitExceeded as error:
            raise TooLarge(str(error)) from error
        self._filled.add("obligations")

    def last(self, also: Iterable[str] = ()) -> None:
        """The last stages: holes with their owners; and some stages more."""
        needs = [n for s in self.program.last for n in s.needs if n in self._by_name]
        self.stages([*needs, *also])
        for stage in self.program.last:
            self._make(stage.name)

    def stages(self, names: Iterable[str]) -> None:
        """Make these stages and all that they stand on, as far as they are not made."""
        wanted: set[str] = set()
        for name in names:
            wanted |= self._closure(name)
        for name in self._order:
            if name in wanted and name not in self._made:
                self._make(name)

    def do(self, sql: str, *values: bytes) -> int:
        """A statement, prepared, with the as-of time for $1 where it has one and ``values`` for what follows; how many
        rows it wrote. By the driver's own ground: its cursors read a statement anew whenever there are many of them.

        Raises TooLarge."""
        import psycopg

        connection = self.con.pgconn
        name = self._prepared.get(sql)
        if name is None:
            name = f"bihuan_{len(self._prepared)}".encode()
            made = connection.prepare(name, sql.encode())
            if made.status != psycopg.pq.ExecStatus.COMMAND_OK:
                raise psycopg.errors.error_from_result(made)
            self._prepared[sql] = name
        given = [f"{self.now:%Y-%m-%d %H:%M:%S}".encode(), *values] if "$1::timestamp" in sql else list(values)
        done = connection.exec_prepared(name, given)
        if done.status != psycopg.pq.ExecStatus.COMMAND_OK:
            error = psycopg.errors.error_from_result(done)
            if isinstance(error, psycopg.errors.ProgramLimitExceeded):
                raise TooLarge(str(error)) from error
            raise error
        return done.command_tuples or 0

    # ── within ──────────────────────────────────────────────────────────────────────────────────

    def _making(self, name: str) -> str:
        return f'INSERT INTO "{name}" {self._sql(self._by_name[name])}'

    def _gathering(self, loop: Stage, column: str) -> str:
        return (
            f"INSERT INTO obligations SELECT * FROM ({self._sql(loop)}) o WHERE $1::timestamp IS NOT NULL "
            f"AND ob_state = ANY($2::text[]) AND ob_closed IS NULL AND {column} = ANY($3::text[])"
        )

    def _closure(self, name: str) -> frozenset[str]:
        if name not in self._closures:
            stage = self._by_name.get(name)
            inner = [self._closure(need) for need in stage.needs] if stage is not None else []
            own = {name} if stage is not None else set()
            self._closures[name] = frozenset(own).union(*inner)
        return self._closures[name]

    def _make(self, name: str) -> None:
        stage = self._by_name[name]
        if name in self._filled:
            self.do(f'DELETE FROM "{name}"')
            self._filled.discard(name)
        self._made.add(name)
        if stage.is_ledger:
            ids = self._ids.get(name)
            made = bool(ids) and self.do(self._making(name), numbers(ids or ()))
        elif not ((name in self._asked or name in self._last) and self.may_hold(name)):
            return
        else:
            made = self._recall(name) if name in self._steady else self.do(self._making(name))
        if made:
            self._filled.add(name)

    def may_hold(self, name: str) -> bool:
        """Whether a stage or loop may have a row, by which of its tables have any."""
        if name in self.program.inputs:
            return name in GIVEN or name in self._filled
        flow = self.flows.get(name)
        return True if flow is None else self._node_may(flow, len(flow) - 1, {})

    def _node_may(self, flow: Flow, place: int, known: dict[int, bool]) -> bool:
        if place not in known:
            known[place] = self._node(flow, place, known)
        return known[place]

    def _node(self, flow: Flow, place: int, known: dict[int, bool]) -> bool:
        node = flow[place]
        kind = node["k"]
        if kind == "table":
            return node["name"] in GIVEN or node["name"] in self._filled
        if kind == "union":
            return any(self._node_may(flow, of, known) for of in node["of"])
        if kind == "all" or (kind == "group" and not node["keys"]):
            return True
        if kind == "join":
            needed = [0, *(right for how, right, _ in node["links"] if how in ("inner", "semi", "cross"))]
            return all(self._node_may(flow, node["of"][p], known) for p in needed)
        return self._node_may(flow, node["of"], known)

    # ── what stands on the parameters ───────────────────────────────────────────────────────────

    def _is_steady(self, stage: Stage) -> bool:
        """Whether a stage is made of the parameters and of ledgers as known, at whatever moment: as long as those are
        the same, it is the same again. (The orders in force are: most loops ask for them.)"""
        known = {s.name for s in self.program.stages if s.is_ledger}
        steady = "parameters" in stage.needs and self.program.now_mark not in stage.sql
        return steady and known.union(GIVEN).issuperset(stage.needs)

    def _recall(self, name: str) -> int:
        """A steady stage as it was made of the same rows before, else made and kept. How many rows."""
        inner = (
            f"SELECT '{need}' || '/' || row_text::text AS line FROM \"{need}\" row_text"
            for need in self._by_name[name].needs
            if need not in GIVEN
        )
        asked = (
            f"SELECT md5(string_agg(line, ' ' ORDER BY line COLLATE \"C\")) FROM ({' UNION ALL '.join(inner)}) lines"
        )
        (found,) = self.con.execute(asked.encode(), prepare=True).fetchone() or (None,)
        digest, kept = str(found), self._steady[name]
        if digest in kept:
            recalled = f'INSERT INTO "{name}" SELECT {self._columns[name]} FROM "kept_{name}" WHERE kept_of = $1'
            return self.do(recalled, digest.encode())
        if len(kept) >= KEPT:
            self.con.execute(f'TRUNCATE "kept_{name}"'.encode())
            kept.clear()
        rows = self.do(self._making(name))
        self.do(f'DELETE FROM "kept_{name}" WHERE kept_of = $1', digest.encode())
        self.do(f'INSERT INTO "kept_{name}" SELECT *, $1 FROM "{name}"', digest.encode())
        kept.add(digest)
        return rows


def literal(now: dt.datetime) -> str:
    return f"timestamp '{now:%Y-%m-%d %H:%M:%S}'"


def texts(values: Iterable[str]) -> bytes:
    """An array of texts, as PostgreSQL reads it."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return ("{" + ",".join(f'"{value}"' for value in quoted) + "}").encode()


def numbers(values: Iterable[int]) -> bytes:
    """An array of numbers, as PostgreSQL reads it."""
    return ("{" + ",".join(map(str, values)) + "}").encode()


def of_ids(ledger: Ledger, sql: str) -> str:
    """A ledger as known, of some of its rows: those with the IDS."""
    columns = ", ".join(
        f'"{c.name}"::{text_type(COLUMN_TYPES.get(c.type, "text"))} AS "{c.name}"' for c in ledger.all_columns
    )
    rows = (
        f'SELECT {columns}, 0 AS "_source", id AS "_row", false AS "_only" FROM public."ledger_{ledger.name}" '
        f"WHERE id = ANY({IDS}) AND $1::timestamp IS NOT NULL"
    )
    return f'WITH "ledger_{ledger.name}" AS ({rows}) SELECT * FROM ({sql}) known'
