"""Command and responsibility (指挥与责任)."""
