"""Identity and phone numbers as they are shown: masked, unless the viewer may see them whole."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?<![0-9A-Za-z])(\d{6})(\d{8})(\d{3}[\dXx])(?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<!\d)(1\d{2})(\d{4})(\d{4})(?!\d)")


_MASKED = re.compile(r"(?<![0-9A-Za-z*])(\d{6}\*{8}\d{3}[\dXx]|1\d{2}\*{4}\d{4})(?![0-9A-Za-z*])")


def masked(text: str) -> str:
    """The text, with the birthday of every identity number and the middle of every mobile phone number hidden:
    610723********0030, 138****0000."""
    text = _NUMBER.sub(lambda m: m[1] + "*" * 8 + m[3], text)
    return _PHONE.sub(lambda m: m[1] + "*" * 4 + m[3], text)


def masked_document(text: str) -> str:
    """A document whatever its kind: what is no identity number keeps its first and last two characters."""
    hidden = masked(text)
    if hidden != text or len(text) <= 4:
        return hidden
    return text[:2] + "*" * (len(text) - 4) + text[-2:]


def is_masked(text: str) -> bool:
    """Whether an identity or mobile phone number in the text is masked."""
    return _MASKED.search(text) is not None
