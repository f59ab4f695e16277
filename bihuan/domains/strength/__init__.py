"""Plans and strength (预案与力量)."""
