"""Evidence (附件): a photo or a PDF that shows how a hole stands. What is kept of a photo is the picture alone, without
what cameras write into the file: where, when and with what it was taken."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bihuan.pressure.refusal import Refused as Refused

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST = 4096
"""Pixels of the longer side that are kept: small print can be read, and an afternoon's photos do not fill the disk."""
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PDF = "application/pdf"
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", PDF: "pdf"}


@dataclass(frozen=True)
class Kept:
    """What is kept of a file. ``kind``: by what it holds; its name and what a browser says of it are not believed."""

    kind: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def clean(name: str, content: bytes) -> Kept:
    """What is kept of a file. Raises Refused."""
    if not content:
        raise Refused("文件是空的：请选一个照片或 PDF 文件", "the file is empty: choose a photo or a PDF file")
    if len(content) > MOST_BYTES:
        raise Refused(f"“{name}”超过 10 MB：请压缩后再传", f"'{name}' is larger than 10 MB: make it smaller")
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise Refused(f"“{name}”不完整，打不开：请重新选文件", f"'{name}' is cut off: choose the file again")
        return Kept(PDF, content)
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise Refused(f"“{name}”是 HEIC 照片：请另存为 JPEG 再传", f"'{name}' is a HEIC photo: save it as JPEG first")
    return _picture(name, content)


_pillow = threading.Lock()


@contextmanager
def _whole_alone() -> Iterator[None]:
    """A picture that is cut off is an error, though whoever draws PDFs in this process tells Pillow to take any."""
    from PIL import ImageFile

    with _pillow:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def _picture(name: str, content: bytes) -> Kept:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=[*FORMATS]) as opened:
            form = str(opened.format)
            if opened.width * opened.height > MOST_PIXELS:
                raise Refused(
                    f"“{name}”有 {opened.width}×{opened.height} 个像素，太大：请缩小后再传",
                    f"'{name}' has {opened.width}×{opened.height} pixels, which is too large: make it smaller",
                )
            with _whole_alone():
                opened.load()
            drawn = ImageOps.exif_transpose(opened)  # upright as it was taken, before that is forgotten
    except UnidentifiedImageError as error:
        raise Refused(
            f"“{name}”不是 JPEG、PNG、WebP 照片或 PDF 文件", f"'{name}' is no JPEG, PNG or WebP photo and no PDF file"
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(
            f"“{name}”打不开，可能没有传完整：请重新拍或重新选", f"'{name}' cannot be opened: take or choose it again"
        ) from error
    if drawn.mode == "P":
        drawn = drawn.convert("RGBA")
    drawn.thumbnail((LONGEST, LONGEST))
    fresh = Image.new(drawn.mode, drawn.size)  # nothing but the pixels comes along
    fresh.paste(drawn)
    if form == "JPEG" and fresh.mode not in ("RGB", "L"):
        fresh = fresh.convert("RGB")
    out = io.BytesIO()
    fresh.save(out, form, **({} if form == "PNG" else {"quality": 85}))
    return Kept(FORMATS[form], out.getvalue())
