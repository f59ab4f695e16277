"""Jobs whose worker was killed are taken up again."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import psycopg
from procrastinate import JobContext
from procrastinate.contrib.django import app

from bihuan.live import tasks


def test_what_is_stalled_is_put_back_though_its_like_waits_already(con: psycopg.Connection[Any]) -> None:
    """A kill may leave two runs of what comes round each quarter of a minute, while the next one waits."""
    (killed,) = con.execute(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute') RETURNING id"
    ).fetchone() or (0,)
    (lives,) = con.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id").fetchone() or (0,)
    for task, lock, status, worker in (
        ("notices.send", "notices.send", "todo", None),
        ("notices.send", "notices.send", "doing", killed),
        ("pressure.tell", "pressure.tell", "doing", killed),
        ("pressure.tell", "pressure.tell", "doing", killed),
        ("briefings.draw", None, "doing", killed),
        ("briefings.repeat", None, "doing", lives),
        ("desk.take", None, "doing", None),  # its worker is forgotten
    ):
        con.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, status, worker_id) "
            "VALUES ('live', %s, %s, %s, %s)",
            [task, lock, status, worker],
        )

    async def run() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            async with app.open_async():
                await tasks.retry_stalled.func(cast(JobContext, Context()), timestamp=0)

    asyncio.run(run())
    left = con.execute("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY 1, 2").fetchall()
    con.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    assert left == [
        ("briefings.draw", "todo"),
        ("briefings.repeat", "doing"),
        ("desk.take", "todo"),
        ("notices.send", "todo"),
        ("pressure.tell", "todo"),
    ]


class Context:
    """What the task asks of its context."""

    app = app
