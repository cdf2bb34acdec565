"""Judge the suggestions for noisy lines against what they truly pay."""

from collections import Counter
from dataclasses import dataclass, field

from awna.core.banking.ranking import Suggestion, Targets, rank_lines

from ._noise import Case, Noise


@dataclass
class Verdict:
    """Counts over one seeded set; `by_noise` maps a kind to (lines, booked by themselves, right first suggestion)."""

    lines: int = 0
    wrong: list[str] = field(default_factory=list)
    booked: int = 0
    whole: int = 0
    whole_booked: int = 0
    bookable: int = 0
    by_noise: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def automatic_share(self) -> float:
        """Of the lines that carry a whole identifier and pay exactly what is due."""
        return self.booked / self.bookable if self.bookable else 0.0


def judge(seed: int, count: int) -> Verdict:
    noise = Noise(seed, count)
    ranked = rank_lines([case.line for case in noise.cases], Targets(noise.targets))
    verdict = Verdict(lines=count)
    for number, (case, found) in enumerate(zip(noise.cases, ranked, strict=True)):
        _count(verdict, number, case, found)
    return verdict


def _count(verdict: Verdict, number: int, case: Case, found: list[Suggestion]) -> None:
    kind = verdict.by_noise.setdefault(case.noise, Counter())
    booked = [one for one in found if one.books_itself]
    right = bool(found) and {share.target.reference for share in found[0].shares} <= set(case.truth)
    kind.update(lines=1, booked=len(booked), right=right, bookable=case.bookable)
    verdict.whole += case.whole_reference
    verdict.bookable += case.bookable
    verdict.booked += bool(booked)
    verdict.whole_booked += bool(booked) and case.whole_reference
    if booked and (not case.bookable or not right or len(booked) > 1 or found[0] is not booked[0]):
        verdict.wrong.append(f"line {number}: {case.noise}, {booked[0].code}")
