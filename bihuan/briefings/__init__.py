"""Briefings (通报): what a headquarters says of an area as of a moment, frozen, with every figure led to its rows."""
