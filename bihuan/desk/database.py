"""DATABASE_URL as Django's DATABASES wants it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SCHEMES = ("postgres", "postgresql")


def from_url(url: str) -> dict[str, Any]:
    """One entry of DATABASES from ``postgresql://user:password@host:port/name``.

    A server on a Unix socket is named as libpq names it: ``postgresql://user@/name?host=/directory&port=5433``.
    Further parameters of the query go to the connection as they are (``sslmode=require``). Raises ValueError where it
    is no address of a PostgreSQL.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in SCHEMES or not name:
        raise ValueError(
            "DATABASE_URL 不是 PostgreSQL 地址，应写作 postgresql://用户:口令@主机:端口/库名 · "
            "DATABASE_URL is no address of a PostgreSQL: write postgresql://user:password@host:port/name"
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    port = query.pop("port", "") or (str(parts.port) if parts.port else "")
    return {
        "ENGINE": "bihuan.desk.pooled",
        "NAME": name,
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": port,
        "OPTIONS": query,
    }
