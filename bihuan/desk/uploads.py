"""Uploads (上传): files that somebody wants imported, what they would do, what they did.

The page keeps the files in a folder of their own and adds a row; the row is a job of the worker (migration 0003), which
reads and writes in the name of that account (:func:`bihuan.access.acting.in_name_of`) and says in the folder how far it
is. A job whose worker was killed is taken up by another: to look again does no harm, and what is written stands with
the row's new state in one transaction, under the upload's token. Folders go after a day, rows after a week
(:mod:`bihuan.access.keeping`).
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError, transaction

from bihuan.access import acting
from bihuan.access.keeping import UPLOADS
from bihuan.access.middleware import over
from bihuan.access.models import Account
from bihuan.desk import knowledge, trails
from bihuan.desk.models import Upload
from bihuan.exchange.problems import NothingToRead
from bihuan.live import actions, clock, imports
from bihuan.live.imports import Imported
from bihuan.live.incoming import Outside

SEEN, DONE, STEP = ".seen.json", ".done.json", ".step.json"
"""In the folder of an upload: what its files would do, what they did, how far it is."""
SAID_S = 0.25
"""Seconds at least between two words of progress."""
LOST_S = 900
"""Seconds after which a page says that no worker has come to it."""

NAMED = (
    "文件用了别的名字：换文件时选上“是哪本台账”（一次一个文件），或把文件名、表名改成台账名",
    "Where a file has another name: say which ledger it is as you choose it again (one file at a time), or give file "
    "or sheet the ledger's name",
)
"""What to do with a file that is no ledger by its name."""

Found = dict[str, Any]


def folder_of(token: str) -> Path:
    """Where the files of one upload lie. Raises ValueError where it is no upload's token."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,40}", token):
        raise ValueError(token)
    return folder() / token


def folder() -> Path:
    """Where all of them lie; nobody but the system looks into it."""
    made = Path(settings.BIHUAN_DATA or tempfile.gettempdir()) / UPLOADS
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def keep(account: Account, files: Sequence[tuple[UploadedFile, str]], lang: str) -> Upload:
    """Keep files (each with the name under which it is read) and ask for what they would do."""
    token = secrets.token_urlsafe(18)
    where = folder_of(token)
    where.mkdir(mode=0o700)
    for file, name in files:
        with (where / name).open("wb") as out:
            for piece in file.chunks():
                out.write(piece)
    names = [str(file.name) for file, _ in files]
    return Upload.objects.create(token=token, by_account=account.pk, at=clock.now(), files=names, lang=lang)


def drop(upload: Upload) -> bool:
    """Remove what was seen and is not to be written, files and all; False where it is being read or written, or was
    written."""
    seen = Upload.objects.filter(pk=upload.pk, state__in=(Upload.SEEN, Upload.REFUSED, Upload.FAILED))
    if not seen.delete()[0]:
        return False
    shutil.rmtree(folder_of(upload.token), ignore_errors=True)
    return True


def found(upload: Upload) -> Found | None:
    """What the files would do, or did; None once it was removed with them."""
    return _read(folder_of(upload.token) / (DONE if upload.state == Upload.DONE else SEEN))


def step(upload: Upload) -> Found:
    """How far it is: share (of 100), what; of rows, how many are done of how many."""
    return _read(folder_of(upload.token) / STEP) or {"share": 0, "what": "", "rows": 0, "of": 0}


def lost(upload: Upload) -> bool:
    """Whether the worker has not come to it for so long that it may have stopped."""
    try:
        last = max(path.stat().st_mtime for path in folder_of(upload.token).iterdir())
    except (OSError, ValueError):
        return False
    return time.time() - last > LOST_S


def _read(path: Path) -> Found | None:
    try:
        kept: Found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept


