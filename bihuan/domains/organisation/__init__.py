"""Command and responsibility (指挥与责任)."""

TITLE = ("指挥与责任", "command and responsibility")
