"""What the desk's processes log: no identity or phone number stands whole in it, whatever an error repeats of a row."""

from __future__ import annotations

import logging

from bihuan.audit.masking import masked


class Masked(logging.Formatter):
    """A line, tracebacks with it, masked. That the database went is no error of the program's: a line without one."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and gone(record.exc_info[1]):
            record = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None})
        return masked(super().format(record))


def gone(error: BaseException | None) -> bool:
    """Whether it is the database that was not there, behind whatever an error became on its way."""
    import psycopg

    while error is not None:
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return True
        error = error.__cause__ or error.__context__
    return False


def set_up() -> None:
    """Warnings and worse on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Masked("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # a line a try, while the database is away
