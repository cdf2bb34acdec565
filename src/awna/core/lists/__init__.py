"""Lists of organisations as people really have them, read into rows to review. Nothing of the text is lost on the way."""

from .reading import Leftover, Reading, read_entry, read_list
from .rows import FIELDS, MARKS, NOT_UNDERSTOOD, SURE, UNSURE, Cell, Row

__all__ = ["FIELDS", "MARKS", "NOT_UNDERSTOOD", "SURE", "UNSURE", "Cell", "Leftover", "Reading", "Row", "read_entry", "read_list"]
