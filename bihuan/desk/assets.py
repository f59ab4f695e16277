"""Static files without a build step: each address carries a digest of its content, so that browsers may keep it for
ever and still never show an old one."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@cache
def digest(name: str) -> str:
    """Eight hexadecimal digits of a static file's content; none where there is no such file."""
    found = finders.find(name)
    return hashlib.sha256(Path(str(found)).read_bytes()).hexdigest()[:8] if found else ""


class DigestStorage(StaticFilesStorage):
    """``/static/desk/desk.css?v=1a2b3c4d``."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        mark = digest(name) if name else ""
        return f"{address}?v={mark}" if mark else address
