"""Keys of people and things as they stand in addresses: sealed, so that no identity number lies in a browser's history
or a server's log. The same key gives the same token, so addresses can be kept and shared.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

PLAIN = frozenset({"area", "unit", "lot", "post", "officer"})
"""Kinds whose keys name no private person: they stand in addresses as they are."""


@lru_cache(maxsize=4)
def _cipher(secret: str) -> AESSIV:
    return AESSIV(hashlib.blake2b(b"bihuan tokens " + secret.encode(), digest_size=64).digest())


def seal(kind: str, key: str) -> str:
    """The token of a key."""
    sealed = _cipher(settings.SECRET_KEY).encrypt(key.encode(), [kind.encode()])
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(kind: str, token: str) -> str | None:
    """The key of a token; None where it is none of ours."""
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        return _cipher(settings.SECRET_KEY).decrypt(sealed, [kind.encode()]).decode()
    except (ValueError, InvalidTag):
        return None


SEALED = "~"
"""Before a word of a query that is sealed."""
_IDENTITY = re.compile(r"\d{17}[\dXx]")


def word(text: str) -> str:
    """A word for the query of an address: sealed, where it is an identity number."""
    return SEALED + seal("word", text) if _IDENTITY.fullmatch(text.strip()) else text


def unword(text: str) -> str:
    """The word that stands in a query; empty where it is sealed and none of ours."""
    return unseal("word", text[len(SEALED) :]) or "" if text.startswith(SEALED) else text
