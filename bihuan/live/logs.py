"""What the desk's processes log: no identity or phone number stands whole in it, whatever an error repeats of a row."""

from __future__ import annotations

import logging

from bihuan.audit.masking import masked


class Masked(logging.Formatter):
    """A line, tracebacks with it, masked."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def set_up() -> None:
    """Warnings and worse on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Masked("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