def _write(path: Path, said: Found) -> None:
    """The whole of it or nothing."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


# ── what the worker does ────────────────────────────────────────────────────────────────────────


def see(pk: int) -> None:
    """What an upload would do; nothing where that was seen."""
    upload = Upload.objects.filter(pk=pk, state=Upload.READING).first()
    if upload is None:
        return
    where = folder_of(upload.token)

    def look(actor: actions.Actor) -> Imported:
        return imports.preview_import(actor, where, lang=upload.lang, progress=_told(where))

    state, said = _asked(upload, look)
    _write(where / SEEN, said)
    (where / STEP).unlink(missing_ok=True)
    Upload.objects.filter(pk=pk, state=Upload.READING).update(
        state=Upload.SEEN if state == Upload.DONE else state, counts=said.get("sum", {})
    )


def take(pk: int) -> None:
    """Write what was seen, once."""
    with transaction.atomic():
        # Where another worker was thought to be dead and is not, one waits for the other.
        upload = Upload.objects.select_for_update().filter(pk=pk, state=Upload.ASKED).first()
        if upload is None:
            return
        where, token, lang = folder_of(upload.token), upload.token, upload.lang

        def import_(actor: actions.Actor) -> Imported:
            return imports.import_folder(actor, where, lang=lang, progress=_told(where), token=token)

        state, said = _asked(upload, import_)
        _write(where / (DONE if state == Upload.DONE else SEEN), said)
        Upload.objects.filter(pk=pk).update(state=state, counts=said.get("sum", {}))
    if state == Upload.DONE:
        for path in where.iterdir():
            if path.name != DONE:
                path.unlink(missing_ok=True)


def _asked(upload: Upload, act: Callable[[actions.Actor], Imported]) -> tuple[str, Found]:
    """Do it in the name of who asked; done, refused or failed, and what is said of it."""
    account = Account.objects.filter(pk=upload.by_account).first()
    if account is None or over(account):
        return Upload.REFUSED, {"said": ("账号已经结束", "the account has ended")}
    try:
        with acting.in_name_of(account) as actor:
            return Upload.DONE, _found(act(actor))
    except NothingToRead as nothing:
        return Upload.REFUSED, _nothing(nothing)
    except Outside as outside:
        return Upload.REFUSED, {"said": _outside(outside)}
    except actions.Refused as refused:
        return Upload.REFUSED, {"said": _not_yours(refused)}
    except (OperationalError, InterfaceError):
        raise  # the database went: it is done again
    except Exception:
        logging.exception("upload %s", upload.pk)
        return Upload.FAILED, {}


def _told(where: Path) -> imports.Progress:
    """Keeps how far it is; reading is the first half, then rows are told."""
    last, before, reading = 0.0, 0, True

    def progress(what: str, done: int, total: int) -> None:
        nonlocal last, before, reading
        reading = reading and done >= before
        before = done
        if time.monotonic() - last > SAID_S:
            last = time.monotonic()
            share = 50 * done // max(total, 1) + (0 if reading else 50)
            rows = {"rows": 0, "of": 0} if reading else {"rows": done, "of": total}
            _write(where / STEP, {"share": share, "what": what, **rows})

    return progress


def _found(made: Imported) -> Found:
    """What an import did or would do, as it is kept and shown, in both languages."""
    ledgers = knowledge.ledgers()
    changes = [
        asdict(c) | {"cells": [(n, *(trails.said(ledgers[c.ledger][n], v) for v in both)) for n, *both in c.cells]}
        for c in made.changes
    ]
    counts = {name: c.to_dict() for name, c in made.counts.items() if any(c.to_dict().values())}
    total = {word: sum(c[word] for c in counts.values()) for word in ("new", "changed", "withdrawn", "same")}
    return {
        "counts": counts,
        "sum": total | {"rejected": made.rejected},
        "changes": changes,
        "rejects": made.rejects,
        "problems": [(p.zh, p.en) for p in made.problems],
    }


def _nothing(nothing: NothingToRead) -> Found:
    """No ledger at all could be read."""
    place = rf"{re.escape(str(folder()))}/[\w-]+"
    zh, en = re.sub(place + " ?", "所选文件", nothing.zh), re.sub(place, "the files chosen", nothing.en)
    said = (zh, en[:1].upper() + en[1:])
    problems = [(p.zh, p.en) for p in nothing.problems]
    if any(p.kind == "sheet" for p in nothing.problems):
        problems.append(NAMED)
    return {"said": said, "problems": problems}


def _outside(outside: Outside) -> tuple[str, str]:
    """Rows of somewhere else: nothing of the files is written."""
    which = outside.ledger
    lines = [f"{file}{f'/{sheet}' if sheet else ''} {line}" for file, sheet, line in outside.lines[:10]]
    return (
        f"台账“{which.title}”有 {outside.number} 行不在你的辖区或单位之内，什么都没有写入："
        f"请删去{'、'.join(lines)}行后再导入，或请上级导入",
        f"{outside.number} rows of {which.english} lie outside your area or unit, and nothing was written: "
        f"take lines {', '.join(lines)} out, or have a higher level import them",
    )


def _not_yours(refused: actions.Refused) -> tuple[str, str]:
    which = refused.ledger
    return (
        f"台账“{which.title}”不由你的岗位登记，什么都没有写入：请去掉这本台账再导入，或请登记它的人导入",
        f"your role does not record {which.english}, and nothing was written: leave that ledger out, or have those "
        "import it who record it",
    )
