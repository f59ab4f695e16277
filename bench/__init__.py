"""Benchmarks: figures beside a peer or a lower bound, in one run. `make bench`."""
