"""A guarded XML tree in which each element knows its line, so that a bad value can be found in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import defusedxml
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from .problems import Refused

XML_DEPTH_MAX = 40  # elements


@dataclass
class Node:
    """An element without its namespace: name, line, own text, children."""

    name: str
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, path: str) -> Iterator[Node]:
        """Every descendant along a path such as `Tasks/Task`."""
        name, _, rest = path.partition("/")
        for child in self.children:
            if child.name == name:
                yield from child.all(rest) if rest else (child,)

    def one(self, path: str) -> Node | None:
        return next(self.all(path), None)

    def value(self, path: str) -> str:
        found = self.one(path)
        return found.text.strip() if found else ""


Damaged = Callable[[str, int | None], Refused]


class _Builder:
    """The target of the parser: nodes, with the depth counted."""

    def __init__(self, damaged: Damaged) -> None:
        self.damaged = damaged
        self.parser: DefusedXMLParser | None = None
        self.root: Node | None = None
        self.path: list[Node] = []

    @property
    def line(self) -> int:
        return int(self.parser.parser.CurrentLineNumber) if self.parser is not None else 1

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        node = Node(tag.rpartition("}")[2], self.line)
        if len(self.path) == XML_DEPTH_MAX:
            raise self.damaged(f"its elements are nested deeper than {XML_DEPTH_MAX}", node.line)
        if self.path:
            self.path[-1].children.append(node)
        else:
            self.root = node
        self.path.append(node)

    def end(self, _tag: str) -> None:
        self.path.pop()

    def data(self, text: str) -> None:
        if self.path:
            self.path[-1].text += text

    def close(self) -> None:
        """Nothing is left to do; the parser asks for it."""


def parse_xml(data: bytes, damaged: Damaged) -> Node:
    """The tree of an XML file without DTD or entities; `damaged` says the refusal for a reason and a line."""
    builder = _Builder(damaged)
    builder.parser = parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        parser.close()
    except ParseError as error:
        raise damaged("the XML breaks off or is damaged", error.position[0]) from error
    except defusedxml.DefusedXmlException as error:
        raise damaged("it declares a DTD or entities, which no plan needs", builder.line) from error
    except Refused:
        raise
    except (LookupError, ValueError) as error:
        raise damaged("it names a character encoding that cannot be read", 1) from error
    if builder.root is None:
        raise damaged("it is empty", 1)
    return builder.root
