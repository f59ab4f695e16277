"""Plans and strength (预案与力量)."""

TITLE = ("预案与力量", "plans and strength")
