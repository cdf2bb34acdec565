"""What a scanner and a printer do to a list: broken lines, hyphens, page numbers, running headings, 1 for l, 0 for O, lost accents."""

import unicodedata
from dataclasses import dataclass
from random import Random

LOOK_ALIKE = {"l": "1", "I": "l", "O": "0", "o": "0", "i": "1"}
RUNNING_HEADINGS = (
    "Open letter to the town – list of signatures",
    "Lettre ouverte – signataires",
    "رسالة مفتوحة – الموقعون",
    "Offener Brief, Unterschriften",
)
PAGE_MARKS = ("Page {n} of {all}", "- {n} -", "{n}", "Seite {n}", "صفحة {n}", "Стр. {n}")


@dataclass(frozen=True)
class Damage:
    """How much of each; the shares are of letters, of words and of lines."""

    look_alikes: float = 0.004
    accents_lost: float = 0.04
    page_lines: int = 28
    width: int = 0
    hyphens: float = 0.0


def scanned(lines: list[str], rng: Random, damage: Damage, *, indent: str = "") -> str:
    """The lines as they come out of a scanner; `indent` starts each line that a narrow column broke off."""
    hurt = [_hurt_line(line, rng, damage) for line in lines]
    broken = [piece for line in hurt for piece in (_broken(line, rng, damage, indent) if damage.width else [line])]
    return "\n".join(_paged(broken, rng, damage)) + "\n"


def _hurt_line(line: str, rng: Random, damage: Damage) -> str:
    return " ".join(_hurt_word(word, rng, damage) if word else "" for word in line.split(" "))


def _hurt_word(word: str, rng: Random, damage: Damage) -> str:
    if rng.random() < damage.accents_lost:
        word = "".join(sign for sign in unicodedata.normalize("NFD", word) if not _is_latin_accent(sign))
        word = unicodedata.normalize("NFC", word)
    if len(word.strip(".,()")) < 4:
        return word
    return "".join(LOOK_ALIKE[sign] if sign in LOOK_ALIKE and rng.random() < damage.look_alikes * 4 else sign for sign in word)


def _is_latin_accent(sign: str) -> bool:
    return "\u0300" <= sign <= "\u036f"


def _broken(line: str, rng: Random, damage: Damage, indent: str) -> list[str]:
    """Wrap at the width of a column; now and then inside a long word, with a hyphen."""
    out, current = [], ""
    for word in line.split(" "):
        space = damage.width - len(current) - 1
        if current and len(word) > space:
            if len(word) >= 8 and 3 < space < len(word) - 3 and word.isalpha() and rng.random() < damage.hyphens:
                out.append(f"{current} {word[: space - 1]}-")
                current = indent + word[space - 1 :]
                continue
            out.append(current)
            current = indent + word
        else:
            current = f"{current} {word}" if current else word
    return [*out, current]


def _paged(lines: list[str], rng: Random, damage: Damage) -> list[str]:
    if not damage.page_lines:
        return lines
    heading, mark = rng.choice(RUNNING_HEADINGS), rng.choice(PAGE_MARKS)
    pages = [lines[start : start + damage.page_lines] for start in range(0, len(lines), damage.page_lines)]
    return [line for number, page in enumerate(pages, start=1) for line in (heading, *page, mark.format(n=number, all=len(pages)))]
