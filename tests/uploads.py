"""What the worker does of uploads, done here: tests have no worker beside them."""

from __future__ import annotations

from typing import Any

from django.test import Client


def worked() -> None:
    """Every job that an upload asked for, by the owner of the tables."""
    from bihuan.desk import uploads
    from bihuan.desk.models import Upload

    for pk in list(Upload.objects.filter(state=Upload.READING).values_list("pk", flat=True)):
        uploads.see(pk)
    for pk in list(Upload.objects.filter(state=Upload.ASKED).values_list("pk", flat=True)):
        uploads.take(pk)


def confirmed(client: Client, address: str, work: Any = worked) -> Any:
    """The page once what was shown is written."""
    sent = client.post(address + "confirm")
    assert (sent.status_code, sent.headers["Location"]) == (302, address)
    work()
    return client.get(address)
