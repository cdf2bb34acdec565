"""Writers of places and needs: load the budget, add a site, set a goal."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..budget_file import BudgetRow, read_budget
from ..models import BudgetLine, Goal, Site

BUDGET_ROLES = ("steward", "treasurer", "site_lead")


@transaction.atomic
def load_budget(*, campaign: Campaign, data: bytes, filename: str, author: Role) -> list[BudgetLine]:
    """Load a bill of quantities, whole or not at all. The same file again changes nothing; a known code with other figures is refused."""
    refuse_unless_role(author, *BUDGET_ROLES, campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    known = {line.code: line for line in campaign.budget_lines.select_related("parent")}
    try:
        rows = read_budget(data, default_currency=campaign.goal_currency, known_codes=frozenset(known))
    except Refused as refused:
        raise Refused(
            problem.at(f"{filename}: {problem.where}" if problem.where else filename) for problem in refused.problems
        ) from refused
    changed = [row for row in rows if row.code in known and not _is_same(known[row.code], row)]
    if changed:
        raise Refused(
            Problem("budget_line_differs", "The budget has “%(code)s” with other figures. Give the changed line a new code.",
                    {"code": row.code}, f"{filename}: row {row.row}")
            for row in changed
        )  # fmt: skip
    lines = known | {row.code: _line(campaign, row, len(known) + place) for place, row in enumerate(rows) if row.code not in known}
    for row in rows:
        lines[row.code].parent = lines[row.parent] if row.parent else None
    BudgetLine.objects.bulk_create(_parents_first(lines[row.code] for row in rows if row.code not in known))
    return [lines[row.code] for row in rows]


@transaction.atomic
def add_site(*, campaign: Campaign, name: str, place_public: str, place_exact: str = "", author: Role) -> Site:
    """The site of that name; asked twice, it is the same site."""
    refuse_unless_role(author, *BUDGET_ROLES, campaign=campaign)
    site, _made = Site.objects.get_or_create(
        campaign=campaign, name=name, defaults={"place_public": place_public, "place_exact": place_exact}
    )
    return site


@transaction.atomic
def set_goal(*, campaign: Campaign, kind: str, title: str, unit: str, quantity: Decimal, due_on: date | None = None, author: Role) -> Goal:
    """State what is needed of one kind. Set again under its title, the figures are replaced."""
    refuse_unless_role(author, *BUDGET_ROLES, campaign=campaign)
    if kind not in dict(Goal.KINDS) or quantity <= 0:
        raise Refused(Problem("goal_wrong", "A goal needs a kind (money, goods or hours) and a quantity above zero.", {}, "quantity"))
    goal, _made = Goal.objects.update_or_create(
        campaign=campaign, kind=kind, title=title, defaults={"unit": unit, "quantity": quantity, "due_on": due_on}
    )
    return goal


def _line(campaign: Campaign, row: BudgetRow, position: int) -> BudgetLine:
    return BudgetLine(
        campaign=campaign, code=row.code, title=row.title, unit=row.unit, quantity=row.quantity, rate=row.rate,
        amount_minor=row.amount_minor, currency=row.currency, position=position,
    )  # fmt: skip


def _is_same(line: BudgetLine, row: BudgetRow) -> bool:
    mine = (line.title, line.unit, line.quantity, line.rate, line.currency, line.parent.code if line.parent else "")
    return mine == (row.title, row.unit, row.quantity, row.rate, row.currency, row.parent)


def _parents_first(lines: Iterable[BudgetLine]) -> list[BudgetLine]:
    """Rows in an order in which every parent stands before its children, else as in the file."""

    def depth(line: BudgetLine) -> int:
        return 0 if line.parent is None else 1 + depth(line.parent)

    return sorted(lines, key=depth)
