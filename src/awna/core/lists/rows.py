"""One row to review: seven fields, each with a mark, and what of the entry stands in no field."""

from dataclasses import dataclass, replace

SURE, UNSURE, NOT_UNDERSTOOD = "sure", "unsure", "not_understood"
MARKS = (SURE, UNSURE, NOT_UNDERSTOOD)
FIELDS = ("name_original", "name_english", "abbreviation", "country", "place", "role", "person")


@dataclass(frozen=True)
class Cell:
    """What a field holds and how sure the reader is of it. An empty one can be unsure too."""

    text: str = ""
    mark: str = SURE

    def doubted(self) -> "Cell":
        return replace(self, mark=max(self.mark, UNSURE, key=MARKS.index))


@dataclass(frozen=True)
class Row:
    """An entry. `spans` are its places in the text that was given, from–to; `raw` is what stands there; `rest` is in no field."""

    cells: dict[str, Cell]
    spans: tuple[tuple[int, int], ...]
    raw: str
    rest: str = ""

    def __getitem__(self, name: str) -> Cell:
        return self.cells.get(name, Cell())

    @property
    def mark(self) -> str:
        """The worst mark of its fields."""
        marks = [self[name].mark for name in FIELDS] + ([NOT_UNDERSTOOD] if self.rest else [])
        return max(marks, key=MARKS.index)
