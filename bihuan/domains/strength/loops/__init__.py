"""Loops of strength and plans: teams that are enough, trained and there; plans that can be run."""
