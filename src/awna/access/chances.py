"""What few cases let us say: ranges for a share, a rate and the next waiting time. Pure; the priors are whole counts that are stated."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, lgamma, log, log1p

LEVEL = 0.8  # of the cases: how often the truth is to lie in a range
STEPS = 60  # halvings of an interval; beyond them nothing changes
SHORT = 8  # cases below which a history is called short
PRIOR_YES = PRIOR_NO = 1
"""Before any case every share counts as equally likely: as if one yes and one no had been seen."""
PRIOR_CLOSINGS, PRIOR_OPEN_DAYS = 1, 21
"""Before any closing: as if one had been seen in three weeks; the simulation of plans begins from the same."""


@dataclass(frozen=True)
class Share:
    """A share of cases, 0..1: what is most plausible and the range that holds it in `LEVEL` of the cases."""

    yes: int
    cases: int
    middle: float
    low: float
    high: float

    @property
    def is_short(self) -> bool:
        return self.cases < SHORT


@dataclass(frozen=True)
class Wait:
    """Days of the next case: between `low` and `high` with the stated chance, by the rank of the past ones alone. `chance` 0: too few."""

    cases: int
    low: int
    high: int
    chance: Fraction
    still_open: int = 0
    longest_open: int = 0

    @property
    def is_short(self) -> bool:
        return self.cases < SHORT

    @property
    def tenths(self) -> int:
        """The chance in tenths, rounded down: no more is promised than is known."""
        return int(self.chance * 10)


@dataclass(frozen=True)
class Rate:
    """Closings in 30 open days: plausible value and range."""

    closings: int
    open_days: int
    middle: float
    low: float
    high: float

    @property
    def is_short(self) -> bool:
        return self.closings < SHORT


def share(yes: int, cases: int) -> Share:
    """Posterior of a share with the stated prior: Beta(yes + 1, no + 1)."""
    ones, others = yes + PRIOR_YES, cases - yes + PRIOR_NO
    edge = (1 - LEVEL) / 2
    low, high = (_inverse(lambda x: _beta_below(x, ones, others), at, 1.0) for at in (edge, 1 - edge))
    return Share(yes, cases, ones / (ones + others), low, high)


def closing_rate(closings: int, open_days: int) -> Rate:
    """Posterior of how often a way in closes: Gamma(closings + 1, open days + 21), told per 30 open days."""
    shape, exposure = closings + PRIOR_CLOSINGS, open_days + PRIOR_OPEN_DAYS
    edge = (1 - LEVEL) / 2
    low, high = (_inverse(lambda x: _gamma_below(x, shape), at, 10.0 + 4 * shape) * 30 / exposure for at in (edge, 1 - edge))
    return Rate(closings, open_days, shape * 30 / exposure, low, high)


def next_wait(days: Sequence[int], open_days: Sequence[int] = ()) -> Wait:
    """The narrowest pair of ranks that holds the next case in `LEVEL` of the cases; with few cases the widest, and its smaller chance.

    With n past cases the next lies between the k-th smallest and the k-th largest with the chance (n + 1 - 2k) / (n + 1). Those that
    still wait are counted beside it: they can only be longer than they are now.
    """
    past = sorted(days)
    n = len(past)
    waiting = {"still_open": len(open_days), "longest_open": max(open_days, default=0)}
    if n < 2:
        value = past[0] if past else 0
        return Wait(n, value, value, Fraction(0), **waiting)
    rank = next((k for k in range(n // 2, 0, -1) if Fraction(n + 1 - 2 * k, n + 1) >= Fraction(LEVEL).limit_denominator(100)), 1)
    return Wait(n, past[rank - 1], past[n - rank], Fraction(n + 1 - 2 * rank, n + 1), **waiting)


def _beta_below(x: float, ones: int, others: int) -> float:
    """P(Beta(ones, others) < x): at least `ones` hits in ones + others - 1 throws of chance x."""
    if not 0 < x < 1:
        return float(x >= 1)
    throws, yes, no = ones + others - 1, log(x), log1p(-x)
    ways = lgamma(throws + 1)  # in logarithms: thousands of cases have more combinations than a number can hold
    return sum(
        exp(ways - lgamma(hits + 1) - lgamma(throws - hits + 1) + hits * yes + (throws - hits) * no) for hits in range(ones, throws + 1)
    )


def _gamma_below(x: float, shape: int) -> float:
    """P(Gamma(shape, 1) < x): at least `shape` events where x are expected."""
    term = total = exp(-x)
    for number in range(1, shape):
        term *= x / number
        total += term
    return 1 - total


def _inverse(below: Callable[[float], float], wanted: float, top: float) -> float:
    low, high = 0.0, top
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < wanted else (low, middle)
    return (low + high) / 2
