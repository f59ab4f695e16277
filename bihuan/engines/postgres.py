"""A few subjects at once: the program compiled for PostgreSQL, run on rows that are in its tables already.

Where there are few rows, planning costs more than running. So each stage is a temporary table of one session, each
statement is prepared once with a plan for whatever comes (``force_generic_plan``), and what surely has no row is left
out. What a round wrote is gone at its end. (DuckDB audits everything; its prepared plans can't be run
again: filters that one execution pushes into the scans stay for the next, measured with 1.5.6.)

How the tables are emptied matters. Rows that are deleted or rolled back stay in their pages until VACUUM, and every
later round reads past them (three hundred rounds cost eight times the first, measured with PostgreSQL 15); VACUUM and
TRUNCATE make the session plan all its statements anew. ``ON COMMIT DELETE ROWS`` does neither, but goes through all
tables, 3 ms, and through every table's TOAST and its index too, 25 ms: so no table has one, a row beyond a page is
``TooLarge``, and a round is rolled back: one in ``UNTIDY`` is committed, or one with nothing to do when there is time
(:meth:`Session.tidy`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bihuan.engines import holding
from bihuan.engines.statements import Statements, numbers, texts
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

UNTIDY = 12
"""After so many rounds the tables are emptied with their pages, where nobody did it before."""

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
        self.statements = Statements(con)
        for setting in SETTINGS:
            con.execute(setting)
        self.now = dt.datetime(2000, 1, 1)
        self._now = b""
        self._by_name = {s.name: s for s in (*program.stages, *program.last)}
        self._loops = {o.name: o for o in program.obligations}
        self._last = {s.name for s in program.last}
        self._places = {stage.name: place for place, stage in enumerate(program.stages)}
        self._closures: dict[str, Sequence[str]] = {}
        self._asks: dict[str, holding.Asks] = {}
        self._timed: dict[str, bool] = {}  # statement → whether it has an as-of time
        self._insertions: dict[str, str] = {}
        self._gatherings: dict[tuple[str, str], str] = {}
        self._texts: dict[str, str] = {}
        self._steady: dict[str, dict[str, int]] = {}  # stage → digest of what is kept of it → how many rows
        self._anew = False  # whether something is to be kept that was not before
        self._untidy = 0  # rounds since the tables were emptied
        self._filled: set[str] = set()
        self._asked: Collection[str] = ()
        self._made: set[str] = set()
        self._ids: dict[str, set[int]] = {}
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
                if self._is_steady(stage):
                    self._keep(stage)
                else:
                    self.made_of(stage.name, self._sql(stage))
            except psycopg.ProgrammingError:
                continue  # the loops that stand on it are unfit

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
        self.now, self._now, self._asked = now, f"{now:%Y-%m-%d %H:%M:%S}".encode(), asked
        self._filled, self._made, self._ids = set(), set(), {}
        # Not by the driver, which forgets its prepared statements at every ROLLBACK; the server does not.
        self.statements.command("BEGIN")
        try:
            yield
        except BaseException:
            self.statements.command("ROLLBACK")
            for kept in self._steady.values():
                kept.clear()  # the last of it may be what was just undone
            self._anew = False
            self._untidy += 1
            raise
        if self._anew or self._untidy >= UNTIDY:
            self.statements.command("COMMIT")
            self._anew, self._untidy = False, 0
        else:
            self.statements.command("ROLLBACK")
            self._untidy += 1

    def tidy(self) -> None:
        """Between rounds, where nobody waits: empty the pages of what they wrote."""
        if self._untidy:
            self.statements.command("BEGIN; SELECT FROM obligations LIMIT 0; COMMIT")
            self._untidy = 0

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

    def load(self, ledger: Ledger, ids: Collection[int]) -> None:
        """Rows of a ledger by their ids; its stages are made anew when they are asked for."""
        loaded = self._ids.setdefault(ledger.name, set())
        if not loaded.issuperset(ids):
            loaded.update(ids)
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
        for name in names:
            for stage in self._closure(name):
                if stage not in self._made:
                    self._make(stage)

    def do(self, sql: str, *values: bytes) -> int:
        """A statement with the as-of time for $1 where it has one and ``values`` for what follows; how many rows it
        wrote. Raises TooLarge."""
        import psycopg

        timed = self._timed.get(sql)
        if timed is None:
            timed = self._timed[sql] = "$1::timestamp" in sql
        try:
            return self.statements.number(sql, *((self._now, *values) if timed else values))
        except psycopg.errors.ProgramLimitExceeded as error:
            raise TooLarge(str(error)) from error

    # ── within ──────────────────────────────────────────────────────────────────────────────────

    def _making(self, name: str) -> str:
        # Made once: a text that was looked up before is not gone through again.
        if name not in self._insertions:
            self._insertions[name] = f'INSERT INTO "{name}" {self._sql(self._by_name[name])}'
        return self._insertions[name]

    def _gathering(self, loop: Stage, column: str) -> str:
        if (loop.name, column) not in self._gatherings:
            self._gatherings[loop.name, column] = (
                f"INSERT INTO obligations SELECT * FROM ({self._sql(loop)}) o WHERE $1::timestamp IS NOT NULL "
                f"AND ob_state = ANY($2::text[]) AND ob_closed IS NULL AND {column} = ANY($3::text[])"
            )
        return self._gatherings[loop.name, column]

    def _closure(self, name: str) -> Sequence[str]:
        """A stage and all that it stands on, without the last ones, in the order in which they are made."""
        if name not in self._closures:
            found, waiting = set[str](), [name]
            while waiting:
                stage = self._by_name.get(waiting.pop())
                if stage is not None and stage.name not in found:
                    found.add(stage.name)
                    waiting += stage.needs
            self._closures[name] = sorted(found & self._places.keys(), key=self._places.__getitem__)
        return self._closures[name]

    def _make(self, name: str) -> None:
        stage = self._by_name[name]
        if name in self._filled:
            self.do(f'DELETE FROM "{name}"')
            self._filled.discard(name)
        self._made.add(name)
        if stage.is_ledger:
            ids = self._ids.get(name)
            made = bool(ids) and self.do(self._making(name), numbers(sorted(ids or ())))
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
        if name not in self._asks:
            flow = self.flows.get(name)
            self._asks[name] = True if flow is None else holding.asks(flow, GIVEN)
        return holding.met(self._asks[name], self._filled)

    # ── what stands on the parameters ───────────────────────────────────────────────────────────

    def _is_steady(self, stage: Stage) -> bool:
        """Whether a stage is made of the parameters and of ledgers as known, at whatever moment: as long as those are
        the same, it is the same again. (The orders in force are: most loops ask for them.)"""
        known = {s.name for s in self.program.stages if s.is_ledger}
        steady = "parameters" in stage.needs and self.program.now_mark not in stage.sql
        return steady and known.union(GIVEN).issuperset(stage.needs)

    def _keep(self, stage: Stage) -> None:
        """A steady stage: what was made of it stays in a table, and it is a view of that."""
        name = stage.name
        self.con.execute(f'CREATE TEMP TABLE "kept_{name}" AS {self._sql(stage)} WITH NO DATA'.encode())
        shape = self.con.execute(f'SELECT * FROM "kept_{name}"'.encode()).description or ()
        self.con.execute(f'ALTER TABLE "kept_{name}" ADD COLUMN kept_of text'.encode())
        self.con.execute(f'CREATE INDEX ON "kept_{name}" (kept_of)'.encode())
        columns = ", ".join(f'"{c.name}"' for c in shape)
        of = f"kept_of = current_setting('bihuan.{name}', true)"
        self.con.execute(f'CREATE TEMP VIEW "{name}" AS SELECT {columns} FROM "kept_{name}" WHERE {of}'.encode())
        self._steady[name] = {}

    def _recall(self, name: str) -> int:
        """Have a steady stage be what was made of the same rows before, else make and keep it. How many rows."""
        inner = (
            f"SELECT '{need}' || '/' || row_text::text AS line FROM \"{need}\" row_text"
            for need in self._by_name[name].needs
            if need not in GIVEN
        )
        digest = "coalesce(md5(string_agg(line, ' ' ORDER BY line COLLATE \"C\")), '')"
        asked = f"SELECT set_config('bihuan.{name}', {digest}, true) FROM ({' UNION ALL '.join(inner)}) lines"
        ((found,),) = self.statements.rows(asked)
        kept = self._steady[name]
        if found not in kept:
            if len(kept) >= KEPT:
                self.statements.command(f'TRUNCATE "kept_{name}"')
                kept.clear()
            self.do(f'DELETE FROM "kept_{name}" WHERE kept_of = $1', found.encode())
            made = f'INSERT INTO "kept_{name}" SELECT made.*, $1 FROM ({self._sql(self._by_name[name])}) made'
            kept[found] = self.do(made, found.encode())
            self._anew = True
        return kept[found]


def literal(now: dt.datetime) -> str:
    return f"timestamp '{now:%Y-%m-%d %H:%M:%S}'"


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
