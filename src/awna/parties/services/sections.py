"""Registration, territory and permit of a national body: changed with a history, by its own treasurer or the campaign's."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from awna.core.problems import Problem, Refused

from ..models import Role, Section, SectionChange
from .people import refuse_unless_role

SECTION_FIELDS = (
    "name", "territory", "address", "register_body", "registration", "register_url", "permit_number", "permit_from", "permit_until",
)  # fmt: skip
FACT_CHARS_MAX = 300
FACT = "receipt_facts."
"""Begins the name of a fact for receipts in the history."""


@transaction.atomic
def change_section(
    *, section: Section, author: Role, values: Mapping[str, Any], facts: Mapping[str, str] | None = None
) -> list[SectionChange]:
    """Write what differs and keep what stood before. `facts`: what receipts of the country ask of their issuer, by name."""
    section = Section.objects.select_for_update().get(pk=section.pk)
    refuse_foreign_section(role=author, section=section)
    _refuse_wrong(section, values, facts or {})
    changed = [(name, getattr(section, name), values[name]) for name in SECTION_FIELDS if name in values]
    rows = [_change(section, name, before, after, author) for name, before, after in changed if before != after]
    for name, _before, after in changed:
        setattr(section, name, after)
    if facts is not None:
        told = {name: " ".join(text.split()) for name, text in facts.items() if text.strip()}
        names = sorted({*told, *section.receipt_facts})
        rows += [
            _change(section, FACT + name, section.receipt_facts.get(name, ""), told.get(name, ""), author)
            for name in names
            if section.receipt_facts.get(name, "") != told.get(name, "")
        ]
        section.receipt_facts = told
    SectionChange.objects.bulk_create(rows)
    section.save(update_fields=[*(name for name, _before, _after in changed), "receipt_facts"])
    return rows


def refuse_foreign_section(*, role: Role, section: Section) -> None:
    """A section's papers are its own treasurer's, or of a treasurer or steward for the whole campaign."""
    refuse_unless_role(role, "treasurer", "steward", campaign=section.campaign)
    if role.section_id not in (None, section.pk):
        raise Refused(Problem("section_is_not_yours", "This section has its own treasurer. Ask there."))


def _refuse_wrong(section: Section, values: Mapping[str, Any], facts: Mapping[str, str]) -> None:
    problems = []
    name = values.get("name", section.name)
    if not str(name).strip():
        problems.append(Problem("section_without_name", "The section needs its registered name. Type it.", {}, "name"))
    begin, end = (values.get(which, getattr(section, which)) for which in ("permit_from", "permit_until"))
    if begin and end and begin > end:
        problems.append(Problem("permit_ends_before_it_begins", "The permit ends on %(end)s, before it begins on %(begin)s. Correct one of the days.",
                                {"begin": begin, "end": end}, "permit_until"))  # fmt: skip
    if Section.objects.filter(campaign=section.campaign_id, name=name).exclude(pk=section.pk).exists():
        problems.append(Problem("section_name_taken", "Another section is called “%(name)s”. Choose another name.", {"name": name}, "name"))
    problems += [
        Problem("fact_too_long", "This is longer than %(n)s characters. Shorten it.", {"n": FACT_CHARS_MAX}, name)
        for name, text in facts.items()
        if len(text) > FACT_CHARS_MAX
    ]
    if problems:
        raise Refused(problems)


def _change(section: Section, field: str, before: Any, after: Any, author: Role) -> SectionChange:
    return SectionChange(section=section, field=field, before=_text(before), after=_text(after), author=author)


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
