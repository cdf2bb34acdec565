"""Sets and finds the clause that says what happens with money left over when a purpose is reached."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models.clauses import CLAUSE_CHARS_MAX, SurplusClause

FIRST_LANGUAGE = "en"


@transaction.atomic
def set_clause(*, campaign: Campaign, language: str, text: str, author: Role) -> SurplusClause:
    """From now on this clause stands beside every gift in that language. The same text again changes nothing."""
    refuse_unless_role(author, "steward", campaign=campaign)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    text = text.strip()
    if language not in dict(settings.LANGUAGES):
        raise Refused(Problem("clause_language_unknown", "“%(asked)s” is no language of these pages.", {"asked": language}, "language"))
    if not 0 < len(text) <= CLAUSE_CHARS_MAX:
        raise Refused(Problem("clause_length_wrong", "Say it in 1 to %(max)s characters.", {"max": CLAUSE_CHARS_MAX}, "text"))
    last = SurplusClause.objects.filter(campaign=campaign, language=language).first()
    if last is not None and last.text == text:
        return last
    return SurplusClause.objects.create(campaign=campaign, language=language, text=text, set_by=author)


def clause_for(*, campaign: Campaign, language: str, at: datetime | None = None) -> SurplusClause | None:
    """The clause that stands, or stood at that moment: in the reader's language, else in English, else in any; None where none was set."""
    found = SurplusClause.objects.filter(campaign=campaign)
    if at is not None:
        found = found.filter(set_at__lte=at)
    newest: dict[str, SurplusClause] = {}
    for clause in found:
        newest.setdefault(clause.language, clause)
    return newest.get(language) or newest.get(FIRST_LANGUAGE) or next(iter(newest.values()), None)
