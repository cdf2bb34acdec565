"""Safe light markup: blank lines part paragraphs, `- ` makes a list, **strong**, [words](https://…). Everything else is shown as typed."""

import re

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_LINK = re.compile(r"\[([^\[\]]{1,200})\]\((https?://[^\s()<>\"']{1,500})\)")
_ITEM = re.compile(r"^[-•] +")


def render_light(text: str) -> SafeString:
    """The text as paragraphs and lists. It is escaped first, so that nothing typed becomes a tag."""
    blocks = [block.strip("\n") for block in re.split(r"\n[ \t]*\n+", text.replace("\r\n", "\n").strip())]
    return mark_safe("\n".join(_block(block) for block in blocks if block.strip()))  # noqa: S308 (each part was escaped)


def plain_light(text: str) -> str:
    """The text for a mail: marks of strong words gone, addresses behind their words."""
    return _LINK.sub(r"\1 (\2)", _STRONG.sub(r"\1", text))


def _block(block: str) -> str:
    lines = block.split("\n")
    if all(_ITEM.match(line) for line in lines):
        items = "".join(f"<li>{_line(_ITEM.sub('', line))}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return f"<p>{'<br>'.join(_line(line) for line in lines)}</p>"


def _line(line: str) -> str:
    marked = _STRONG.sub(r"<strong>\1</strong>", str(escape(line)))
    return _LINK.sub(r'<a href="\2" rel="nofollow noopener noreferrer">\1</a>', marked)
