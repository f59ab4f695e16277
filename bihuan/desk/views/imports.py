"""导入: files are read and shown, new, changed and rejected rows, before anything is saved."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import tempfile
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.desk import knowledge, trails, writing
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.desk.views import looks
from bihuan.exchange.problems import NothingToRead
from bihuan.live.imports import Imported, Outside
from bihuan.live.models import Batch

KEPT_S = 24 * 3600
"""How long files that nobody imported are kept."""
ROWS = 50
"""Changed rows, and rejected ones, of a page."""
SEEN = ".seen.json"
"""In the folder of an upload: what the first page of the preview found, for those behind it."""
ENDINGS = (".csv", ".xlsx", ".parquet")


def folder_of(token: str) -> Path:
    """Where the files of one upload lie. Raises Http404."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,40}", token):
        raise Http404("no such upload")
    return _uploads() / token


def _uploads() -> Path:
    folder = Path(settings.BIHUAN_DATA or tempfile.gettempdir()) / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def upload(asked: Asked) -> HttpResponse:
    """Take files; then show what they would do."""
    if asked.method != "POST":
        every = knowledge.ledgers().values()
        return show(asked, "import.html", "ledgers", ledgers=every, chosen=asked.GET.get("ledger", ""))
    files = asked.FILES.getlist("files")
    named = knowledge.ledgers().get(asked.POST.get("ledger", ""))
    title = named.title if named and len(files) == 1 else ""
    names = [_name(str(f.name), title, place) for place, f in enumerate(files)]
    wrong = [f.name for f in files if Path(str(f.name)).suffix.lower() not in ENDINGS]
    alike = [f.name for f, name in zip(files, names, strict=True) if names.count(name) > 1]
    if not files or wrong or alike:
        return _refused(asked, wrong, alike)
    _sweep()
    token = secrets.token_urlsafe(18)
    folder = folder_of(token)
    folder.mkdir(mode=0o700)
    for file, name in zip(files, names, strict=True):
        _keep(file, folder / name)
    asked.session[f"upload-{token}"] = [str(f.name) for f in files]
    return HttpResponseRedirect(address(asked.viewing, "import_preview", token))


def _name(name: str, ledger: str, place: int) -> str:
    """A file's own name, without path; that of the ledger where somebody said which it is."""
    path = Path(name.replace("\\", "/"))
    stem = ledger or re.sub(r"[^\w.\-()（）一-鿿]", "_", path.stem)[:80] or f"file{place}"
    return stem + path.suffix.lower()


def _keep(file: UploadedFile, path: Path) -> None:
    with path.open("wb") as out:
        for piece in file.chunks():
            out.write(piece)


def _refused(asked: Asked, wrong: list[str | None], alike: list[str | None]) -> HttpResponse:
    fault = asked.viewing.two(
        "没有选文件：请选台账文件（.csv、.xlsx、.parquet）",
        "No file was chosen: choose ledgers (.csv, .xlsx, .parquet)",
    )
    if alike:  # one would take the other's place
        listed = ", ".join(str(name) for name in alike)
        fault = asked.viewing.two(
            f"{listed} 重名：请给其中一个改名，或分两次导入",
            f"{listed} have one name: rename one of them, or import them one after the other",
        )
    if wrong:
        listed = ", ".join(str(w) for w in wrong)
        fault = asked.viewing.two(
            f"{listed} 不是台账文件：请另存为 .xlsx 或 .csv 再导入",
            f"{listed} is no ledger: save it as .xlsx or .csv first",
        )
    every = knowledge.ledgers().values()
    return show(
        asked, "import.html", "ledgers", status=422, ledgers=every, chosen=asked.POST.get("ledger", ""), fault=fault
    )


def _sweep() -> None:
    """Remove files that nobody imported within a day."""
    for old in _uploads().iterdir():
        if old.is_dir() and time.time() - old.stat().st_mtime > KEPT_S:
            shutil.rmtree(old, ignore_errors=True)


def _own(asked: Asked, token: str) -> Path:
    """The folder of an upload of this very session. Raises Http404."""
    folder = folder_of(token)
    if f"upload-{token}" not in asked.session or not folder.is_dir():
        raise Http404("no such upload")
    return folder


def preview(asked: Asked, token: str) -> HttpResponse:
    """What the files would do; nothing is saved yet."""
    folder = _own(asked, token)
    files = asked.session[f"upload-{token}"]
    further = "changed" in asked.GET or "rejected" in asked.GET
    kept = _kept(folder) if further else None
    if kept is not None and kept["lang"] == asked.viewing.lang:
        return show(asked, "import_preview.html", "ledgers", token=token, files=files, **_pages(asked, kept))
    try:
        seen = writing.preview(asked, folder)
    except NothingToRead as nothing:
        return _nothing(asked, files, nothing)
    except Outside as outside:
        return _outside(asked, files, outside)
    found = _found(asked, seen)
    (folder / SEEN).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return show(asked, "import_preview.html", "ledgers", token=token, files=files, **_pages(asked, found))


