"""Tells by its content what form a project file has, and reads it."""

import re
from collections.abc import Callable

from ...problems import Problem, Refused
from ..problem import Project
from .json_project import project_from_json
from .mspdi import read_mspdi
from .mspsp import read_mspsp
from .patterson import read_patterson
from .psplib import read_psplib
from .table import COLUMNS, read_table
from .xer import read_xer

FILE_BYTES_MAX = 10_000_000  # bytes
HEAD_BYTES = 20_000  # bytes in which a form must show itself

Reader = Callable[[bytes], Project]
BY_ENDING: dict[str, Reader] = {
    ".sm": read_psplib,
    ".mm": read_psplib,
    ".json": project_from_json,
    ".csv": read_table,
    ".rcp": read_patterson,
    ".dzn": read_mspsp,
    ".xml": read_mspdi,
    ".xer": read_xer,
}
FORMS = ".csv (our table), .json, .sm or .mm (PSPLIB, MMLIB), .rcp (Patterson), .dzn (MSPSP), .xml (Microsoft Project) and .xer (Primavera)"


def read_project(data: bytes, name: str) -> Project:
    """The project of a file, by its content; the end of the name decides only where the content says nothing."""
    if len(data) > FILE_BYTES_MAX:
        text = "The file has %(size)s bytes; up to %(limit)s are read. Split the project."
        raise Refused(Problem("file_too_big", text, {"size": len(data), "limit": FILE_BYTES_MAX}))
    reader = reader_of(data) or next((reader for ending, reader in BY_ENDING.items() if name.lower().endswith(ending)), None)
    if reader is None:
        text = "Neither its content nor its name %(name)s shows what %(file)s is. Read are: %(forms)s."
        raise Refused(Problem("file_format_unknown", text, {"name": name, "file": "the file", "forms": FORMS}))
    return reader(data)


def reader_of(data: bytes) -> Reader | None:
    """The reader whose form the content shows; None = it shows none."""
    head = data[:HEAD_BYTES].decode("utf-8-sig", errors="replace").lstrip()
    first = head.partition("\n")[0].strip()
    if head.startswith("<"):
        return read_mspdi
    if head.startswith("{"):
        return project_from_json
    if head.startswith("ERMHDR"):
        return read_xer
    if re.search(r"^PRECEDENCE RELATIONS", head, re.MULTILINE):
        return read_psplib
    if re.search(r"^\s*(nActs|mastery|sreq)\s*=", head, re.MULTILINE):
        return read_mspsp
    if re.fullmatch(r"\d+(\s+\d+){1,2}", first):
        return read_patterson
    columns = {cell.strip().strip('"').lower() for cell in first.split(",")}
    return read_table if "id" in columns and columns & (set(COLUMNS) - {"id"}) else None
