"""Figures: what a run comes to, one number each, by concern."""
