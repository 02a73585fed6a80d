"""Panels: they know the desk, not each other."""
