"""``bihuan brief``: a briefing from a folder of ledgers, as PDF, Word or JSON."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bihuan.cli import glue
from bihuan.cli.words import Stop, Words

if TYPE_CHECKING:
    from bihuan.briefings.document import Document

ENDINGS = (".pdf", ".docx", ".json")
DAY = dt.timedelta(days=1)


def brief(asked: argparse.Namespace, words: Words) -> int:
    """Write one; the digest of its content is printed, by which a later run is compared."""
    from bihuan.audit import outputs
    from bihuan.briefings import content, document

    out = Path(asked.out)
    try:
        outputs.check(out, ENDINGS)
    except outputs.Unwritable as refused:
        raise Stop(refused.zh, refused.en) from refused
    now = glue.moment(asked.as_of, words).replace(second=0)
    since = glue.moment(asked.since, words) if asked.since else now - DAY
    if since >= now:
        raise Stop("--since 要早于 --as-of", "--since lies before --as-of")
    area = glue.area(asked.area)
    with glue.connected() as con, glue.shown(words) as step:
        program = glue.compiled(words, step)
        glue.intake(Path(asked.folder), con, program, words, step(words("读取", "read")))
        made = content.compute(con, program, content.Wanted(area, now, since), step(words("查漏", "audit")))
    digest = content.digest(made)
    written = document.write(made, document.About(digest), words.lang, asked.desk or "")
    try:
        with outputs.whole(out, ENDINGS) as part:
            part.write_bytes(_rendered(out.suffix.lower(), made, written))
    except outputs.Unwritable as refused:
        raise Stop(refused.zh, refused.en) from refused
    open_ = sum(s["open"] for s in made["severities"])
    print(
        words(
            f"截至 {now:%Y-%m-%d %H:%M}，未闭合漏洞 {open_}，通报写在 {out}",
            f"as of {now:%Y-%m-%d %H:%M}, {open_} holes are open; the briefing is in {out}",
        )
    )
    print(words(f"内容摘要 {digest}", f"digest {digest}"))
    return 0


def _rendered(ending: str, made: dict[str, Any], written: Document) -> bytes:
    from bihuan.briefings import pdf, word

    if ending == ".json":
        return (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()
    try:
        return pdf.render(written) if ending == ".pdf" else word.render(written)
    except pdf.NoPdf as none:
        raise Stop(none.zh, none.en) from none
