"""A room that writes a row of another room."""

from awna.campaigns.models import BudgetLine


def order(title):
    return BudgetLine.objects.create(title=title)
