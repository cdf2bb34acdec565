"""The guarded XML tree with the refusals of project files."""

from functools import partial

from ...xml_lines import Node, parse_xml
from .lines import damaged

__all__ = ["Node", "parse"]


def parse(data: bytes, form: str) -> Node:
    """The tree of an XML file without DTD or entities; refuses with the line."""
    return parse_xml(data, partial(damaged, form))