def _nothing(asked: Asked, files: list[str], nothing: NothingToRead) -> HttpResponse:
    """No ledger at all could be read."""
    said, problems = nothing.said(asked.viewing.lang), [p.said(asked.viewing.lang) for p in nothing.problems]
    said = re.sub(rf"{re.escape(str(_uploads()))}/[\w-]+", asked.viewing.two("所选文件", "the files chosen"), said)
    return show(asked, "import_preview.html", "ledgers", status=422, files=files, nothing=said, problems=problems)


def _outside(asked: Asked, files: list[str], outside: Outside) -> HttpResponse:
    """Rows of somewhere else: nothing of the files is written."""
    two, which = asked.viewing.two, outside.ledger
    lines = [f"{file}{f'/{sheet}' if sheet else ''} {line}" for file, sheet, line in outside.lines[:10]]
    said = two(
        f"台账“{which.title}”有 {outside.number} 行不在您的辖区或单位之内，什么都没有写入："
        f"请删去{'、'.join(lines)}行后再导入，或请上级导入",
        f"{outside.number} rows of {which.english} lie outside your area or unit, and nothing was written: "
        f"take lines {', '.join(lines)} out, or have a higher level import them",
    )
    return show(asked, "import_preview.html", "ledgers", status=422, files=files, nothing=said, problems=[])


def _found(asked: Asked, seen: Imported) -> dict[str, Any]:
    """What an import did or would do, as it is kept and shown."""
    ledgers = knowledge.ledgers()
    changes = [
        asdict(c) | {"cells": [(n, *(trails.said(ledgers[c.ledger][n], v) for v in both)) for n, *both in c.cells]}
        for c in seen.changes
    ]
    return {
        "lang": asked.viewing.lang,
        "counts": {name: c.to_dict() for name, c in seen.counts.items() if any(c.to_dict().values())},
        "changes": changes,
        "rejects": seen.rejects,
        "rejected": seen.rejected,
        "problems": [p.said(asked.viewing.lang) for p in seen.problems],
    }


def _kept(folder: Path) -> dict[str, Any] | None:
    try:
        kept: dict[str, Any] = json.loads((folder / SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept


def _pages(asked: Asked, found: dict[str, Any]) -> dict[str, Any]:
    """One page of the changed rows and of the rejected ones; whom the changed ones are about was looked at."""
    ledgers = knowledge.ledgers()
    counts = [(ledgers[name], c) for name, c in found["counts"].items()]
    total = {word: sum(c[word] for _, c in counts) for word in ("new", "changed", "withdrawn", "same")}
    changed, rejects = _page(asked, "changed", found["changes"]), _page(asked, "rejected", found["rejects"])
    looks.seen(asked, (person for row in changed for person in row["people"]), "import")
    for row in changed:
        of = ledgers[row["ledger"]]
        row |= {"of": of, "said": [(of[name], stood, comes) for name, stood, comes in row["cells"]]}
    for row in rejects:
        row["of"] = ledgers[row["ledger"]][row["column"]]
    return {
        "counts": counts,
        "sum": total,
        "rejected": found["rejected"],
        "rejects": rejects,
        "changed": changed,
        "more_changed": max(0, total["changed"] - len(found["changes"])) if found["changes"] else 0,
        "more_rejects": max(0, found["rejected"] - len(found["rejects"] if asked.method == "GET" else rejects)),
        "problems": found["problems"],
    }


def _page(asked: Asked, word: str, rows: list[dict[str, Any]]) -> Page:
    """The rows of the page that the address names by ``word``."""
    return Paginator(rows, ROWS).get_page(asked.GET.get(word))


@require_POST
def confirm(asked: Asked, token: str) -> HttpResponse:
    """Save what was shown."""
    files = asked.session.get(f"upload-{token}")
    if files is not None and Batch.objects.filter(token=token).exists():  # sent twice, or the answer got lost
        return show(asked, "import_done.html", "ledgers", files=files, before=True)
    folder = _own(asked, token)
    try:
        done = writing.take_in(asked, folder, token)
    except NothingToRead as nothing:
        return _nothing(asked, files or [], nothing)
    except Outside as outside:
        return _outside(asked, files or [], outside)
    # Not before it stands: whoever is cut off tries again with the same files.
    transaction.on_commit(partial(shutil.rmtree, folder, ignore_errors=True))
    return show(asked, "import_done.html", "ledgers", files=files, **_pages(asked, _found(asked, done)))
