"""Fifty people at the desk of a county of 500,000: how long each page takes them. ``python -m bench.desk``."""
