"""Vendors the front end: ``python -m bihuan.desk.vendoring`` fetches the packages below with ``npm install``, in a
temporary folder, and writes what the pages use of them beside its licences. Run by who maintains the desk, never at
install: the files are in the repository.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

STATIC = Path(__file__).parent / "static" / "desk"
VENDOR = STATIC / "vendor"

PACKAGES = {
    "htmx.org": "2.0.11",
    "@alpinejs/csp": "3.17.4",
    "@tabler/core": "1.6.1",
    "@tabler/icons": "3.52.0",
    "echarts": "6.1.0",
}

FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "htmx.LICENSE": "htmx.org/LICENSE",
    "alpine-csp.min.js": "@alpinejs/csp/dist/cdn.min.js",
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tabler-icons.LICENSE": "@tabler/icons/LICENSE",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "echarts.LICENSE": "echarts/LICENSE",
    "echarts.NOTICE": "echarts/NOTICE",
}

# What stands in a licence that its package leaves out of the tarball.
MIT = (
    "MIT License\n\nCopyright (c) {who}\n\n"
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated "
    'documentation files (the "Software"), to deal in the Software without restriction, including without limitation '
    "the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and "
    "to permit persons to whom the Software is furnished to do so, subject to the following conditions:\n\n"
    "The above copyright notice and this permission notice shall be included in all copies or substantial portions of "
    'the Software.\n\nTHE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING '
    "BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO "
    "EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN "
    "ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR "
    "OTHER DEALINGS IN THE SOFTWARE.\n"
)
LICENCES = {
    "alpine.LICENSE": MIT.format(who="2019-2026 Caleb Porzio and contributors"),
    "tabler.LICENSE": MIT.format(who="2018-2026 The Tabler Authors, codecalm.net Paweł Kuna"),
}

ICONS = (
    *("home", "alert-triangle", "checklist", "users", "user", "building", "package", "map-pin", "table", "adjustments"),
    *("search", "clock", "history", "download", "upload", "plus", "pencil", "trash", "chevron-right", "chevron-down"),
    *(
        "chevron-left",
        "x",
        "check",
        "filter",
        "star",
        "external-link",
        "arrow-up-right",
        "message",
        "phone",
        "language",
    ),
    *("logout", "menu-2", "clipboard-check", "sitemap", "speakerphone", "calendar", "help", "maximize", "circle-check"),
    *(
        "bell",
        "refresh",
        "flag",
        "link",
        "eye",
        "file-spreadsheet",
        "arrows-sort",
        "sort-ascending",
        "sort-descending",
        "lock",
    ),
    *("briefcase", "circle-dashed", "shield-check", "headset", "player-play", "layout-grid", "printer", "info-circle"),
    *("virus", "microscope", "chart-bar", "file-text", "truck", "keyboard", "paperclip", "user-share", "report"),
)


def fetch(folder: Path) -> None:
    """The packages, with what they stand on, under ``folder/node_modules``."""
    wanted = [f"{name}@{version}" for name, version in PACKAGES.items()]
    (folder / "package.json").write_text("{}")
    command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", *wanted]
    subprocess.run(command, cwd=folder, check=True)


def place(modules: Path) -> None:
    """Write the files, their licences, the icons as one sprite, and what stands for them in gzip."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    for name, source in FILES.items():
        content = (modules / source).read_bytes()
        # A map that is not there is asked for by every browser whose tools are open.
        content = re.sub(rb"\s*(/\*|//)# sourceMappingURL=\S+( \*/)?", b"", content)
        (VENDOR / name).write_bytes(content)
    for name, text in LICENCES.items():
        (VENDOR / name).write_text(text, encoding="utf-8")
    (VENDOR / "icons.svg").write_text(sprite(modules / "@tabler/icons/icons/outline"), encoding="utf-8")
    for path in VENDOR.glob("*.min.*"):
        if path.suffix != ".gz":
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    digests = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(VENDOR.iterdir()) if p.suffix != ".json"
    }
    listed = {"packages": PACKAGES, "sha256": digests}
    (VENDOR / "vendored.json").write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def sprite(icons: Path) -> str:
    """The icons that the pages use, as symbols of one SVG."""
    symbols = []
    for name in ICONS:
        text = (icons / f"{name}.svg").read_text(encoding="utf-8")
        inner = text.split(">", 1)[1].rsplit("</svg>", 1)[0]
        inner = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", inner)
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(inner.split())}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        fetch(Path(folder))
        place(Path(folder) / "node_modules")
