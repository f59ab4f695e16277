"""What an installation says of itself: DATABASE_URL, in the forms in which people write it; the desk's address."""

from __future__ import annotations

import os
import subprocess
import sys

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


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", "[] False"),
        ("http://10.1.1.1:8000", "['http://10.1.1.1:8000'] False"),
        ("https://bihuan.example", "['https://bihuan.example'] True"),
    ],
)
def test_the_address_that_users_open_is_believed_and_its_cookies_kept_to_tls(address: str, expected: str) -> None:
    say = "from bihuan.desk import settings as s; print(s.CSRF_TRUSTED_ORIGINS, s.SESSION_COOKIE_SECURE)"
    env = {**os.environ, "BIHUAN_ADDRESS": address}
    told = subprocess.run([sys.executable, "-c", say], env=env, capture_output=True, text=True, check=False)
    assert told.stdout.strip() == expected, told.stderr
