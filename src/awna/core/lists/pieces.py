"""An entry taken apart at its commas, dashes, strokes, brackets and hard line ends."""

import re
from dataclasses import dataclass

from .entries import CLOSING, OPENING, Entry
from .repair import Lexicon, join_broken, mend, readings

JOINED = "\ue000"
HARD = "\n"
SEPARATOR = re.compile(r"\n|\s[–—\-/|]\s|[,،;؛]\s|[,،]$|:\s|،")
INSIDE = re.compile(r"\n|\s?[/|]\s?|\s[–—\-]\s|[,،;؛]\s|:\s|،")


@dataclass(frozen=True)
class Piece:
    """A part of an entry. `by` is the sign before it, `group` the number of its bracket (0: none), `changed` that it was mended.

    `others` are the other ways in which it may be read where letters are in doubt.
    """

    text: str
    by: str = ""
    group: int = 0
    changed: bool = False
    others: tuple[str, ...] = ()


def entry_text(entry: Entry) -> str:
    """The words of an entry without its marker; a word that was put together carries a private sign at its joint."""
    out = ""
    for n, (line, soft) in enumerate(zip(entry.lines, entry.soft, strict=True)):
        text = line.text.removeprefix(entry.marker) if n == 0 else line.text
        if n and not soft:
            out += HARD + text
            continue
        whole, joined = join_broken(out, text)
        out = out[:-1] + JOINED + text if joined else whole
    return out.strip()


def pieces_of(text: str, lexicon: Lexicon) -> list[Piece]:
    """The parts in their order; empty ones are left out."""
    found: list[Piece] = []
    group, groups, by, start, at = 0, 0, "", 0, 0

    def take(end: int) -> None:
        if piece := _piece(text[start:end], by, group, lexicon):
            found.append(piece)

    while at < len(text):
        sign = text[at]
        match = (INSIDE if group else SEPARATOR).match(text, at)
        if sign in OPENING and not group:
            take(at)
            groups += 1
            group, by, start, at = groups, sign, at + 1, at + 1
        elif sign in CLOSING and group:
            take(at)
            group, by, start, at = 0, sign, at + 1, at + 1
        elif match and not _inside_word(text, match):
            # A bracket closes what stands before it, also where a comma follows the bracket.
            closed = by in CLOSING and not text[start:at].strip()
            take(at)
            by, start, at = by if closed and by else match.group().strip() or HARD, match.end(), match.end()
        else:
            at += 1
    take(at)
    return found


def _inside_word(text: str, match: re.Match[str]) -> bool:
    """A stroke within a short form or a fraction is no separator: `w/o`."""
    return match.group() == "/" and (match.start() == 0 or text[match.start() - 1].isdigit())


def _piece(raw: str, by: str, group: int, lexicon: Lexicon) -> Piece | None:
    text, joined = _bare(raw.replace(JOINED, "")), JOINED in raw
    mended, changed = mend(text, lexicon)
    others = (
        [*readings(text, lexicon), *([mend(_bare(raw.replace(JOINED, "-")), lexicon)[0]] if joined else [])] if changed or joined else []
    )
    mended = _undotted(mended)
    return Piece(mended, by, group, changed or joined, tuple(_undotted(one) for one in others)) if mended.strip() else None


def _bare(raw: str) -> str:
    """Without the signs at both ends; a full stop stays for now."""
    text = re.sub(r"\s+", " ", raw)
    return text.strip(' .,،;؛:–—|/"“”„«»' if not raw.rstrip().endswith(".") else ' ,،;؛:–—|/"“”„«»')


def _undotted(text: str) -> str:
    """A full stop at the end belongs to a short form alone: `e.V.`."""
    return text if re.search(r"(?:^|\s|\.)[^\W\d_]{1,3}\.$", text) else text.rstrip(".")
