"""Warming (预读): the tables of a database of our own are read once, one after another, when the desk starts.

After a restart of the machine nothing of them is in its memory. A count or a list of a town's rows looks at some
thousand places of a large ledger, each of which the disk would be asked for by itself: pages took seconds, until chance
had read everything. To read all of it in order takes the disk a few seconds a gigabyte.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import psycopg

SHARE = 0.5
"""Of the memory that is free, what may be filled so."""

_RELATIONS = """
SELECT c.oid, pg_relation_size(c.oid) AS size FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'i') AND n.nspname = current_schema() AND pg_relation_size(c.oid) > 0 ORDER BY 2, 1
"""
"""Tables and indexes, the smallest first: most pages need many of these, and few of the largest."""


def begin(url: str) -> threading.Thread:
    """As a thread, which ends with the process. Without the extension (a package of its own on some systems) nothing is
    read ahead."""
    thread = threading.Thread(target=_run, args=(url,), name="warming", daemon=True)
    thread.start()
    return thread


def _run(url: str) -> None:
    try:
        with psycopg.connect(url, autocommit=True) as con:
            read(con, int(_free() * SHARE))
    except psycopg.Error as error:
        logging.getLogger(__name__).info("nothing read ahead: %s", error)


def read(con: psycopg.Connection[Any], most: int) -> int:
    """Have the tables of a database read, ``most`` bytes at the most; how many. Raises psycopg.Error."""
    con.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
    done = 0
    for oid, size in con.execute(_RELATIONS).fetchall():
        if done + size > most:
            break
        # Into the system's memory alone: the server's own keeps what pages use.
        con.execute("SELECT pg_prewarm(c.oid, 'read') FROM pg_class c WHERE c.oid = %s", [oid])  # unless it is gone
        done += size
    return done


def _free(about: Path = Path("/proc/meminfo")) -> int:
    """Bytes of memory that may be had; 0 where the system does not say."""
    try:
        lines = about.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    found = next((line for line in lines if line.startswith("MemAvailable:")), "")
    return int(found.split()[1]) * 1024 if found else 0
