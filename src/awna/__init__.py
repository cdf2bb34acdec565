"""Awna: rebuild together, with books that a stranger can check."""

__version__ = "0.1.0"
