"""Tests, cases and contacts (检测与病例)."""
