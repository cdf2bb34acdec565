"""Items from a file of an association's own: judged by row, named together, and taken back while nothing was ordered or stored of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from awna.books.models import Commodity
from awna.books.services import Counted, ensure_commodities
from awna.campaigns.models import BringIn, BroughtRow
from awna.campaigns.moving.kinds import KNOWN, NEW, REFUSED, Column, Judged, Kind, Line, Progress
from awna.campaigns.moving.undoing import refuse_built_on
from awna.core.problems import Problem
from awna.parties.models import Role

from ..models import Item
from .catalogue import CATALOGUE_ROLES, is_item_code

SCALE_OF_ITEM_MAX = 4
BATCH = 500
UNIT_ROOM = 15
"""Characters that the unit takes beside the name where the book names what is counted."""
COLUMNS = (
    Column("code", _("Code"), _("How lists name the item: small letters, digits and hyphens."), "cement-42", required=True,
           words="item|item code|article|article number|sku|artikel|artikelnummer|référence|código|الرمز|الكود"),
    Column("name", _("Name"), _("What people call it."), "Cement CEM II 42.5", required=True,
           words="description|item name|title|bezeichnung|désignation|descripción|nombre|nom|الاسم|الوصف|البيان"),
    Column("unit", _("Unit"), _("The one unit in which it is counted, such as bag, m3 or piece."), "bag", required=True,
           words="uom|unit of measure|einheit|unité|unidad|الوحدة"),
    Column("kind", _("Kind"), _("Material, medical or equipment; empty means material."), "material", words="type|art|sort|tipo|النوع"),
    Column("decimals", _("Decimals"), _("How many decimals its amounts have, 0 to 4; empty means whole units."), "0", words="scale|dezimalen|décimales"),
)  # fmt: skip


@dataclass(frozen=True)
class ItemPlan:
    """An item to be named; `counted` is what the book counts."""

    code: str
    name: str
    unit: str
    kind: str
    scale: int

    @property
    def counted(self) -> Counted:
        return Counted(self.code, self.kind, self.scale, f"{self.name} ({self.unit})")


def judge(found: BringIn, lines: Sequence[Line], _author: Role) -> list[Judged]:
    """Each row is new, there already, or refused; an item that is counted otherwise stays as it is."""
    times = Counter(line.at("code") for line in lines)
    items = {item.code: item for item in Item.objects.filter(campaign=found.campaign).select_related("commodity")}
    counted = {one.code: one for one in Commodity.objects.all()}
    return [_judge_row(line, items.get(line.at("code")), counted.get(line.at("code")), times[line.at("code")]) for line in lines]


def take(found: BringIn, fresh: Sequence[Judged], _author: Role, progress: Progress) -> Mapping[int, str]:
    """Name all of them; each is counted in the book by a thing of its own."""
    things = ensure_commodities([row.plan.counted for row in fresh])
    items = [
        Item(campaign=found.campaign, code=row.plan.code, name=row.plan.name, unit=row.plan.unit, commodity=things[row.plan.code])
        for row in fresh
    ]
    Item.objects.bulk_create(items, batch_size=BATCH)
    progress(len(items), len(fresh))
    return {row.number: f"item:{item.pk}" for row, item in zip(fresh, items, strict=True)}


def undo(_found: BringIn, rows: Sequence[BroughtRow], _author: Role) -> None:
    """The items of these rows are gone. The book forgets no name: what counted them keeps its kind and decimals under that code."""
    items = list(Item.objects.filter(pk__in=[row.key for row in rows]))
    refuse_built_on(Item, {item.pk for item in items}, own=(), label="code")
    Item.objects.filter(pk__in=[item.pk for item in items]).delete()


def _judge_row(line: Line, item: Item | None, counted: Commodity | None, times: int) -> Judged:
    code, name, unit = line.at("code"), line.at("name"), line.at("unit")
    kind, decimals = line.at("kind").casefold() or "material", line.at("decimals") or "0"
    found = _cell_problems(line, kind, decimals)
    if times > 1:
        text = "The code “%(code)s” stands in the file twice. Give each item its own."
        found.append(Problem("item_code_twice", text, {"code": code}, _at(line, "code")))
    if found:
        return Judged(line.number, line.cells, REFUSED, code or name, tuple(found))
    scale = int(decimals)
    if item is not None:
        same = (item.name, item.unit, item.commodity.kind, item.commodity.scale) == (name, unit, kind, scale)
        if same:
            return Judged(line.number, line.cells, KNOWN, code)
        text = (
            "“%(code)s” is an item already, called “%(name)s” and counted in %(unit)s. It stays as it is; give the other one its own code."
        )
        problem = Problem("item_is_otherwise", text, {"code": code, "name": item.name, "unit": item.unit}, _at(line, "code"))
        return Judged(line.number, line.cells, REFUSED, code, (problem,))
    if counted is not None and (counted.kind, counted.scale) != (kind, scale):
        text = "“%(code)s” is counted as %(kind)s with %(scale)s decimals already. Choose another code."
        problem = Problem("commodity_differs", text, {"code": code, "kind": counted.kind, "scale": counted.scale}, _at(line, "code"))
        return Judged(line.number, line.cells, REFUSED, code, (problem,))
    return Judged(line.number, line.cells, NEW, code, (), ItemPlan(code, name, unit, kind, scale))


def _cell_problems(line: Line, kind: str, decimals: str) -> list[Problem]:
    found = []
    if not is_item_code(line.at("code")):
        text = "“%(asked)s” is not a code. Use small letters, digits and hyphens."
        found.append(Problem("item_code_wrong", text, {"asked": line.at("code")}, _at(line, "code")))
    for column in ("name", "unit"):
        most = (Item._meta.get_field(column).max_length or 0) - (UNIT_ROOM if column == "name" else 0)
        if not 0 < len(line.at(column)) <= most:
            text = "The cell must hold 1 to %(max)s characters."
            found.append(Problem("item_text_wrong", text, {"max": most}, _at(line, column)))
    if kind not in dict(Item.KINDS):
        text = "“%(asked)s” is not a kind of goods. Choose material, medical or equipment."
        found.append(Problem("item_kind_unknown", text, {"asked": line.at("kind")}, _at(line, "kind")))
    if not (decimals.isascii() and decimals.isdigit() and len(decimals) == 1 and int(decimals) <= SCALE_OF_ITEM_MAX):
        text = "“%(asked)s” is no number of decimals. Write 0 to %(most)s, or leave it empty."
        found.append(Problem("item_decimals_wrong", text, {"asked": decimals, "most": SCALE_OF_ITEM_MAX}, _at(line, "decimals")))
    return found


def _at(line: Line, column: str) -> str:
    return f"row {line.number}, column {column}"


ITEMS = Kind(
    "items", _("Items"), _("What is bought, stored and used, each counted in one unit."), CATALOGUE_ROLES, COLUMNS, judge, take, undo,
    counted=lambda campaign: campaign.items.count(),
)  # fmt: skip
