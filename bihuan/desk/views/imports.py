"""导入: files are read and shown, new, changed and rejected rows, before anything is saved. The worker reads and writes
(:mod:`bihuan.desk.uploads`); the page says how far it is, and small files are there at once."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from bihuan.desk import knowledge, uploads
from bihuan.desk.models import Upload
from bihuan.desk.pages import show
from bihuan.desk.templatetags.desk import address
from bihuan.desk.viewing import Asked
from bihuan.desk.views import looks
from bihuan.exchange import advice

ROWS = 50
"""Changed rows, and rejected ones, of a page."""
OWN = 10
"""Imports of one's own that are listed."""
AT_ONCE_S = 2.0
"""How long a page waits for a small file before it says how far it is."""
ENDINGS = (".csv", ".xlsx", ".parquet")


def upload(asked: Asked) -> HttpResponse:
    """Take files; then show what they would do. Beside the form: one's own imports of late."""
    if asked.method != "POST":
        return _form(asked, asked.GET.get("ledger", ""))
    files = asked.FILES.getlist("files")
    named = knowledge.ledgers().get(asked.POST.get("ledger", ""))
    title = named.title if named and len(files) == 1 else ""
    names = [_name(str(f.name), title, place) for place, f in enumerate(files)]
    wrong = [f.name for f in files if Path(str(f.name)).suffix.lower() not in ENDINGS]
    alike = [f.name for f, name in zip(files, names, strict=True) if names.count(name) > 1]
    if not files or wrong or alike:
        return _refused(asked, wrong, alike)
    kept = uploads.keep(asked.user, list(zip(files, names, strict=True)), asked.viewing.lang)
    return HttpResponseRedirect(address(asked.viewing, "import_preview", kept.token))


def _form(asked: Asked, chosen: str, fault: str = "") -> HttpResponse:
    own = Upload.objects.filter(by_account=asked.user.pk).order_by("-pk")[:OWN]
    return show(
        asked,
        "import.html",
        "ledgers",
        status=422 if fault else 200,
        ledgers=knowledge.ledgers().values(),
        chosen=chosen,
        fault=fault,
        own=own,
    )


def _name(name: str, ledger: str, place: int) -> str:
    """A file's own name, without path; that of the ledger where somebody said which it is."""
    path = Path(name.replace("\\", "/"))
    stem = ledger or re.sub(r"[^\w.\-()（）一-鿿]", "_", path.stem)[:80] or f"file{place}"
    return stem + path.suffix.lower()


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
    return _form(asked, asked.POST.get("ledger", ""), fault)


def _own(asked: Asked, token: str) -> Upload:
    """An upload of this very account. Raises Http404."""
    found = Upload.objects.filter(token=token, by_account=asked.user.pk).first()
    if found is None:
        raise Http404("no such upload")
    return found


def preview(asked: Asked, token: str) -> HttpResponse:
    """How far it is; what the files would do; what they did."""
    one = _own(asked, token)
    part = asked.headers.get("HX-Request") == "true"
    until = time.monotonic() + AT_ONCE_S
    while one.going and not part and time.monotonic() < until:
        time.sleep(0.05)
        one.refresh_from_db(fields=["state", "counts"])
    if one.going:
        template = "parts/import_step.html" if part else "import_wait.html"
        return show(asked, template, "ledgers", one=one, step=uploads.step(one), lost=uploads.lost(one))
    if part:  # it is done: the whole page
        answer = HttpResponse()
        answer.headers["HX-Refresh"] = "true"
        return answer
    found = uploads.found(one)
    if one.state == Upload.FAILED or found is None or "said" in found:
        return _not_done(asked, one, found)
    done = one.state == Upload.DONE
    template = "import_done.html" if done else "import_preview.html"
    total = found["sum"]
    number = total["new"] + total["changed"] + total["withdrawn"]
    alike = total["same"] > 0 and not number and not total["rejected"]
    return show(asked, template, "ledgers", one=one, number=number, alike=alike, **_pages(asked, found, done))


def _not_done(asked: Asked, one: Upload, found: uploads.Found | None) -> HttpResponse:
    """Why there is nothing to write, or nothing to see any more."""
    two = asked.viewing.two
    if one.state == Upload.FAILED:
        said = two(
            "没有做成，什么都没有写入：请再导入一次；还是不成，请管理员看 bihuan serve 的输出",
            "It could not be done, and nothing was written: import the files once more; if it fails again, have an "
            "administrator look at what bihuan serve says",
        )
    elif found is None:
        said = two(
            "文件和预览只留一天，已经删去：没有登账的请重新选文件导入",
            "Files and what was seen of them are kept for a day, and gone: what was not written is to be imported anew",
        )
    else:
        said = asked.viewing.of(found["said"])
    problems = [asked.viewing.of(p) for p in (found or {}).get("problems", [])]
    return show(asked, "import_preview.html", "ledgers", status=422, one=one, nothing=said, problems=problems)


def _pages(asked: Asked, found: uploads.Found, done: bool) -> dict[str, Any]:
    """One page of the changed rows and of the rejected ones; whom the changed ones are about was looked at."""
    ledgers = knowledge.ledgers()
    changed, rejects = _page(asked, "changed", found["changes"]), _page(asked, "rejected", found["rejects"])
    looks.seen(asked, (person for row in changed for person in row["people"]), "import")
    for row in changed:
        of = ledgers[row["ledger"]]
        row |= {"of": of, "said": [(of[name], stood, comes) for name, stood, comes in row["cells"]]}
    for row in rejects:
        of, column = ledgers[row["ledger"]], ledgers[row["ledger"]][row["column"]]
        said = advice.sentence(of, column, row["reason"], asked.viewing.lang, ledgers.get(column.refers))
        row |= {"of": column, "advice": said}
    total = found["sum"]
    return {
        "counts": [(ledgers[name], c) for name, c in found["counts"].items()],
        "sum": total,
        "rejects": rejects,
        "changed": changed,
        "more_changed": 0 if done else max(0, total["changed"] - len(found["changes"])),
        "more_rejects": max(0, total["rejected"] - len(found["rejects"])),
        "problems": [asked.viewing.of(p) for p in found["problems"]],
    }


def _page(asked: Asked, word: str, rows: list[dict[str, Any]]) -> Page:
    """The rows of the page that the address names by ``word``."""
    return Paginator(rows, ROWS).get_page(asked.GET.get(word))


@require_POST
def drop(asked: Asked, token: str) -> HttpResponse:
    """Nothing of it is to be written: its files and what was seen of them go. What is being written, or was, stays."""
    if uploads.drop(_own(asked, token)):
        messages.success(asked, asked.viewing.two("没有导入，文件已删去", "Nothing was imported; the files are gone"))
        return HttpResponseRedirect(address(asked.viewing, "import"))
    return HttpResponseRedirect(address(asked.viewing, "import_preview", token))


@require_POST
def confirm(asked: Asked, token: str) -> HttpResponse:
    """Have what was shown written; asked a second time, or once the answer got lost, it is still once."""
    one = _own(asked, token)
    Upload.objects.filter(pk=one.pk, state=Upload.SEEN).update(state=Upload.ASKED)
    return HttpResponseRedirect(address(asked.viewing, "import_preview", token))
