"""``bihuan serve``: the desk, with all that it stands on, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bihuan.cli import glue
from bihuan.cli.words import Stop, Words

if TYPE_CHECKING:
    from bihuan.live.installation import Installation

PORT = 8000


def serve(asked: argparse.Namespace, words: Words) -> int:
    """Start everything, say where, wait, stop everything."""
    from bihuan.live import faults, installation

    now = glue.moment(asked.now, words) if asked.now else None
    os.environ["BIHUAN_ADDRESS"] = _address(asked.address or os.environ.get("BIHUAN_ADDRESS", ""))
    os.environ["BIHUAN_PROXIES"] = _proxies(asked.proxy or os.environ.get("BIHUAN_PROXIES", ""))
    listening = _listen(asked.host, asked.port)
    try:
        with installation.opened(asked.data, serving=True) as here:
            return _serve(asked, words, here, listening, now)
    except faults.Fault as fault:
        raise Stop(fault.zh, fault.en) from fault
    finally:
        listening.close()


def _address(given: str) -> str:
    """Scheme, host and port of the desk as its users reach it (behind a proxy, say); empty where it is not said."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(given)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if given and (not whole or parts.path.strip("/") or parts.query or parts.fragment or parts.username):
        raise Stop(
            f"--address 要的是网址，如 https://bihuan.example，后面不带路径；读到的是“{given}”",
            f"--address takes scheme and host, such as https://bihuan.example, and no path; it was '{given}'",
        )
    return f"{parts.scheme}://{parts.netloc}" if given else ""


def _proxies(given: str) -> str:
    """Addresses and networks of the proxies before the desk, parted by commas."""
    from bihuan.desk import proxies

    try:
        proxies.networks(given)
    except ValueError as error:
        raise Stop(
            f"--proxy 要的是代理的地址或网段，用逗号分开，如 127.0.0.1,10.0.0.0/24；读到的是“{given}”",
            f"--proxy takes addresses or networks of proxies, parted by commas, such as 127.0.0.1,10.0.0.0/24; it was "
            f"'{given}'",
        ) from error
    return given


def _listen(host: str, port: int) -> socket.socket:
    """The socket that serves: taken first, so that a port in use is said before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        if error.errno in (98, 48):
            raise Stop(
                f"端口 {port} 已被占用：请停掉占用它的程序，或用 --port 换一个",
                f"port {port} is in use: stop what uses it, or name another with --port",
            ) from error
        raise Stop(
            f"不能在 {host}:{port} 上监听（{error.strerror}）：请用 --host 和 --port 换一个",
            f"can't listen on {host}:{port} ({error.strerror}): name another with --host and --port",
        ) from error
    except OverflowError as error:
        listening.close()
        raise Stop(f"没有端口 {port}：请用 0 到 65535", f"there is no port {port}: use 0 to 65535") from error
    return listening


def _serve(asked: argparse.Namespace, words: Words, here: Installation, listening: socket.socket, now: object) -> int:
    from bihuan.live import installation, start, warming
    from bihuan.live.supervisor import Part, Supervisor

    here.set_up()  # first: whoever compiles sets Django up too, without a database
    if here.server is not None:
        warming.begin(here.url)
    with glue.shown(words) as step:
        glue.compiled(words, step, live=True)
    from bihuan.access import ground  # once Django is set up

    start.migrate()
    start.set_clock(now)  # type: ignore[arg-type]
    if asked.demo:
        if now is None:
            start.set_demo_clock()
        _demo(words)
    host, port = listening.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
    where = f"http://{'[' + shown + ']' if ':' in shown else shown}:{port}/"
    os.set_inheritable(listening.fileno(), True)
    environment = here.environment()
    desk = ground.open_desk(here.url, here.secret_key())
    web = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:bihuan.live.gunicorn"),
        *("--bind", f"fd://{listening.fileno()}", "bihuan.desk.wsgi:application"),
    ]
    supervisor = Supervisor(
        [
            Part("worker", [sys.executable, "-m", "bihuan.live.worker"], environment),
            Part("web", web, environment | desk, pass_fds=(listening.fileno(),)),
        ],
        keep=lambda: _keep(here, words),
        tell=lambda name: print(words(f"{name} 停了，重新启动", f"{name} ended and is started anew"), file=sys.stderr),
    )
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, supervisor.end)
    supervisor.start()
    installation.say_where(here.folder, where)
    if start.ready(f"{where}healthz", supervisor):
        _announce(words, where, here.folder)
    supervisor.run()
    print(words("已停止", "stopped"), file=sys.stderr)
    return 0


def _announce(words: Words, where: str, folder: Path) -> None:
    """Where the data lie, where the desk is, and last of all what is shown only once: it stays on the screen."""
    from bihuan.live import clock, start
    from bihuan.pressure import console

    print(words("停止：Ctrl-C", "to stop: Ctrl-C"))
    print(words(f"数据：{folder}", f"data: {folder}"))
    print(
        words(
            f"没有设渠道的责任人员，通知写在 {folder / console.NAME}",
            f"messages to officers without a channel: {folder / console.NAME}",
        )
    )
    if clock.is_set():
        print(
            words(
                f"系统时钟：{clock.now():%Y-%m-%d %H:%M:%S}，从这一刻走起（--now 另设）",
                f"the system's clock: {clock.now():%Y-%m-%d %H:%M:%S}, and runs on from there (--now sets another)",
            )
        )
    password = start.first_administrator()  # made when it is said: a start that is cut off before makes nobody
    print(words(f"闭环指挥台：{where}", f"The desk of Bihuan: {where}"))
    if password is not None:
        print(
            words(
                f"第一位管理员：admin，口令 {password}（只显示这一次，请登录后更改）",
                f"first administrator: admin, password {password} (shown this once; change it after signing in)",
            )
        )
    sys.stdout.flush()


def _keep(here: Installation, words: Words) -> None:
    """The database of our own, started anew where it died, whoever had started it."""
    if here.server is None:
        return
    with suppress(OSError):  # a full disk: the desk goes on
        here.server.put_log_aside()
    if not here.server.alive():
        print(words("数据库停了，重新启动", "the database ended and is started anew"), file=sys.stderr)
        from bihuan.live.faults import Fault

        try:
            here.server.start()
        except Fault as fault:
            print(words(fault.zh, fault.en), file=sys.stderr)


def _demo(words: Words) -> None:
    """The demo county, on an empty database."""
    from bihuan.live import start

    with glue.shown(words) as step:
        start.demo(step(words("演示县", "demo")))
