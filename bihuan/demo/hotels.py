"""Rooms of the isolation hotels (隔离点), given out in the order in which people come."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bihuan.demo.identity import pick


@dataclass
class Hotels:
    """``open`` = (hotel, rooms) of those that take anybody; a room is given again once all others have been."""

    students: list[tuple[str, int]] = field(default_factory=list)
    faulty: dict[str, tuple[str, int]] = field(default_factory=dict)  # by hole
    open: list[tuple[str, int]] = field(default_factory=list)
    given: int = 0

    @property
    def capacity(self) -> int:
        return sum(rooms for _, rooms in self.open)

    def rooms(self, n: int) -> tuple[Any, Any]:
        """A hotel and a room for each of ``n`` people."""
        sizes = np.array([rooms for _, rooms in self.open])
        # Hotels fill side by side, floor by floor: the k-th room of each before the next of any.
        slots = np.concatenate([np.stack([np.arange(s), np.full(s, i)], 1) for i, s in enumerate(sizes)])
        slots = slots[np.lexsort((slots[:, 1], slots[:, 0]))]
        taken = slots[(self.given + np.arange(n)) % len(slots)]
        self.given += n
        number = np.array([f"{101 + i // 20 * 100 + i % 20}" for i in range(int(sizes.max()))])
        return pick([key for key, _ in self.open], taken[:, 1]), pick(number, taken[:, 0])
