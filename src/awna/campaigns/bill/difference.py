"""What a read bill would change in the lines that stand: new, changed with both figures, the same, and no longer in the file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from awna.core.bill.lines import COUNTED, BillLine
from awna.core.bill.plain import line_to_plain
from awna.core.digest import digest_of

from ..models.place import BudgetLine

FIELDS = ("title", "unit", "quantity", "rate", "currency", "more_rates", "parent", "kind")


@dataclass(frozen=True)
class Change:
    """One line: `fields` are (name, before, after) of a changed one; `line` the present row, None for a new one."""

    code: str
    title: str
    state: str
    fields: tuple[tuple[str, Any, Any], ...] = ()
    line: BudgetLine | None = None
    read: BillLine | None = None


@dataclass(frozen=True)
class Difference:
    """All lines of the file in its order, then those that it no longer holds. `seen` marks exactly this difference."""

    changes: list[Change] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    seen: str = ""

    def of(self, *states: str) -> list[Change]:
        return [change for change in self.changes if change.state in states]

    @property
    def changes_nothing(self) -> bool:
        return not self.of("new", "changed", "gone")

    def staying(self) -> dict[str, int]:
        """The sums once it is applied and the lines that are not in the file stay beside it."""
        gone = [(change.line.kind, change.line.amounts) for change in self.of("gone") if change.line is not None]
        return sums_of([("line", self.after), *gone])


def compare(present: Sequence[BudgetLine], read: Sequence[BillLine]) -> Difference:
    """Lines are the same line by their code, whatever else changed."""
    known = {line.code: line for line in present}
    codes = {line.pk: line.code for line in present}
    changes = []
    for one in read:
        line = known.get(one.code)
        if line is None:
            changes.append(Change(one.code, one.title, "new", read=one))
            continue
        fields = _fields(line, codes.get(line.parent_id, "") if line.parent_id else "", one)
        changes.append(Change(one.code, one.title, "changed" if fields else "same", fields, line, one))
    inside = {one.code for one in read}
    changes += [Change(line.code, line.title, "gone", line=line) for line in present if line.code not in inside]
    before = sums_of((line.kind, line.amounts) for line in present)
    return Difference(changes, before, sums_of((one.kind, one.amounts()) for one in read), _mark(changes))


def values_of(read: BillLine) -> dict[str, Any]:
    """The columns of a row as the file has them, without its parent."""
    heading = read.kind == "heading"
    more = [[rate.currency, format(rate.rate, "f"), read.amounts()[rate.currency]] for rate in read.rates[1:]]
    return {
        "title": read.title, "unit": read.unit, "quantity": read.quantity, "rate": read.rate, "currency": "" if heading else read.currency,
        "more_rates": more, "kind": read.kind, "amount_minor": 0 if heading or not read.currency else read.amount_minor,
    }  # fmt: skip


def _fields(line: BudgetLine, parent: str, read: BillLine) -> tuple[tuple[str, Any, Any], ...]:
    wanted = values_of(read) | {"parent": read.parent}
    found = []
    for name in FIELDS:
        before = parent if name == "parent" else getattr(line, name)
        if line.kind == read.kind == "heading" and name == "currency":
            continue  # a heading has none; older ones were given that of the campaign
        if before != wanted[name]:
            found.append((name, before, wanted[name]))
    return tuple(found)


def sums_of(lines: Iterable[tuple[str, dict[str, int]]]) -> dict[str, int]:
    """Minor units by currency over pairs of kind and amounts; only what is counted counts."""
    sums: dict[str, int] = {}
    for kind, amounts in lines:
        if kind in COUNTED:
            for currency, minor in amounts.items():
                sums[currency] = sums.get(currency, 0) + minor
    return dict(sorted(sums.items()))


def _mark(changes: Iterable[Change]) -> str:
    said = [
        [change.code, change.state, line_to_plain(change.read)[1:] if change.read else [],
         [[name, _text(before), _text(after)] for name, before, after in change.fields]]
        for change in changes
    ]  # fmt: skip
    return digest_of({"changes": said})


def _text(value: Any) -> str:
    return format(value.normalize() + 0, "f") if isinstance(value, Decimal) else str(value)
