"""Import (bihuan.live.incoming): how far it is, within a ledger too."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bihuan.live import actions, imports, incoming


def test_progress_moves_while_the_rows_of_one_ledger_are_sent_and_added(
    con: psycopg.Connection[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adding them is one statement: how far it is, another connection asks, until the statement has ended."""
    rows = 4000
    (tmp_path / "areas.csv").write_text("area,name\n" + "".join(f"{610723000 + n},村{n}\n" for n in range(rows)))
    monkeypatch.setattr(incoming, "LONG", 100)
    monkeypatch.setattr(incoming, "LOOK_S", 0.001)
    insert = incoming._insert
    told: list[tuple[int, int]] = []

    def slow(*values: Any) -> int:
        made = insert(*values)
        before = len(told)
        until = time.monotonic() + 60
        while len(told) == before and time.monotonic() < until:
            time.sleep(0.001)
        return made

    monkeypatch.setattr(incoming, "_insert", slow)
    imports.import_folder(actions.SYSTEM, tmp_path, progress=lambda what, done, of: told.append((done, of)))
    written = [done for done, of in told if of == rows]
    assert written[-1] == rows  # all ids were given, though nothing was committed yet
    assert any(0 < done < rows for done in written)
