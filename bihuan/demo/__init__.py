"""A county and its city to look at: ledgers built from the source's own figures, correct but for planted holes.

``write`` is what ``bihuan demo DIR --people N`` calls; benchmarks call it with two and a half million people.
"""

from bihuan.demo.city import AS_OF, DEFAULT_PEOPLE, DEFAULT_SEED, FEWEST, NotTold, Planted, Summary, write

__all__ = ["AS_OF", "DEFAULT_PEOPLE", "DEFAULT_SEED", "FEWEST", "NotTold", "Planted", "Summary", "write"]
