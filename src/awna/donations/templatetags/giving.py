"""The surplus clause for templates of giving."""

from datetime import datetime

from django import template
from django.utils.translation import get_language

from awna.parties.models import Campaign

from ..models.clauses import SurplusClause
from ..services.clauses import clause_for

register = template.Library()


@register.simple_tag
def surplus_clause(campaign: Campaign, at: datetime | None = None) -> SurplusClause | None:
    """What happens with money left over, as it stands or stood at that moment."""
    return clause_for(campaign=campaign, language=(get_language() or "en").split("-")[0], at=at or None)
