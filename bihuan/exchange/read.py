"""Ledgers in: a folder of spreadsheets becomes typed, validated tables in DuckDB, and a table of what was rejected.

Set-based: a ledger of a million rows costs a handful of statements, and so does one of ten. Contract: loops.md,
*Readings that hold for all* and its last section.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.exchange import files, header, load, validate
from bihuan.exchange.problems import NothingToRead, Problem
from bihuan.kernel.ledger import Ledger
from bihuan.kernel.parameters import Parameter

if TYPE_CHECKING:
    import duckdb

Progress = Callable[[str, int, int], None]
Look = Callable[["duckdb.DuckDBPyConnection", Ledger], None]


@dataclass(frozen=True)
class Source:
    """A file, or a sheet of it; its place in :attr:`Intake.sources` is ``_source`` of its rows."""

    file: str
    sheet: str
    path: Path


@dataclass
class Intake:
    """What was read: sources, rows accepted of each ledger, rows rejected, what is odd, and the absent ledgers: no file
    holds them, or none with all the columns that a row must have."""

    sources: list[Source] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def read(
    folder: Path,
    con: duckdb.DuckDBPyConnection,
    ledgers: Iterable[Ledger],
    parameters: Iterable[Parameter],
    lang: str = "zh",
    progress: Progress | None = None,
    held: validate.Held | None = None,
    look: Look | None = None,
) -> Intake:
    """Read every ledger of ``folder`` (or of one file) into ``con``.

    ``held`` tells which keys of a ledger are held elsewhere: references to them are no unknown ones. ``look`` sees each
    ledger's ``staged`` rows (:func:`bihuan.exchange.load.stage`) before they are settled, and may mend or reject some.

    Makes a table ``ledger_<name>`` for every ledger, also the absent ones: its columns typed, recorded_at, recorded_by,
    retracted, ``_source`` (index of :attr:`Intake.sources`), ``_row`` (from 1, as in the file), ``_only`` (the only row
    of its key); and ``rejects`` (file, sheet, row, column, value, reason, advice). Raises NothingToRead where no ledger
    at all could be read.
    """
    ledgers = tuple(ledgers)
    names = header.Names(ledgers)
    intake = Intake()
    found: dict[str, list[load.Piece]] = {ledger.name: [] for ledger in ledgers}
    paths = files.find(Path(folder))
    intake.problems += files.beside(Path(folder))
    for done, path in enumerate(paths):
        if progress is not None:
            progress(path.name, done, len(paths) + len(ledgers))
        _file(path, names, intake, found)
    if not any(found.values()):
        raise NothingToRead(
            f"{folder} 里没有一个能读的台账：请按下列提示处理",
            f"no ledger in {folder} could be read: see what is said of each file",
            tuple(intake.problems),
        )
    load.prepare(con)
    for done, ledger in enumerate(header.order(ledgers)):
        if progress is not None:
            progress(ledger.title if lang == "zh" else ledger.english, len(paths) + done, len(paths) + len(ledgers))
        load.stage(con, ledger, found[ledger.name])
        if look is not None and found[ledger.name]:
            look(con, ledger)
        validate.settle(con, ledger, tuple(parameters), held)
    intake.rows = {ledger.name: load.count(con, f"ledger_{ledger.name}") for ledger in ledgers}
    intake.absent = [ledger.name for ledger in ledgers if not any(p.header.complete for p in found[ledger.name])]
    intake.problems.sort(key=lambda p: p.kind != "unreadable")
    intake.rejected = validate.report(con, ledgers, [(s.file, s.sheet) for s in intake.sources], lang)
    return intake


def _file(path: Path, names: header.Names, intake: Intake, found: dict[str, list[load.Piece]]) -> None:
    """One file: its sheets to the ledgers they are."""
    read = list(files.sheets(path))
    intake.problems += [s for s in read if isinstance(s, Problem)]
    # A sheet that says how to fill in the others is none.
    there = [s for s in read if isinstance(s, files.Sheet) and not s.sheet.startswith("说明")]
    for sheet in there:
        ledger = names.ledger(sheet, alone=len(there) == 1)
        if ledger is None:
            if not header.own(sheet):
                intake.problems.append(header.unknown_sheet(sheet, names))
            continue
        head, problems = header.find(sheet, ledger, names)
        intake.problems += problems
        if head is not None:
            intake.sources.append(Source(sheet.file, sheet.sheet, sheet.path))
            found[ledger.name].append(load.Piece(len(intake.sources) - 1, sheet, head))
