"""The lines of a pasted text with their places in it, and those among them that belong to the page and not to the list."""

import itertools
import re
from dataclasses import dataclass

from .countries import find_country
from .vocabulary import LIST_WORDS, PAGE_WORDS, is_body, words_of

INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f]")
PAGE = re.compile(r"[\W_]*(?:(?P<word>[^\W\d_]{1,8})[.\s]*)?\d{1,4}(?:\s*(?:/|[^\W\d_]{1,3})\s*\d{1,4})?[\W_]*")
HEAD_WORDS_MAX = 12


@dataclass(frozen=True)
class Line:
    """`text` is cleaned; `start` and `end` are the line's places in the text as given. `indent` counts the spaces before it."""

    start: int
    end: int
    text: str
    indent: int = 0

    @property
    def width(self) -> int:
        return self.indent + len(self.text)


def lines_of(text: str) -> list[Line]:
    """Every line, empty ones too."""
    found, at = [], 0
    for whole in text.splitlines(keepends=True):
        clean = INVISIBLE.sub("", whole.rstrip("\r\n")).replace("\xa0", " ").rstrip(" ")
        bare = clean.lstrip(" ")
        found.append(Line(at, at + len(whole), bare, len(clean) - len(bare)))
        at += len(whole)
    return found


def furniture(lines: list[Line]) -> dict[int, str]:
    """Numbers of the lines that are page numbers or running headings, each with the word for what it is."""
    found = {n: "page_number" for n, line in enumerate(lines) if is_page_number(line.text)}
    if not _pages_run(lines, found):
        found = {n: why for n, why in found.items() if re.search(r"[^\W\d_]", lines[n].text)}
    first = next((n for n, line in enumerate(lines) if line.text), 0)
    heads = {lines[n].text for n in _after_page_numbers(lines, found)} | {line.text for line in lines[first : first + 1]}
    for n, line in enumerate(lines):
        if line.text in heads and n not in found and _is_running_head(line.text, lines, found):
            found[n] = "running_heading"
    return found


def is_page_number(text: str) -> bool:
    match = PAGE.fullmatch(text)
    return match is not None and (match["word"] is None or words_of(match["word"])[0] in PAGE_WORDS)


def _pages_run(lines: list[Line], found: dict[int, str]) -> bool:
    """Bare numbers on lines of their own are page numbers only where they rise and stand apart: otherwise they number entries."""
    numbers = [(n, int(digits[-1])) for n in found if (digits := re.findall(r"\d+", lines[n].text)[:1])]
    return len(numbers) == 1 or all(n2 - n1 > 8 and b == a + 1 for (n1, a), (n2, b) in itertools.pairwise(numbers))


def _after_page_numbers(lines: list[Line], found: dict[int, str]) -> list[int]:
    return [n for page in found for n in range(page + 1, min(page + 4, len(lines))) if lines[n].text][:200]


def _is_running_head(text: str, lines: list[Line], found: dict[int, str]) -> bool:
    words = words_of(text)
    if not words or len(words) > HEAD_WORDS_MAX or find_country(text):
        return False
    times = sum(line.text == text for line in lines)
    if any(word in LIST_WORDS for word in words):
        return True
    return times >= 2 and times >= len(found) - 1 and not is_body(text)
