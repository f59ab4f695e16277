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
"""What is being done, how much of it is done, of how much (bytes of files, where files are read)."""
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
    amount = _Amount(paths, progress)
    for path in paths:
        amount.says(path.name)
        _file(path, names, intake, found)
        amount.parsed(path)
    if not any(found.values()):
        raise NothingToRead(
            f"{folder} 里没有一个能读的台账：请按下列提示处理",
            f"no ledger in {folder} could be read: see what is said of each file",
            tuple(intake.problems),
        )
    load.prepare(con)
    amount.divide(found)
    for ledger in header.order(ledgers):
        amount.says(ledger.title if lang == "zh" else ledger.english)
        load.stage(con, ledger, found[ledger.name], amount.read)
        if look is not None and found[ledger.name]:
            look(con, ledger)
        validate.settle(con, ledger, tuple(parameters), held)
        amount.settled(found[ledger.name])
    intake.rows = {ledger.name: load.count(con, f"ledger_{ledger.name}") for ledger in ledgers}
    intake.absent = [ledger.name for ledger in ledgers if not any(p.header.complete for p in found[ledger.name])]
    intake.problems.sort(key=lambda p: p.kind != "unreadable")
    intake.rejected = validate.report(con, ledgers, [(s.file, s.sheet) for s in intake.sources], lang)
    return intake


class _Amount:
    """How much of the files is read, in bytes: a workbook once as it is parsed, and every sheet as its rows are read
    and then settled. A sheet is as large a part of its file as the others of that file."""

    STAGED = 0.7  # of what a sheet's rows cost, the rest is settling them

    def __init__(self, paths: list[Path], progress: Progress | None) -> None:
        self.sizes = {path: path.stat().st_size for path in paths}
        self.parses = {path: size for path, size in self.sizes.items() if path.suffix.lower() == ".xlsx"}
        self.of = sum(self.sizes.values()) + sum(self.parses.values())
        self.progress, self.what, self.done = progress, "", 0.0
        self.parts: dict[Path, int] = {}

    def says(self, what: str) -> None:
        self.what = what
        self._tell(0)

    def _tell(self, more: float) -> None:
        self.done += more
        if self.progress is not None:
            self.progress(self.what, int(self.done), self.of)

    def parsed(self, path: Path) -> None:
        self._tell(self.parses.get(path, 0))

    def divide(self, found: dict[str, list[load.Piece]]) -> None:
        """What is in which file is known now."""
        for pieces in found.values():
            for piece in pieces:
                self.parts[piece.sheet.path] = self.parts.get(piece.sheet.path, 0) + 1

    def _size(self, piece: load.Piece) -> float:
        return self.sizes.get(piece.sheet.path, 0) / self.parts[piece.sheet.path]

    def read(self, piece: load.Piece, share: float) -> None:
        """A step of a piece's reading is done, ``share`` of it."""
        self._tell(self._size(piece) * self.STAGED * share)

    def settled(self, pieces: list[load.Piece]) -> None:
        self._tell(sum(map(self._size, pieces)) * (1 - self.STAGED))


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
