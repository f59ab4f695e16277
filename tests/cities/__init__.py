"""Random small cities with every kind of fault and near miss, to hold the engine against the reference on."""

from tests.cities.city import generate, write

__all__ = ["generate", "write"]
