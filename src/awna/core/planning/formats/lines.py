"""Numbers out of plain text files, each remembered with its line, so that a damaged file is refused at the right place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...problems import Problem, Refused

NUMBER_DIGITS_MAX = 9  # digits: no duration, capacity or quantity of these files is longer


TITLES = {
    "psplib": "PSPLIB (.sm, .mm)",
    "patterson": "Patterson (.rcp)",
    "cpr": "RCPSP-CPR (.rcp)",
    "mspsp": "MSPSP (.dzn)",
    "mspdi": "Microsoft Project XML",
    "xer": "Primavera XER",
}


def damaged(form: str, what: str, line: int | None = None) -> Refused:
    """The one refusal of a file whose form was recognised but whose content is not as it should be."""
    text = "The file was read as %(form)s, but %(what)s. Get the file again or use our CSV."
    return Refused(Problem(f"{form}_file_is_damaged", text, {"form": TITLES[form], "what": what}, f"line {line}" if line else ""))


def text_of(data: bytes, form: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise damaged(form, "it is not text", data[: error.start].count(b"\n") + 1) from error


@dataclass
class Numbers:
    """A stream of whole numbers, read one after another across lines."""

    form: str
    words: list[tuple[str, int]]  # word, line number
    place: int = 0

    @classmethod
    def of(cls, text: str, form: str) -> "Numbers":
        return cls(form, [(word, number) for number, line in enumerate(text.splitlines(), 1) for word in line.split()])

    @property
    def line(self) -> int | None:
        if not self.words:
            return None
        return self.words[min(self.place, len(self.words) - 1)][1]

    @property
    def empty(self) -> bool:
        return self.place >= len(self.words)

    def next(self, what: str, *, most: int | None = None) -> int:
        """The next whole number, 0 or more."""
        if self.empty:
            raise damaged(self.form, f"it ends where {what} should stand", self.line)
        word = self.words[self.place][0]
        if not re.fullmatch(rf"[0-9]{{1,{NUMBER_DIGITS_MAX}}}", word):
            raise damaged(self.form, f"{word[:40]} stands where {what} should", self.line)
        value = int(word)
        if most is not None and value > most:
            raise damaged(self.form, f"{what} is {value}, more than {most}", self.line)
        self.place += 1
        return value

    def many(self, count: int, what: str) -> list[int]:
        return [self.next(what) for _ in range(count)]

    def end(self) -> None:
        if not self.empty:
            raise damaged(self.form, f"{self.words[self.place][0][:40]} stands after the last task", self.line)


def rows(text: str, start: int, stop: int) -> Iterator[tuple[int, list[int]]]:
    """The lines of a section that hold nothing but whole numbers, with their line numbers (lines counted from 1)."""
    for number, line in enumerate(text.splitlines()[start:stop], start + 1):
        if re.fullmatch(rf"(\s*[0-9]{{1,{NUMBER_DIGITS_MAX}}}\b)+\s*", line):
            yield number, [int(word) for word in line.split()]
