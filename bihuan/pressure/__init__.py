"""Pressure (催办): whoever must act on a hole is told, by the channel that he has; digests rather than floods."""
