"""House rules on templates and style sheets."""

import re
from pathlib import Path

from .tree import product_files

INLINE = (
    (re.compile(r"<style\b", re.I), "a style element"),
    (re.compile(r"<[^>]*\sstyle\s*=", re.I), "a style attribute"),
    (re.compile(r"<script\b(?![^>]*\ssrc\s*=)[^>]*>", re.I), "an inline script"),
    (re.compile(r"<[^>]*\son[a-z]+\s*=", re.I), "an event attribute"),
    (re.compile(r"<[^>]*\shx-on\b", re.I), "hx-on"),
    (re.compile(r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", re.I), "a javascript: address"),
)
SIDES = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)[\w-]*|left|right"
    r"|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
    r"|(?<![\w-])(?:text-align|float|clear)\s*:\s*(?:left|right)\b",
    re.I,
)


def no_inline_code(root: Path) -> list[str]:
    """The content security policy would drop it, silently."""
    return [
        f"{path.relative_to(root)}: {what}"
        for path in product_files(root, "*.html")
        for pattern, what in INLINE
        if pattern.search(_without_comments(path.read_text(encoding="utf-8")))
    ]


def css_is_logical(root: Path) -> list[str]:
    """Pages run from right to left too: inline-start and inline-end, never left and right."""
    return [
        f"{path.relative_to(root)}: {match.group(0)}"
        for path in product_files(root, "*.css")
        for match in SIDES.finditer(re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S))
    ]


def _without_comments(text: str) -> str:
    text = re.sub(r"\{#.*?#\}|<!--.*?-->", "", text, flags=re.S)
    return re.sub(r"\{%\s*comment\b.*?endcomment\s*%\}", "", text, flags=re.S)
