"""The role in which somebody acted, kept as a word beside the act: whoever ends a role later does not change what was said."""

from awna.parties.models import ROLE_NAMES


def role_words(name: str) -> str:
    return str(dict(ROLE_NAMES).get(name, name))


BUDGET_ROLES = ("steward", "treasurer", "site_lead")
"""Who changes the bill of quantities, sites and goals."""
