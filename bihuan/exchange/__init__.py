"""Spreadsheets in and out: read, normalise, validate, reject, template."""
