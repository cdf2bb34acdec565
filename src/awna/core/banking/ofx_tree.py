"""The elements of an OFX file, version 1 (SGML without end tags) and 2 (XML), with limits and without entities of its own."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from awna.core.problems import Problem, Refused

DEPTH_MAX = 64
ELEMENTS_MAX = 3_000_000
HEADER_BYTES = 2_000
_CHARSETS = {"1252": "windows-1252", "8859-1": "iso-8859-1", "ISO-8859-1": "iso-8859-1", "NONE": "utf-8", "UTF-8": "utf-8", "": "utf-8"}
_TOKEN = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z0-9_.:-]{1,80})(?P<empty>\s*/)?\s*>(?P<text>[^<]*)")
_ENTITY = re.compile(r"&(#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " "}


@dataclass
class Node:
    """An element: a value or children, never both that matter."""

    tag: str
    text: str = ""
    line: int = 0
    children: list["Node"] = field(default_factory=list)

    def all(self, tag: str) -> list["Node"]:
        return [child for child in self.children if child.tag == tag]

    def find(self, path: str) -> "Node | None":
        node: Node | None = self
        for tag in path.split("/"):
            node = next((child for child in node.children if child.tag == tag), None) if node is not None else None
        return node

    def value(self, path: str) -> str:
        found = self.find(path)
        return " ".join(found.text.split()) if found is not None else ""

    def deep(self, *tags: str) -> list["Node"]:
        """Every element below with one of these names, in the order of the file."""
        found: list[Node] = []
        waiting = list(reversed(self.children))
        while waiting:
            node = waiting.pop()
            if node.tag in tags:
                found.append(node)
            else:
                waiting.extend(reversed(node.children))
        return found


def parse_tree(data: bytes) -> Node:
    """The element OFX; raises Refused for a file that breaks off, nests too deep or declares entities."""
    text = decode(data)
    start = re.search(r"<OFX\b[^<>]{0,200}>", text, re.IGNORECASE)
    if start is None:
        raise Refused(Problem("statement_not_whole", "The file has a header of OFX but nothing below it. Download it again.", where="OFX"))
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise Refused(
            Problem(
                "statement_with_entities",
                "The file declares a DTD or entities, which no bank statement needs. Nothing was read; ask the bank for a plain file.",
                where="OFX",
            )
        )
    before = text.count("\n", 0, start.start())
    body = _replace_blocks(text[start.start() :], "<!--", "-->", lambda found: "\n" * found.count("\n"))
    # A `<` that a payer typed is a value, not a tag; what stands in CDATA is escaped like any other value.
    body = _replace_blocks(body, "<![CDATA[", "]]>", lambda found: found.replace("&", "&amp;").replace("<", "&lt;"))
    return _Builder(body, before + 1).build()


def _replace_blocks(text: str, begin: str, end: str, put: Callable[[str], str]) -> str:
    """Every block from `begin` to `end`; one without an end is where the file breaks off."""
    pieces, position = [], 0
    while (start := text.find(begin, position)) >= 0:
        stop = text.find(end, start)
        if stop < 0:
            raise Refused(
                Problem("statement_not_whole", "The file breaks off after this mark. Nothing was read; download it again.", where=begin)
            )
        pieces += [text[position:start], put(text[start + len(begin) : stop])]
        position = stop + len(end)
    return "".join([*pieces, text[position:]])


def decode(data: bytes) -> str:
    """UTF-8 where it is valid, else the character set that the header names; any other is refused."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        head = data[:HEADER_BYTES].decode("latin-1")
        found = re.search(r"CHARSET\s*:\s*([A-Za-z0-9-]*)", head) or re.search(r"encoding=[\"']([A-Za-z0-9-]+)", head)
        named = found[1].upper() if found else ""
        charset = _CHARSETS.get(named, named)
        if charset.lower() not in ("windows-1252", "iso-8859-1", "iso-8859-15", "us-ascii", "ascii"):
            raise Refused(_encoding(named, data.count(b"\n", 0, error.start) + 1)) from error
        # Programs that write windows-1252 and name plain ASCII are the rule.
        try:
            return data.decode("windows-1252")
        except UnicodeDecodeError as again:
            raise Refused(_encoding(named, data.count(b"\n", 0, again.start) + 1)) from again


def _encoding(named: str, line: int) -> Problem:
    return Problem(
        "statement_encoding_unknown",
        "The file names the character set “%(found)s”, but its text is in another one. Ask the bank for UTF-8.",
        {"found": named[:40]},
        f"line {line}",
    )


class _Builder:
    """In version 1 a value has no end tag: an element that was never closed is a value without text."""

    def __init__(self, body: str, line: int) -> None:
        self.body, self.line = body, line
        self.stack: list[Node] = []
        self.root: Node | None = None
        self.count = 0

    def build(self) -> Node:
        position = 0
        leaf = ""  # the value that may still be closed
        for found in _TOKEN.finditer(self.body):
            gap = self.body[position : found.start()]
            if gap.strip():
                self.refuse("statement_tag_unreadable", "The text “%(found)s” belongs to no element. Download the file again.", gap.strip())
            position = found.end()
            tag, text = found["tag"].upper(), found["text"]
            leaf = self.close(tag, leaf, text) if found["end"] else self.open(tag, text, empty=bool(found["empty"]))
            self.line += gap.count("\n") + found[0].count("\n")
            if self.root is not None:
                break
        if self.root is None:
            self.refuse("statement_not_whole", "The file breaks off inside this element. Nothing was read; download it again.", "")
        assert self.root is not None
        return self.root

    def open(self, tag: str, text: str, *, empty: bool) -> str:
        self.count += 1
        value = text.strip()
        node = Node(tag, _unescape(value), self.line)
        if self.stack:
            self.stack[-1].children.append(node)
        if not value and not empty:
            self.stack.append(node)
        if len(self.stack) > DEPTH_MAX or self.count > ELEMENTS_MAX:
            self.refuse("statement_too_deep", "The file is nested deeper than any bank statement. Ask the bank.", tag)
        return tag if value else ""

    def close(self, tag: str, leaf: str, text: str) -> str:
        if text.strip() and [node.tag for node in self.stack] != [tag]:
            self.refuse("statement_tag_unreadable", "The text “%(found)s” belongs to no element. Download the file again.", text.strip())
        if tag == leaf:
            return ""
        if tag not in (node.tag for node in self.stack):
            self.refuse("statement_tag_out_of_place", "The end of %(found)s stands where nothing of that name began.", tag)
        while self.stack:
            node = self.stack.pop()
            if node.tag == tag:
                break
            # It had no end tag: what seemed to be inside it stands beside it.
            self.stack[-1].children += node.children
            node.children = []
        if not self.stack:
            self.root = node
        return ""

    def refuse(self, code: str, text: str, found: str) -> None:
        path = "/".join(node.tag for node in self.stack[:6])
        raise Refused(Problem(code, text, {"found": found[:40]}, f"line {self.line}" + (f", {path}" if path else "")))


def _unescape(text: str) -> str:
    return _ENTITY.sub(lambda found: _character(found[1]), text) if "&" in text else text


def _character(name: str) -> str:
    if not name.startswith("#"):
        return _NAMED.get(name.lower(), f"&{name};")
    code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    return chr(code) if 32 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else " "
