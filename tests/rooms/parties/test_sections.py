"""A national body's papers: changed by its own treasurer with a history, permits that begin and end."""

from datetime import date

import pytest

from awna.core.problems import Refused
from awna.parties.models import Section, SectionChange
from awna.parties.services import change_section
from tests.world import make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def test_a_change_keeps_what_stood_before(world):
    values = {"territory": "The northern states", "permit_from": date(2026, 1, 1), "permit_until": date(2026, 12, 31)}
    change_section(section=world.north, author=world.north_treasurer, values=values, facts={"tax_office": "Office North "})
    change_section(section=world.north, author=world.karim, values={**values, "permit_until": date(2027, 6, 30)}, facts={})
    section = Section.objects.get(pk=world.north.pk)
    assert (section.permit_until, section.receipt_facts) == (date(2027, 6, 30), {})
    said = {(row.field, row.before, row.after, row.author) for row in SectionChange.objects.all()}
    assert ("permit_until", "2026-12-31", "2027-06-30", world.karim) in said
    assert ("receipt_facts.tax_office", "", "Office North", world.north_treasurer) in said
    assert ("receipt_facts.tax_office", "Office North", "", world.karim) in said
    assert len(said) == 6


def test_the_same_again_is_no_change(world):
    change_section(section=world.north, author=world.north_treasurer, values={"registration": "VR 1"})
    assert not SectionChange.objects.exists()


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " "}, "section_without_name"),
        ({"name": "Neighbours South"}, "section_name_taken"),
        ({"permit_from": date(2026, 2, 1), "permit_until": date(2026, 1, 1)}, "permit_ends_before_it_begins"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(world, values, code):
    with pytest.raises(Refused) as refused:
        change_section(section=world.north, author=world.north_treasurer, values={"territory": "Elsewhere", **values})
    assert refused.value.codes == [code]
    assert Section.objects.get(pk=world.north.pk).territory == ""


def test_too_long_a_fact_is_refused(world):
    with pytest.raises(Refused) as refused:
        change_section(section=world.north, author=world.north_treasurer, values={}, facts={"tax_office": "x" * 301})
    assert refused.value.codes == ["fact_too_long"]


def test_the_treasurer_of_a_sibling_is_refused(world):
    with pytest.raises(Refused) as refused:
        change_section(section=world.north, author=world.south_treasurer, values={"territory": "Mine"})
    assert refused.value.codes == ["section_is_not_yours"]
    with pytest.raises(Refused) as refused:
        change_section(section=world.north, author=world.rami, values={"territory": "Mine"})
    assert refused.value.codes == ["role_may_not_do_this"]


def test_a_permit_has_a_first_and_a_last_day(world):
    section = world.north
    assert section.permit_problem(date(2026, 1, 1)) is None
    section.permit_from, section.permit_until = date(2026, 1, 2), date(2026, 1, 3)
    codes = [problem.code if (problem := section.permit_problem(date(2026, 1, day))) else "" for day in (1, 2, 3, 4)]
    assert codes == ["permit_not_begun", "", "", "permit_ended"]
