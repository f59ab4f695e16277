"""A database of somebody else's (DATABASE_URL): an owner who is no superuser."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from bihuan.access import ground
from bihuan.live.faults import Fault
from tests.access import county
from tests.access.county import EAST, Desk
from tests.own_postgres import connect_to, own_server


@pytest.fixture(scope="module")
def superuser() -> Iterator[str]:
    with own_server() as url:
        yield url


def owned(superuser: str, name: str, may: str) -> str:
    """A database of that name, of an owner of that name."""
    with psycopg.connect(superuser, autocommit=True) as con:
        con.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'p' {may}")
        con.execute(f"CREATE DATABASE {name} OWNER {name}")
    return ground.as_role(superuser, name, "p").replace("/bihuan?", f"/{name}?")


def test_an_owner_who_may_make_roles_serves(superuser: str) -> None:
    from bihuan.live import start

    url = owned(superuser, "works", "CREATEROLE")
    connect_to(url)
    start.migrate()
    county.write()
    desk = Desk(county.desk_url(url))
    try:
        assert desk.con.info.user == "works_desk"
        assert desk.sees(EAST, "ledger_people", "person") == {"张三"}
        assert desk.keys("ledger_people", "person") == set()
    finally:
        desk.con.close()


def test_an_owner_who_may_not_is_told_what_to_do(superuser: str) -> None:
    from bihuan.live import start

    url = owned(superuser, "poor", "")
    connect_to(url)
    start.migrate()
    with pytest.raises(Fault) as fault:
        ground.open_desk(url, county.SECRET)
    assert 'CREATE ROLE "poor_desk"' in fault.value.zh and "CREATEROLE" in fault.value.en


def test_a_role_that_passes_policies_by_is_refused(superuser: str) -> None:
    from bihuan.live import start

    connect_to(superuser)
    start.migrate()
    with psycopg.connect(superuser, autocommit=True) as con:
        con.execute("ALTER ROLE bihuan_desk BYPASSRLS")
    with pytest.raises(Fault, match="NOBYPASSRLS"):
        ground.open_desk(superuser, county.SECRET)
    with psycopg.connect(superuser, autocommit=True) as con:
        con.execute("ALTER ROLE bihuan_desk NOBYPASSRLS")
