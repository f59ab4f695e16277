"""Loops of goods."""
