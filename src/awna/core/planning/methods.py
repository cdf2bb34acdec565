"""Ways to build one element, compared as ranges: days, cost, carbon A1-A5, tonnes that must pass a crossing, local labour, water, rubble.

Every figure keeps the parts that it is made of, each with its source. What no factor is known for is named and never counted as zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .factors import MATERIAL, NEEDED, TRANSPORT, Factor
from .ranges import NOTHING, Range

AXES = ("days", "cost", "carbon", "imported")
"""What a way is judged by: less is better in all of them. Weighing one against the other is for people."""
STAGES = ("carbon_a1_a3", "carbon_a4", "carbon_a5")
_STAGE_NAMES = dict(zip(STAGES, ("A1-A3", "A4", "A5"), strict=True))


@dataclass(frozen=True)
class Ingredient:
    """A material, a trade, a machine or a means of transport, with what is known of one unit of it."""

    code: str
    name: str
    kind: str
    unit: str
    factors: Mapping[str, Factor] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """So much of an ingredient for one unit of the element. `km` None: nobody said from where; 0 = made on the spot."""

    item: str
    amount: Range
    km: Range | None = None
    transport: str = ""


@dataclass(frozen=True)
class Way:
    """One method; `days` = working days of its crew for the whole element, and who says so."""

    code: str
    name: str
    days: Range
    source: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Part:
    """What one ingredient adds to a figure: amount × factor, with the source. `stage`: the measure that it came by."""

    item: str
    amount: Range
    unit: str
    factor: Factor
    value: Range
    stage: str


@dataclass(frozen=True)
class Figure:
    """A total with its parts; `missing` names what is not known, and then the total is only what is known so far."""

    value: Range
    unit: str
    parts: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class Beaten:
    """By whom, in which measures that one is better, and whether it is so even in the worst case."""

    by: str
    better: tuple[str, ...]
    is_certain: bool


@dataclass(frozen=True)
class Compared:
    """One way with its figures: those of AXES, and water, rubble, local_labour, all_labour. `beaten` is empty on the front."""

    way: Way
    figures: Mapping[str, Figure]
    local_share: Range | None
    beaten: tuple[Beaten, ...] = ()

    @property
    def unplaced(self) -> tuple[str, ...]:
        """The measures by which it cannot be judged, because something is missing."""
        return tuple(axis for axis in AXES if not self.figures[axis].is_whole)

    @property
    def is_front(self) -> bool:
        return not self.unplaced and not self.beaten


def compare(ways: Sequence[Way], *, known: Mapping[str, Ingredient], quantity: Decimal, currency: str) -> tuple[Compared, ...]:
    """Each way in all measures, in the order given, and which of them no other beats."""
    found = [_compared(way, known, quantity, currency) for way in ways]
    placed = [one for one in found if not one.unplaced]
    return tuple(one if one.unplaced else Compared(one.way, one.figures, one.local_share, tuple(_beaten(one, placed))) for one in found)


def _beaten(one: Compared, others: Sequence[Compared]) -> Iterator[Beaten]:
    """All that are as good in every measure and better in one, by what is likely."""
    mine = [one.figures[axis].value for axis in AXES]
    for other in others:
        theirs = [other.figures[axis].value for axis in AXES]
        better = tuple(axis for axis, a, b in zip(AXES, theirs, mine, strict=True) if a.likely < b.likely)
        if better and all(a.likely <= b.likely for a, b in zip(theirs, mine, strict=True)):
            certain = all(a.high <= b.low for a, b in zip(theirs, mine, strict=True))
            yield Beaten(other.way.name, better, certain)


def _compared(way: Way, known: Mapping[str, Ingredient], quantity: Decimal, currency: str) -> Compared:
    sums = _Sums(currency)
    for line in way.lines:
        sums.add(line, known, quantity)
    figures = {name: sums.figure(stages) for name, stages in _FIGURES.items()}
    figures["days"] = Figure(way.days, "d")
    hours, local = figures["all_labour"], figures["local_labour"]
    share = _local_share(local, hours) if hours.is_whole and local.is_whole else None
    return Compared(way, figures, share)


def _local_share(local: Figure, hours: Figure) -> Range | None:
    """Local hours beside those from elsewhere, trade by trade: the same hours are not once many and once few."""
    foreign = NOTHING
    for mine, whole in zip(local.parts, hours.parts, strict=True):
        least, most = (
            max(Decimal(0), a - b)
            for a, b in ((whole.factor.value.low, mine.factor.value.high), (whole.factor.value.high, mine.factor.value.low))
        )
        likely = max(Decimal(0), whole.factor.value.likely - mine.factor.value.likely)
        foreign += whole.amount * Range(least, likely, most)
    ours = local.value
    if ours.likely + foreign.likely <= 0:
        return None
    return Range(_part(ours.low, foreign.high), _part(ours.likely, foreign.likely), _part(ours.high, foreign.low))


def _part(one: Decimal, other: Decimal) -> Decimal:
    return one / (one + other) if one + other else Decimal(0)


_FIGURES: Mapping[str, tuple[str, ...]] = {
    "cost": ("cost",), "carbon": STAGES, "imported": ("imported",), "water": ("water",), "rubble": ("rubble",),
    "local_labour": ("local_labour",), "all_labour": ("all_labour",),
}  # fmt: skip
_UNITS = {"carbon_a1_a3": "kg CO2e", "imported": "t", "water": "l", "rubble": "t", "local_labour": "h", "all_labour": "h"}


class _Sums:
    """Adds up the lines of one way."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.parts: dict[str, list[Part]] = {}
        self.missing: dict[str, dict[str, None]] = {}

    def add(self, line: Line, known: Mapping[str, Ingredient], quantity: Decimal) -> None:
        item = known.get(line.item)
        if item is None:
            for stage in ("cost", *STAGES, "imported", "water", "rubble"):
                self._lacks(stage, line.item)
            return
        amount = line.amount.times(quantity)
        for measure in NEEDED[item.kind]:
            if measure != "mass":
                self._take(item.name, amount, item.unit, item.factors.get(measure), measure)
        if item.kind == MATERIAL:
            self._carry(line, item, amount, known)

    def _carry(self, line: Line, item: Ingredient, amount: Range, known: Mapping[str, Ingredient]) -> None:
        """Stage A4: tonnes × kilometres by the means of transport; else what the maker declares."""
        if line.km is None:
            self._take(item.name, amount, item.unit, item.factors.get("carbon_a4"), "carbon_a4")
            return
        if line.km == NOTHING:
            return
        carrier, mass = known.get(line.transport), item.factors.get("mass")
        if carrier is None or mass is None:
            for stage in ("carbon_a4", "cost"):
                self._lacks(stage, f"{item.name} → {line.transport or '?'}")
            return
        moved = amount * mass.value * line.km
        for measure in NEEDED[TRANSPORT]:
            self._take(f"{item.name} → {carrier.name}", moved, carrier.unit, carrier.factors.get(measure), measure)

    def _take(self, name: str, amount: Range, unit: str, factor: Factor | None, stage: str) -> None:
        if factor is None:
            self._lacks(stage, name)
        elif stage == "cost" and factor.unit != self.currency:
            self._lacks(stage, f"{name} ({factor.unit})")
        else:
            self.parts.setdefault(stage, []).append(Part(name, amount, unit, factor, amount * factor.value, stage))

    def _lacks(self, stage: str, name: str) -> None:
        self.missing.setdefault(stage, {})[name] = None

    def figure(self, stages: tuple[str, ...]) -> Figure:
        parts = tuple(part for stage in stages for part in self.parts.get(stage, ()))
        missing = tuple(dict.fromkeys(_named(name, stage) for stage in stages for name in self.missing.get(stage, ())))
        unit = self.currency if stages == ("cost",) else _UNITS[stages[0]]
        return Figure(sum((part.value for part in parts), NOTHING), unit, parts, missing)


def _named(name: str, stage: str) -> str:
    return f"{name} ({_STAGE_NAMES[stage]})" if stage in STAGES else name


def is_example(compared: Sequence[Compared]) -> bool:
    """Whether any figure rests on an invented example."""
    return any(part.factor.is_example for one in compared for figure in one.figures.values() for part in figure.parts)
