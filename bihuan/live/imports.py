"""Import (导入): the folder that ``check`` reads, into the database; the whole folder or nothing of it.

Rows are told apart by key and recorded_at: a row that stands already, alike in every column, is left alone, so a second
import changes nothing; one that differs takes its place; others are new versions. Rejects are those of ``check``, but a
reference may be to a row of the database, and a masked number is never taken for a whole one (``masked``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from bihuan.exchange import read as exchange
from bihuan.exchange.problems import Problem
from bihuan.kernel.ledger import Ledger
from bihuan.live import actions, bulk, clock, incoming, masked, tables
from bihuan.live.incoming import SHOWN, Changed, Counts
from bihuan.live.models import Batch

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]

MEMORY = "2GB"
"""What a preview's engine may take of the machine's memory; beyond it goes to disk."""


@dataclass
class Imported:
    """What an import did, or (a preview) would do. ``batch`` None: nothing was written. ``changes``: of a preview, the
    first SHOWN."""

    counts: dict[str, Counts] = field(default_factory=dict)
    rejects: list[dict[str, Any]] = field(
        default_factory=list
    )  # file, sheet, row, column, value, reason, advice, ledger
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)
    batch: Batch | None = None
    changes: list[Changed] = field(default_factory=list)

    @property
    def written(self) -> int:
        return sum(c.written for c in self.counts.values())


def preview_import(
    actor: actions.Actor, folder: Path, *, lang: str = "zh", progress: Progress | None = None
) -> Imported:
    """What :func:`import_folder` would do; nothing is written. Raises as it does."""
    return _run(actor, folder, lang, progress, None, write=False)


def import_folder(
    actor: actions.Actor,
    folder: Path,
    *,
    lang: str = "zh",
    progress: Progress | None = None,
    token: str | None = None,
    rejects: Path | None = None,
) -> Imported:
    """Read a folder of ledgers, or one file, into the database, in one transaction.

    ``rejects``: the file to which all rows go that can't be read. Raises NothingToRead and Refused.
    """
    return _run(actor, folder, lang, progress, token, write=True, rejects=rejects)


def _run(
    actor: actions.Actor,
    folder: Path,
    lang: str,
    progress: Progress | None,
    token: str | None,
    *,
    write: bool,
    rejects: Path | None = None,
) -> Imported:
    program = tables.program()
    with _engine(None if write else MEMORY) as con:
        intake = exchange.read(
            folder,
            con,
            program.ledgers,
            program.parameters,
            lang=lang,
            progress=progress,
            held=actions.held,
            look=masked.look,
        )
        result = Imported(problems=intake.problems, rejected=intake.rejected)
        result.rejects = _rejects(con)
        if rejects is not None and intake.rejected:
            from bihuan.audit.outputs import write_rejects

            write_rejects(con, rejects, lang)
        ledgers = bulk.order([ledger for ledger in program.ledgers if intake.rows[ledger.name]])
        for ledger in ledgers:
            if not actor.may("import", ledger, []):
                raise actions.Refused("import", ledger)
        try:
            with transaction.atomic():
                _write(con, actor, ledgers, intake, result, token, lang, progress, preview=not write)
                if not write or not result.written:
                    result.batch = None
                    transaction.set_rollback(True)
        except IntegrityError:
            first = Batch.objects.filter(token=token).first() if token else None
            if first is None:
                raise
            result.batch = first
    return result


def _write(
    con: duckdb.DuckDBPyConnection,
    actor: actions.Actor,
    ledgers: Sequence[Ledger],
    intake: exchange.Intake,
    result: Imported,
    token: str | None,
    lang: str,
    progress: Progress | None,
    *,
    preview: bool,
) -> None:
    batch = Batch.objects.create(
        at=clock.now(),
        kind="import",
        by=actor.name,
        token=token,
        sources=[[source.file, source.sheet] for source in intake.sources],
    )
    rejected = dict(con.execute("SELECT file, count(*) FROM rejects GROUP BY 1").fetchall())
    spans: dict[str, tuple[int, int]] = {}
    rows, done = sum(intake.rows[ledger.name] for ledger in ledgers), 0
    for ledger in ledgers:
        title, number = ledger.title if lang == "zh" else ledger.english, intake.rows[ledger.name]

        def told(share: float, title: str = title, before: int = done, number: int = number) -> None:
            if progress is not None:
                progress(title, before + int(share * number), rows)

        told(0)
        done += number
        counts, span = incoming.take(con, ledger, batch, result.changes if preview else None, told)
        result.counts[ledger.name] = counts
        if span is not None:
            spans[ledger.name] = span
    batch.counts = {name: counts.to_dict() for name, counts in result.counts.items()} | {"rejected": rejected}
    batch.save()
    actions.moved(batch, spans, {name: result.counts[name].written for name in spans})
    result.batch = batch


def _rejects(con: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = ("file", "sheet", "row", "column", "value", "reason", "advice", "ledger")
    found = con.execute(f"SELECT {', '.join(map(tables.quoted, names))} FROM rejects LIMIT {SHOWN}")
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@contextmanager
def _engine(memory: str | None) -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="bihuan-") as folder:
        con = duckdb.connect(":memory:")
        con.execute(f"SET temp_directory = '{folder}'")
        if memory:
            con.execute(f"SET memory_limit = '{memory}'")
        con.execute("SET autoinstall_known_extensions = false; SET enable_progress_bar = false")
        try:
            yield con
        finally:
            con.close()
