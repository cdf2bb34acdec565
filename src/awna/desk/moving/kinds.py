"""All kinds of files that can be brought in, in the order in which an association moves in."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from awna.campaigns.models import BringIn
from awna.campaigns.models.roles import BUDGET_ROLES
from awna.campaigns.moving.kinds import Column, Kind
from awna.crews.moving import VOLUNTEERS
from awna.donations.earlier_moving import GIFTS, OPENINGS
from awna.kit.policies import Actor
from awna.supply.services.bringing import ITEMS

KINDS: tuple[Kind, ...] = (GIFTS, OPENINGS, VOLUNTEERS, ITEMS)
BUDGET = "budget"
BUDGET_TITLE = _("Bill of quantities")
BUDGET_WHAT = _("What is to be built, line by line, with quantities and prices: the budget.")
BUDGET_COLUMNS = (
    Column("code", _("Code"), _("The number of the line; codes like A.1 make the tree."), "A.1", required=True),
    Column("title", _("Description"), _("What is built or bought."), "Concrete of the foundations", required=True),
    Column("unit", _("Unit"), _("In what it is counted, such as m3 or piece; headings have none."), "m3"),
    Column("quantity", _("Quantity"), _("How much of it."), "12.5"),
    Column("rate", _("Rate"), _("The price of one unit."), "140"),
    Column("currency", _("Currency"), _("Three letters."), "USD"),
    Column("parent", _("Line above"), _("The code of the heading; empty where the codes say it."), ""),
    Column("kind", _("Kind"), _("Empty for a line that counts; alternate, assembly or component for others."), ""),
)  # fmt: skip
ALL_ROLES = tuple(dict.fromkeys([*(name for kind in KINDS for name in kind.roles), *BUDGET_ROLES]))


def kind_named(name: str) -> Kind:
    """Raises KeyError where there is none."""
    return {kind.name: kind for kind in KINDS}[name]


def kind_of(found: BringIn) -> Kind:
    return kind_named(found.kind)


def kinds_for(actor: Actor) -> list[Kind]:
    return [kind for kind in KINDS if actor.has_role(*kind.roles)]


def roles_by_kind(kinds: Iterable[Kind] = KINDS) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(kind.name, kind.roles, kind.own_body) for kind in kinds]
