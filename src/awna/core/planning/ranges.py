"""Interval arithmetic: a figure is what is to be expected, between the lowest and the highest; nothing is a bare number."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Range:
    """From the lowest to the highest, and what is likely."""

    low: Decimal
    likely: Decimal
    high: Decimal

    def __add__(self, other: "Range") -> "Range":
        return Range(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def __mul__(self, other: "Range") -> "Range":
        """The widest product: carbon stored in wood is below zero, so that low times low need not be the lowest."""
        ends = [mine * theirs for mine in (self.low, self.high) for theirs in (other.low, other.high)]
        return Range(min(ends), self.likely * other.likely, max(ends))

    def times(self, amount: Decimal) -> "Range":
        return self * exactly(amount)

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


def exactly(value: Decimal) -> Range:
    return Range(value, value, value)


NOTHING = exactly(Decimal(0))


def split_whole(total: Range, weights: list[Decimal]) -> list[int]:
    """The likely total as whole numbers by weight, which add up to the rounded total."""
    whole, before, done, parts = sum(weights, Decimal(0)), 0, Decimal(0), []
    for weight in weights:
        done += weight
        upto = round(total.likely * done / whole) if whole else 0
        parts.append(upto - before)
        before = upto
    return parts
