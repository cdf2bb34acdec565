"""A bill as it is understood: lines, rows kept for correction, totals that were checked, and what was left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from ..amounts import currency_scale
from ..problems import Problem, Refused
from .mapping import BillMapping

FIGURE_DECIMALS = 4
CODE_CHARS_MAX, TITLE_CHARS_MAX = 60, 300
KINDS = ("line", "heading", "alternate", "assembly", "component")
COUNTED = ("line", "assembly")
"""Kinds whose amounts are in the totals: alternates are offered beside, components are inside their assembly, headings add up others."""


@dataclass(frozen=True)
class Rate:
    """The price of one unit in one currency."""

    currency: str
    rate: Decimal


@dataclass(frozen=True)
class BillLine:
    """One line; `parent` is the code of the line above, `source_unit` the unit as the file has it, `row` where it stands there."""

    row: int
    code: str
    title: str
    unit: str = ""
    quantity: Decimal = Decimal(0)
    rates: tuple[Rate, ...] = ()
    parent: str = ""
    kind: str = "line"
    source_unit: str = ""

    @property
    def rate(self) -> Decimal:
        """The first rate; most lines have one."""
        return self.rates[0].rate if self.rates else Decimal(0)

    @property
    def currency(self) -> str:
        return self.rates[0].currency if self.rates else ""

    @property
    def amount_minor(self) -> int:
        """Quantity x first rate in minor units of its currency, half up."""
        return amount_minor(self.quantity, self.rate, self.currency)

    def amounts(self) -> dict[str, int]:
        """The amount in each currency that the line has a rate in."""
        return {one.currency: amount_minor(self.quantity, one.rate, one.currency) for one in self.rates}


@dataclass(frozen=True)
class HeldRow:
    """A row that is no line yet: what its cells say by field, and why it cannot be taken as it is."""

    row: int
    cells: Mapping[str, str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Total:
    """A row of the file that adds others up: what it says, and what it comes to by its lines; equal or named among the problems."""

    row: int
    title: str
    currency: str
    stated_minor: int
    counted_minor: int
    agrees: bool


@dataclass
class Bill:
    """What was read. `notes` are the loss report: what was left out, guessed or rounded."""

    mapping: BillMapping
    lines: list[BillLine] = field(default_factory=list)
    held: list[HeldRow] = field(default_factory=list)
    totals: list[Total] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    @property
    def items(self) -> list[BillLine]:
        """The lines that cost something by themselves."""
        return [line for line in self.lines if line.kind in COUNTED]

    def sums(self) -> dict[str, int]:
        """Minor units by currency over all counted lines; currencies are never added up."""
        result: dict[str, int] = {}
        for line in self.items:
            for currency, minor in line.amounts().items():
                result[currency] = result.get(currency, 0) + minor
        return result

    def all_problems(self) -> Iterator[Problem]:
        yield from self.problems
        for held in self.held:
            yield from held.problems

    def whole(self) -> list[BillLine]:
        """All lines, or Refused with every problem: for whoever takes a bill only as a whole."""
        if found := list(self.all_problems()):
            raise Refused(found)
        return self.lines


def amount_minor(quantity: Decimal, rate: Decimal, currency: str) -> int:
    return minor_of(quantity * rate, currency)


def minor_of(value: Decimal, currency: str) -> int:
    return int(value.scaleb(currency_scale(currency)).quantize(Decimal(1), ROUND_HALF_UP))
