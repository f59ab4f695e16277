"""DATABASE_URL, in the forms in which people write it."""

from __future__ import annotations

import pytest

from bihuan.desk.database import from_url


def test_a_server_on_the_network() -> None:
    found = from_url("postgresql://li%20si:p%40ss@db.example:5433/bihuan?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("li si", "p@ss", "db.example", "5433")
    assert found["NAME"] == "bihuan"
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_server_on_a_socket() -> None:
    found = from_url("postgresql://bihuan@/bihuan?host=/var/lib/bihuan/socket&port=5544")
    assert (found["USER"], found["HOST"], found["PORT"]) == ("bihuan", "/var/lib/bihuan/socket", "5544")
    assert found["OPTIONS"] == {}


@pytest.mark.parametrize("url", ["mysql://root@localhost/bihuan", "postgresql://localhost", "bihuan", "postgresql://"])
def test_what_is_no_address_says_how_to_write_one(url: str) -> None:
    with pytest.raises(ValueError, match="postgresql://user:password@host:port/name"):
        from_url(url)
