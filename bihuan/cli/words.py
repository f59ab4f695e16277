"""Which language is spoken, and what stops a command: a sentence that says what to do."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bihuan.kernel.words import Words

__all__ = ["Stop", "Words", "command", "spoken", "version"]


class Stop(Exception):
    """The command cannot go on: a sentence in both languages, printed instead of a traceback; exit 2."""

    def __init__(self, zh: str, en: str, also: Sequence[str] = ()) -> None:
        super().__init__(en)
        self.zh, self.en, self.also = zh, en, tuple(also)


def spoken(argv: Sequence[str]) -> Words:
    """By ``--lang`` wherever it stands, else $BIHUAN_LANG, else Chinese. Known before the command line is read, so that
    what is wrong with it is said in the right language."""
    chosen = os.environ.get("BIHUAN_LANG", "zh")
    for place, word in enumerate(argv):
        if word == "--lang" and place + 1 < len(argv):
            chosen = argv[place + 1]
        elif word.startswith("--lang="):
            chosen = word[len("--lang=") :]
    return Words("en" if chosen == "en" else "zh")


def command() -> str:
    """How this command is called here, for lines to be copied: by its name where the shell finds it."""
    called = sys.argv[0] if sys.argv else ""
    if Path(called).name != "bihuan" or shutil.which("bihuan"):
        return "bihuan"
    return shlex.quote(called)


def version() -> str:
    """The installed version; sources that are not installed say so."""
    from importlib import metadata

    try:
        return metadata.version("bihuan")
    except metadata.PackageNotFoundError:
        return "(source)"
