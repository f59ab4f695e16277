"""The guard of a database server of our own: it stops the server once nobody uses it any more, however they went.

``python guard.py USERS_LOCK PID``, started beside the server. Whoever uses the server holds the lock, shared, and the
system takes it from whoever is killed; the guard alone asks for it whole. Standard library only, nothing of ours
imported: it is small, and lives as long as the server.
"""

import fcntl
import os
import signal
import sys
import time
from pathlib import Path

BEAT_S = 0.5
STOP_S = 30.0


def alive(pid: int) -> bool:
    """Whether the server still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def main(path: str, pid: int) -> None:
    """Until the server has ended, by itself or by us. While we stop it nobody who comes can start another."""
    with Path(path).open("a") as users:
        while alive(pid):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(BEAT_S)
                continue
            for sign in (signal.SIGINT, signal.SIGQUIT):  # a fast shutdown; where that does not end, at once
                os.kill(pid, sign)
                until = time.monotonic() + STOP_S
                while alive(pid) and time.monotonic() < until:
                    time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
