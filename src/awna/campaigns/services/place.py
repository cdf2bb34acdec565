"""Writers of places and needs: add a site, set a goal."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import Goal, Site
from ..models.roles import BUDGET_ROLES


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
