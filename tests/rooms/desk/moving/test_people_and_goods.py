"""Volunteers and items from files: each row new, known or refused; whole or good rows only; twice is once; taken back while nothing stands on it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from awna.books.models import Commodity
from awna.campaigns.models import BringIn, KnownColumns
from awna.campaigns.moving import services as moving
from awna.core.problems import Refused
from awna.crews import services as crews
from awna.crews.models import Volunteer
from awna.desk.moving.kinds import kind_named
from awna.parties.services import give_role
from awna.supply.models import Item

from .conftest import GOODS, PEOPLE, workbook

PEOPLE_KIND, GOODS_KIND = kind_named("volunteers"), kind_named("items")


def states(found, kind, author):
    return [row.state for row in moving.preview(found, kind, author).rows]


def take(found, kind, author, **more):
    return moving.take_in(found=found, kind=kind, author=author, leave_refused=True, **more)


def test_a_dry_run_says_what_becomes_of_each_row_and_writes_nothing(world, bring):
    found = bring("volunteers", PEOPLE, world.rami)
    assert states(found, PEOPLE_KIND, world.rami) == ["new", "new", "refused"]
    refused = moving.preview(found, PEOPLE_KIND, world.rami).refused[0]
    assert [(one.code, one.where) for one in refused.problems] == [("name_unknown", "row 4, column languages")]
    assert Volunteer.objects.count() == 0
    with pytest.raises(Refused) as whole:
        moving.take_in(found=found, kind=PEOPLE_KIND, author=world.rami)
    assert whole.value.codes == ["rows_refused"]
    assert Volunteer.objects.count() == 0


def test_good_rows_come_in_once_and_refused_ones_are_kept(world, bring):
    seen = []
    found = take(bring("volunteers", PEOPLE, world.rami), PEOPLE_KIND, world.rami, progress=lambda done, of: seen.append((done, of)))
    assert (found.new, found.known, found.refused, found.content, seen) == (2, 0, 1, "", [(2, 2)])
    amal = Volunteer.objects.with_details().get(code="V-1")
    assert (amal.name, amal.skill_names, amal.section, amal.vetting.state) == ("Amal Example", {"interpreter"}, world.north, "cleared")
    assert [row.label for row in moving.preview(found, PEOPLE_KIND, world.rami).rows] == ["V-3"]
    again = take(bring("volunteers", PEOPLE, world.rami), PEOPLE_KIND, world.rami)
    assert (again.new, again.known, again.refused, Volunteer.objects.count()) == (0, 2, 1, 2)


def test_the_very_file_that_came_in_whole_is_found_again(world, bring):
    text = "".join(PEOPLE.splitlines(keepends=True)[:3])
    first = take(bring("volunteers", text, world.rami), PEOPLE_KIND, world.rami)
    assert bring("volunteers", text, world.rami) == first
    assert BringIn.objects.count() == 1


def test_a_code_that_says_something_else_is_refused_and_stays(world, bring):
    take(bring("volunteers", PEOPLE, world.rami), PEOPLE_KIND, world.rami)
    changed = bring("volunteers", PEOPLE.replace("Ben", "Bob"), world.rami)
    row = moving.preview(changed, PEOPLE_KIND, world.rami).rows[1]
    assert [one.code for one in row.problems] == ["volunteer_is_otherwise"]
    other = "code,name,languages\nV-9,A,ar\nV-9,B,ar\nV-8,C,\nV-7,D,ar\n"
    codes = [
        [one.code for one in row.problems] for row in moving.preview(bring("volunteers", other, world.rami), PEOPLE_KIND, world.rami).rows
    ]
    assert codes == [["volunteer_code_twice"], ["volunteer_code_twice"], ["volunteer_speaks_nothing"], []]


def test_volunteers_are_taken_back_unless_one_is_in_a_crew(world, bring):
    found = take(bring("volunteers", PEOPLE, world.rami), PEOPLE_KIND, world.rami)
    today, amal = timezone.localdate(), Volunteer.objects.get(code="V-1")
    crew = crews.form_crew(
        campaign=world.campaign, name="Roof", members=[amal], skills={}, from_on=today, until_on=today + timedelta(days=1), author=world.rami,
        request_id="c",
    )  # fmt: skip
    with pytest.raises(Refused) as built:
        moving.take_back(found=found, kind=PEOPLE_KIND, author=world.rami)
    assert built.value.codes == ["built_on"]
    assert "V-1 (crew)" in str(built.value)
    crew.delete()
    back = moving.take_back(found=found, kind=PEOPLE_KIND, author=world.rami)
    assert (back.state, back.rows, Volunteer.objects.count()) == ("undone", "", 0)
    assert moving.take_back(found=found, kind=PEOPLE_KIND, author=world.rami).undone_at == back.undone_at
    assert take(bring("volunteers", PEOPLE, world.rami), PEOPLE_KIND, world.rami).new == 2  # and may come again


def test_who_was_vetted_since_stays(world, bring):
    found = take(bring("volunteers", PEOPLE, world.rami), PEOPLE_KIND, world.rami)
    person = Volunteer.objects.get(code="V-2")
    crews.record_vetting(volunteer=person, state="refused", author=world.rami, request_id="seen")
    with pytest.raises(Refused) as built:
        moving.take_back(found=found, kind=PEOPLE_KIND, author=world.rami)
    assert "V-2 (vetting)" in str(built.value)


def test_items_come_in_and_go_and_the_book_keeps_how_they_are_counted(world, bring):
    found = bring("items", GOODS, world.buyer)
    assert states(found, GOODS_KIND, world.buyer) == ["new", "new", "refused"]
    found = take(found, GOODS_KIND, world.buyer)
    assert {item.code: item.commodity.scale for item in Item.objects.all()} == {"cement": 0, "cable": 2}
    other = "code,name,unit,kind,decimals\ncement,Cement,bag,material,0\ncable,Cable,m,material,0\n"
    assert states(bring("items", other, world.buyer), GOODS_KIND, world.buyer) == ["known", "refused"]
    moving.take_back(found=found, kind=GOODS_KIND, author=world.buyer)
    assert (Item.objects.count(), Commodity.objects.get(code="cable").scale) == (0, 2)
    seen = moving.preview(bring("items", other, world.buyer), GOODS_KIND, world.buyer)
    assert [(row.state, [one.code for one in row.problems]) for row in seen.rows] == [("new", []), ("refused", ["commodity_differs"])]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("x,,bag,,", "item_text_wrong"), ("x,X,bag,toy,", "item_kind_unknown"), ("x,X,bag,,9", "item_decimals_wrong"),
        ("x y,X,bag,,", "item_code_wrong"), ("EUR,X,bag,,", "item_code_wrong"),
    ],
)  # fmt: skip
def test_each_fault_of_an_item_is_named(world, bring, row, code):
    found = bring("items", f"code,name,unit,kind,decimals\n{row}\n", world.buyer)
    assert [one.code for one in moving.preview(found, GOODS_KIND, world.buyer).rows[0].problems] == [code]


def test_the_columns_of_last_year_are_remembered_and_named(world, bring):
    old = workbook([["Our volunteers"], ["Volunteer no", "Called", "Speaks", "Town"], ["V-1", "Amal", "ar:native", "X"]])
    found = bring("volunteers", old, world.rami)
    assert found.mapping is None
    hint = moving.suggestion_of(found, PEOPLE_KIND)
    assert (hint.head_row, hint.columns, hint.remembered) == (2, {"code": "Volunteer no"}, False)
    with pytest.raises(Refused) as missing:
        moving.map_columns(found=found, kind=PEOPLE_KIND, head_row=2, columns={"code": "Volunteer no"}, author=world.rami)
    assert [one.where for one in missing.value.problems] == ["column_name", "column_languages"]
    columns = {"code": "Volunteer no", "name": "Called", "languages": "Speaks"}
    found = moving.map_columns(found=found, kind=PEOPLE_KIND, head_row=2, columns=columns, author=world.rami)
    assert states(found, PEOPLE_KIND, world.rami) == ["new"]
    assert KnownColumns.objects.get().columns == columns
    new = workbook([["Volunteer no", "Called", "Tongues", "Street"], ["V-5", "Dina", "ar", "Y"]])
    hint = moving.suggestion_of(bring("volunteers", new, world.rami), PEOPLE_KIND)
    assert (hint.head_row, hint.remembered, hint.columns) == (1, True, {"code": "Volunteer no", "name": "Called"})
    assert (hint.missing, hint.unread) == (("Speaks",), ("Tongues", "Street"))


def test_a_workbook_gives_days_and_numbers_as_they_are(world, bring):
    goods = workbook([["code", "name", "unit", "decimals"], ["# example", "not read", "", ""], ["pipe", "Pipe", "m", 2]])
    found = take(bring("items", goods, world.buyer), GOODS_KIND, world.buyer)
    assert (found.new, Item.objects.get().commodity.scale) == (1, 2)


def test_strangers_and_other_sections_may_not(world, bring):
    with pytest.raises(Refused):
        bring("volunteers", PEOPLE, world.buyer)
    found = bring("volunteers", PEOPLE, world.rami)
    south = give_role(campaign=world.campaign, user=world.eve, name="coordinator", section=world.south)
    with pytest.raises(Refused) as other:
        moving.take_in(found=found, kind=PEOPLE_KIND, author=south)
    assert other.value.codes == ["bring_in_of_another_section"]


def test_old_files_are_emptied(world, bring):
    found = bring("volunteers", PEOPLE, world.rami)
    assert moving.forget_old() == 0
    BringIn.objects.update(brought_at=timezone.now() - timedelta(days=moving.KEPT_DAYS + 1))
    assert moving.forget_old() == 1
    found.refresh_from_db()
    assert (found.state, found.content, found.rows) == ("dropped", "", "")
