"""How well a reading matches what a list truly says, field by field."""

import re
from collections import Counter
from dataclasses import dataclass, field

from awna.core.lists import FIELDS, SURE, Reading, Row, read_list
from awna.core.lists.vocabulary import fold

from .layouts import Sample, make_sample
from .words import Signer


@dataclass
class Score:
    """Fields of the true entries: right, wrong, and among the wrong ones those that carry no mark."""

    fields: int = 0
    right: int = 0
    marked_though_right: int = 0
    unmarked: list[str] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        return self.right / self.fields if self.fields else 0.0

    def add(self, other: "Score") -> None:
        self.fields += other.fields
        self.right += other.right
        self.marked_though_right += other.marked_though_right
        self.unmarked += other.unmarked
        self.wrong += other.wrong


def same(found: str, true: str) -> bool:
    """Accents apart: a scan took some away without a trace, in this list and in every other."""
    return re.sub(r"\s+", " ", fold(found)).strip() == re.sub(r"\s+", " ", fold(true)).strip()


def judge(reading: Reading, signers: list[Signer]) -> Score:
    """Each true entry beside its row. One without a row is wrong in every field, unmarked ones of a row too many are faults as well."""
    score, rows = Score(), list(reading.rows)
    for signer, row in _paired(rows, signers):
        for name, true in signer.fields().items():
            score.fields += 1
            found = row[name] if row else None
            if found is not None and same(found.text, true):
                score.right += 1
                score.marked_though_right += found.mark != SURE
            else:
                score.wrong[name] += 1
                if found is not None and found.mark == SURE:
                    score.unmarked.append(f"{name}: “{found.text}” for “{true}” in «{row.raw if row else ''}»")
    taken = {id(row) for _, row in _paired(rows, signers) if row}
    score.unmarked += [f"no entry: «{row.raw}»" for row in rows if id(row) not in taken and row.mark == SURE]
    return score


def _paired(rows: list[Row], signers: list[Signer]) -> list[tuple[Signer, Row | None]]:
    """The pairing in order under which rows and true entries share most."""
    best = [[0.0] * (len(rows) + 1) for _ in range(len(signers) + 1)]
    alike = [[_alike(row, signer) for row in rows] for signer in signers]
    for i in range(len(signers) - 1, -1, -1):
        for j in range(len(rows) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1], alike[i][j] and best[i + 1][j + 1] + alike[i][j])
    pairs: list[tuple[Signer, Row | None]] = []
    j = 0
    for i, signer in enumerate(signers):
        while j < len(rows) and best[i][j] == best[i][j + 1]:
            j += 1
        meets = j < len(rows) and alike[i][j] > 0 and best[i][j] == best[i + 1][j + 1] + alike[i][j]
        pairs.append((signer, rows[j] if meets else None))
        j += meets
    return pairs


def _alike(row: Row, signer: Signer) -> float:
    fields = signer.fields()
    name = set(fold(fields["name_original"]).split()) & set(fold(row.raw).split())
    return 2 * len(name) + sum(bool(fields[one]) and same(row[one].text, fields[one]) for one in FIELDS)


def measure(layouts: range, seeds: range) -> dict[int, Score]:
    """The score of each layout over some seeds."""
    scores: dict[int, Score] = {}
    for layout in layouts:
        scores[layout] = Score()
        for seed in seeds:
            sample: Sample = make_sample(layout, seed)
            scores[layout].add(judge(read_list(sample.text), sample.signers))
    return scores
