"""Loops of places: venues, gatherings, guards, isolation sites, and the roll of units."""
