"""Acts in whose midst no garbage is gone through."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def undisturbed(act: Callable[P, R]) -> Callable[P, R]:
    """Garbage is gone through behind an act, not in its midst: some 100 ms, for which holes need not wait."""

    @functools.wraps(act)
    def acted(*args: P.args, **named: P.kwargs) -> R:
        was = gc.isenabled()
        gc.disable()
        try:
            return act(*args, **named)
        finally:
            if was:
                gc.enable()

    return acted
