"""XML as it comes from a bank: no entities, no DTD, no network, bounded depth; elements keep their local names alone."""

import re
from xml.etree.ElementTree import Element, TreeBuilder

import defusedxml
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from awna.core.problems import Problem, Refused

XML_DEPTH_MAX = 64
HEAD_BYTES = 200
XML_ELEMENTS_MAX = 4_000_000


class _GuardedBuilder(TreeBuilder):
    """A tree builder that counts depth, so that a nested bomb ends before it costs memory."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = []
        self.namespace = ""
        self.count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        namespace, _, name = tag.rpartition("}")
        self.namespace = self.namespace or namespace[1:]
        self.path.append(name)
        self.count += 1
        if len(self.path) > XML_DEPTH_MAX or self.count > XML_ELEMENTS_MAX:
            raise Refused(
                Problem(
                    "statement_too_deep",
                    "The XML is nested deeper than %(limit)s elements. No bank statement is; ask the bank.",
                    {"limit": XML_DEPTH_MAX},
                    "/".join(self.path[:4]),
                )
            )
        return super().start(name, attrs)

    def end(self, tag: str, /) -> Element:
        return super().end(self.path.pop())


def parse_xml(data: bytes) -> tuple[Element, str]:
    """The root element and the first namespace that the file names."""
    builder = _GuardedBuilder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        if (line := _line_of_other_bytes(data)) is not None:
            raise Refused(
                Problem(
                    "statement_encoding_wrong",
                    "The XML is said to be UTF-8, but line %(line)s holds other bytes: it was saved again in another encoding. "
                    "Nothing was read; download the file again.",
                    {"line": line},
                    "/".join(builder.path) or "Document",
                )
            ) from error
        raise Refused(
            Problem(
                "statement_not_whole",
                "The XML breaks off or is damaged at line %(line)s, column %(column)s. Nothing was read; download the file again.",
                {"line": error.position[0], "column": error.position[1] + 1},
                "/".join(builder.path) or "Document",
            )
        ) from error
    except defusedxml.DefusedXmlException as error:
        raise Refused(
            Problem(
                "statement_with_entities",
                "The XML declares a DTD or entities, which no bank statement needs. Nothing was read; ask the bank for a plain file.",
                where="/".join(builder.path) or "Document",
            )
        ) from error
    except (LookupError, ValueError) as error:
        raise Refused(
            Problem(
                "statement_encoding_unknown",
                "The XML names a character encoding that cannot be read. Ask the bank for UTF-8.",
                where="Document",
            )
        ) from error
    return root, builder.namespace


def _line_of_other_bytes(data: bytes) -> int | None:
    """Where a file that names no encoding, or UTF-8, is something else; None where that is not what is wrong."""
    named = re.search(rb"encoding=[\"']([A-Za-z0-9._-]{1,40})", data[:HEAD_BYTES])
    if named is not None and named[1].upper() not in (b"UTF-8", b"UTF8"):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A file that breaks off inside a character is only cut.
        return data.count(b"\n", 0, error.start) + 1 if error.end < len(data) else None
    return None


def children(element: Element | None, name: str) -> list[Element]:
    return element.findall(name) if element is not None else []


def find(element: Element | None, path: str) -> Element | None:
    """Step by step, because most paths end at their first name, and the search of a whole path is slower."""
    for name in path.split("/"):
        element = element.find(name) if element is not None else None
    return element


def text_of(element: Element | None, path: str) -> str:
    found = find(element, path)
    return " ".join((found.text or "").split()) if found is not None else ""


def first_text(element: Element | None, *paths: str) -> str:
    """The first of these elements that says something: versions of a message moved their fields."""
    return next((text for path in paths if (text := text_of(element, path))), "")
