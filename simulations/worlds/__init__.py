"""Sections of a world, one file per concern."""

GUESS = "guess, to be swept"
"""Source of a setting that nobody has measured."""
