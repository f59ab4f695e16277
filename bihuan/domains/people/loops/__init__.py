"""Loops of people: whoever must be controlled, tested, cared for; posts and passages."""
