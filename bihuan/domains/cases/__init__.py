"""Tests, cases and contacts (检测与病例)."""

TITLE = ("检测与病例", "tests, cases, contacts")
