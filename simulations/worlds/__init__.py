"""Sections of a world, one file per concern."""
