"""What the pages of the ways to build show: rows with figures as ranges, bars, reasons, sources; and what two plans come to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi, gettext, gettext_lazy

from awna.core.amounts import group_minor
from awna.core.planning.methods import AXES, Compared, Figure, Part, is_example
from awna.core.planning.ranges import Range
from awna.parties.models import Campaign

from ..models.plans import PlanRun
from .figures import Known
from .models import BuildMethod, MethodChoice
from .picture import Disc, front_picture, range_bar
from .services import Totals, totals_of

WORDS = {
    "days": gettext_lazy("Time"), "cost": gettext_lazy("Cost"), "carbon": gettext_lazy("Carbon"), "imported": gettext_lazy("Through the crossing"),
    "water": gettext_lazy("Water"), "rubble": gettext_lazy("Rubble used again"), "local_labour": gettext_lazy("Local labour"),
    "all_labour": gettext_lazy("All labour"),
}  # fmt: skip
LONG_WORDS = {
    "days": gettext_lazy("working days of its crew for the whole element"), "cost": gettext_lazy("materials, transport, wages, machines"),
    "carbon": gettext_lazy("stages A1 to A5: made, brought, built in; nothing credited beyond the building"),
    "imported": gettext_lazy("tonnes that must pass a crossing"),
}  # fmt: skip
STAGE_WORDS = {
    "cost": gettext_lazy("Cost"), "carbon_a1_a3": gettext_lazy("Carbon A1-A3, made"), "carbon_a4": gettext_lazy("Carbon A4, brought"),
    "carbon_a5": gettext_lazy("Carbon A5, built in"), "imported": gettext_lazy("Through the crossing"), "water": gettext_lazy("Water"),
    "rubble": gettext_lazy("Rubble used again"), "local_labour": gettext_lazy("Local labour"), "all_labour": gettext_lazy("All labour"),
}  # fmt: skip
SMALL, MIDDLE = Decimal(10), Decimal(100)
PER_CENT = Decimal(100)


@dataclass(frozen=True)
class Cell:
    """One figure of one way; `text` is its range, `likely` the middle of it; `missing` names what no factor is known for."""

    axis: str
    word: str
    likely: str
    text: str
    unit: str
    missing: tuple[str, ...]
    bar: SafeString | str = ""


@dataclass(frozen=True)
class Origin:
    """One part of a figure with its source."""

    stage: str
    item: str
    amount: str
    factor: str
    value: str
    source: str
    is_example: bool


@dataclass(frozen=True)
class Row:
    """One way with everything that the page says of it."""

    number: int
    method: BuildMethod
    cells: list[Cell]
    more: list[Cell]
    is_front: bool
    is_now: bool
    why: list[str]
    origins: list[Origin]
    share: str
    finish_on: date | None
    trial_problem: str


@dataclass(frozen=True)
class Panel:
    """One measure with the bars of all ways."""

    axis: str
    word: str
    long_word: str
    cells: list[tuple[Row, Cell]]


@dataclass(frozen=True)
class Change:
    """One figure of two plans."""

    word: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


@dataclass
class Shown:
    known: Known
    rows: list[Row]
    panels: list[Panel] = field(default_factory=list)
    picture: SafeString | str = ""
    has_examples: bool = False

    @property
    def front(self) -> list[Row]:
        return [row for row in self.rows if row.is_front]


def shown(known: Known) -> Shown:
    """The ways of one element as rows, panels and a picture."""
    rtl, ends = get_language_bidi(), {axis: _end(known.compared, axis) for axis in AXES}
    rows = [_row(number, known, one, ends, rtl=rtl) for number, one in enumerate(known.compared, 1)]
    panels = [
        Panel(axis, str(WORDS[axis]), str(LONG_WORDS[axis]), [(row, row.cells[place]) for row in rows]) for place, axis in enumerate(AXES)
    ]
    return Shown(known, rows, panels, _picture(rows, known, rtl=rtl), is_example(known.compared))


def _end(compared: Sequence[Compared], axis: str) -> float:
    return float(max((one.figures[axis].value.high for one in compared), default=Decimal(1)))


def _row(number: int, known: Known, one: Compared, ends: dict[str, float], *, rtl: bool) -> Row:
    method = next(method for method in known.methods if method.code == one.way.code)
    current, trial = known.current, getattr(method, "trial", None)
    cells = [_cell(axis, one.figures[axis], bar=_bar(one, axis, ends[axis], rtl)) for axis in AXES]
    more = [_cell(axis, one.figures[axis]) for axis in ("water", "rubble")]
    parts = [part for name in (*AXES, "local_labour", "all_labour", "water", "rubble") for part in one.figures[name].parts]
    return Row(
        number, method, cells, more, one.is_front, bool(current and current.pk == method.pk), _why(one), [_origin(part) for part in parts],
        _share(one.local_share), trial.finish_on if trial else None, trial.problem if trial else "",
    )  # fmt: skip


def _bar(one: Compared, axis: str, end: float, rtl: bool) -> SafeString | str:
    value = one.figures[axis].value
    if not one.figures[axis].is_whole:
        return ""
    return range_bar(float(value.low), float(value.likely), float(value.high), end=end, rtl=rtl, is_front=one.is_front)


def _cell(axis: str, figure: Figure, *, bar: SafeString | str = "") -> Cell:
    unit = gettext("days") if axis == "days" else figure.unit
    return Cell(axis, str(WORDS[axis]), number(figure.value.likely), range_text(figure.value), unit, figure.missing, bar)


def _why(one: Compared) -> list[str]:
    """Why a way is not on the front."""
    said = []
    for beaten in one.beaten:
        text = gettext("“%(other)s” is nowhere worse and better in: %(axes)s.")
        words = ", ".join(str(WORDS[axis]) for axis in beaten.better)
        certain = " " + gettext("So it is at every end of the ranges.") if beaten.is_certain else ""
        said.append(text % {"other": beaten.by, "axes": words} + certain)
    for axis in one.unplaced:
        text = gettext("It cannot be judged by “%(axis)s”: nothing is known for %(names)s.")
        said.append(text % {"axis": WORDS[axis], "names": ", ".join(one.figures[axis].missing)})
    return said


def _origin(part: Part) -> Origin:
    factor = part.factor
    place = ", ".join(filter(None, [factor.source, str(factor.year), factor.region]))
    return Origin(
        str(STAGE_WORDS[part.stage]), part.item, f"{range_text(part.amount)} {part.unit}", f"{range_text(factor.value)} {factor.unit}",
        f"{range_text(part.value)} {factor.unit}", place, factor.is_example,
    )  # fmt: skip


def _share(share: Range | None) -> str:
    if share is None:
        return "–"
    return f"{range_text(Range(share.low * PER_CENT, share.likely * PER_CENT, share.high * PER_CENT))} %"


def _picture(rows: Sequence[Row], known: Known, *, rtl: bool) -> SafeString | str:
    discs = []
    for row, one in zip(rows, known.compared, strict=True):
        if not one.unplaced:
            values = [float(one.figures[axis].value.likely) for axis in AXES]
            days = gettext("%(n)s days") % {"n": row.cells[0].likely}
            discs.append(Disc(row.number, values[1], values[2], values[3], days, row.is_front))
    currency = known.element.campaign.goal_currency
    return front_picture(
        discs, title=gettext("Each way as a disc: further from the start costs more, higher gives off more carbon, larger brings more through the crossing."),
        x_word=gettext("Cost, %(currency)s") % {"currency": currency}, y_word=gettext("Carbon, kg CO2e"), rtl=rtl,
    )  # fmt: skip


def number(value: Decimal) -> str:
    """As many decimals as say something."""
    places = 0 if abs(value) >= MIDDLE else 1 if abs(value) >= SMALL else 2
    rounded = round(value, places)
    if rounded == rounded.to_integral_value():
        places = 0
    sign, minor = ("−" if rounded < 0 else ""), int(abs(rounded).scaleb(places).to_integral_value())
    return sign + group_minor(minor, places)


def range_text(value: Range) -> str:
    low, high = number(value.low), number(value.high)
    return low if low == high else f"{low} – {high}"


# -- two plans ------------------------------------------------------------------------------------------------------


def changes_of(run: PlanRun) -> list[Change]:
    """Finish, cost, carbon and tonnes at the crossing of the plan before and of this one; empty where nothing is known of them."""
    after = totals_of(run)
    if after is None:
        return []
    before = totals_of(run.based_on) if run.based_on else None
    code = run.campaign.goal_currency
    return [
        Change(gettext("Last day"), _last_day(run.based_on) if run.based_on else "–", _last_day(run)),
        *(
            Change(word, _figure(before, name, unit), _figure(after, name, unit))
            for word, name, unit in (
                (str(WORDS["cost"]), "cost", code), (str(WORDS["carbon"]), "carbon_kg", "kg CO2e"), (str(WORDS["imported"]), "imported_kg", "t"),
            )
        ),
    ]  # fmt: skip


def _figure(totals: Totals | None, name: str, unit: str) -> str:
    if totals is None:
        return "–"
    value = Decimal(getattr(totals, name))
    return f"{number(value / 1000 if unit == 't' else value)} {unit}"


def _last_day(run: PlanRun) -> str:
    day = run.calendar.date_of(max(0, run.finish - 1)) if run.calendar else None
    return date_format(day, "j M Y") if day else "–"


def standing(campaign: Campaign, known: Known) -> dict[str, Any]:
    """Where the decision stands: what is asked, what was decided, and the plans that know of it or do not."""
    choices = list(MethodChoice.objects.filter(method__element=known.element).select_related("method", "proposal").order_by("-pk"))
    running = PlanRun.objects.adopted(campaign)
    decided = next((one for one in choices if one.in_force_at), None)
    newest = PlanRun.objects.filter(campaign=campaign).select_related("based_on", "campaign").first()
    is_planned = bool(decided and decided.in_force_at and newest and newest.made_at >= decided.in_force_at)
    shown_run = newest if is_planned else running
    return {
        "choices": choices, "decided": decided, "running": running, "is_planned": is_planned,
        "run": shown_run, "is_adopted": bool(shown_run and running and shown_run.pk == running.pk),
        "changes": changes_of(shown_run) if shown_run else [],
    }  # fmt: skip
