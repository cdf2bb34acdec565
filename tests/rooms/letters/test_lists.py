"""A list that somebody made is read, reviewed row by row, and taken over as listed by others."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from awna.core.problems import Refused
from awna.letters import services
from awna.letters.models import ListImport, ListRow, OpenLetter, Organisation
from tests.core.lists.layouts import make_sample
from tests.world import World

from .conftest import Confirm

pytestmark = pytest.mark.django_db
LIST = """Signatures to the open letter
1. Guild of Masons (GM), Caldrey, Ireland
2. Union of Nurses, Rind, something else 77
3. جمعية القابلات في مرج الورد – Association of Midwives
   of Marj al-Ward, Jordan
"""


@pytest.fixture
def taken(world: World, letter: OpenLetter) -> ListImport:
    return take(world, letter, LIST)


def take(world: World, letter: OpenLetter, text: str) -> ListImport:
    return services.take_list(letter=letter, text=text, listed_by="Builders’ Forum", listed_on=date(2026, 3, 1), author=world.salma)


def rows(taken: ListImport) -> list[ListRow]:
    return list(taken.rows.exclude(state=ListRow.LEFT))


def names(taken: ListImport) -> list[str]:
    return [view.cells["name_original"][0] for view in services.row_views(rows(taken))]


def test_a_list_becomes_rows_with_marks_and_what_is_left_over(taken: ListImport) -> None:
    views = services.row_views(rows(taken))
    assert [view.mark for view in views] == ["sure", "not_understood", "sure"]
    assert views[0].cells["country"] == ("IE", "sure") and views[2].cells["name_english"][0] == "Association of Midwives of Marj al-Ward"
    left = services.row_views(taken.rows.filter(state=ListRow.LEFT))
    assert [(view.raw, view.why) for view in left] == [("Signatures to the open letter", "running_heading")]


def test_the_same_text_again_gives_the_same_review(world: World, letter: OpenLetter, taken: ListImport) -> None:
    services.keep_row(row=rows(taken)[0], author=world.salma)
    assert take(world, letter, LIST) == taken and rows(taken)[0].state == "checked"


def test_rows_are_corrected_joined_split_and_dropped(world: World, taken: ListImport) -> None:
    first, _second, third = rows(taken)
    services.join_rows(row=first, author=world.salma)
    assert len(rows(taken)) == 2 and "something else" in services.row_views(rows(taken))[0].raw
    pair = services.split_row(row=rows(taken)[0], before="2. Union", author=world.salma)
    assert len(pair) == 2 and names(taken)[:2] == ["Guild of Masons", "Union of Nurses"]
    services.drop_row(row=third, author=world.salma)
    assert len(rows(taken)) == 2
    services.drop_row(row=ListRow.objects.get(pk=third.pk), author=world.salma)
    assert len(rows(taken)) == 3
    changed = services.change_row(row=rows(taken)[1], fields={"name_original": "Nurses’ Union", "country": "jo"}, author=world.salma)
    view = services.row_views([changed])[0]
    assert (view.cells["name_original"], view.cells["country"], view.rest) == (("Nurses’ Union", "sure"), ("JO", "sure"), "")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda row, by: services.keep_row(row=row, author=by), "row_not_understood"),
        (lambda row, by: services.change_row(row=row, fields={"name_original": " "}, author=by), "row_without_name"),
        (lambda row, by: services.change_row(row=row, fields={"name_original": "A", "country": "Jordan"}, author=by), "country_code_wrong"),
        (lambda row, by: services.split_row(row=row, before="nowhere", author=by), "split_not_found"),
        (lambda row, by: services.join_rows(row=row.taken_from.rows.exclude(state="left").last(), author=by), "row_is_last"),
    ],
)
def test_what_cannot_be_done_to_a_row_is_refused(world: World, taken: ListImport, act: Any, code: str) -> None:
    with pytest.raises(Refused) as refused:
        act(rows(taken)[1], world.salma)
    assert refused.value.codes == [code]


def test_only_writers_take_lists(world: World, letter: OpenLetter, taken: ListImport) -> None:
    for act in (
        lambda: services.take_list(letter=letter, text="x", listed_by="y", listed_on=date(2026, 3, 1), author=world.karim),
        lambda: services.keep_row(row=rows(taken)[0], author=world.karim),
        lambda: services.confirm_list(taken=taken, author=world.karim),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.codes == ["role_may_not_do_this"]


def check_all(world: World, taken: ListImport) -> None:
    for view in services.row_views(rows(taken)):
        services.change_row(row=view.row, fields={name: text for name, (text, _mark) in view.cells.items()}, author=world.salma)


def test_nothing_is_taken_over_before_every_row_was_looked_at(world: World, letter: OpenLetter, taken: ListImport) -> None:
    with pytest.raises(Refused) as refused:
        services.confirm_list(taken=taken, author=world.salma)
    assert refused.value.codes == ["rows_unchecked"] and not Organisation.objects.exists()
    check_all(world, taken)
    assert services.confirm_list(taken=taken, author=world.salma) == 3
    assert services.confirm_list(taken=taken, author=world.salma) == 0
    taken.refresh_from_db()
    assert (taken.text, taken.rows.count()) == ("", 0)
    count = services.count_signatures(letter)
    assert (count.organisations, count.organisations_listed) == (0, 3)
    page = Client().get(letter.get_absolute_url()).content.decode()
    assert "as listed by Builders’ Forum, not confirmed by itself" in page


def test_rows_without_a_doubt_are_kept_at_once(world: World, taken: ListImport) -> None:
    assert services.keep_sure_rows(taken=taken, author=world.salma) == 2
    assert [row.state for row in rows(taken)] == ["checked", "open", "checked"]


def test_a_listed_organisation_that_confirms_becomes_its_own(world: World, letter: OpenLetter, taken: ListImport, confirm: Confirm) -> None:
    check_all(world, taken)
    services.confirm_list(taken=taken, author=world.salma)
    row = confirm(kind="organisation", name="guild of masons", office="Chair", email="g@example.org", country="IE")
    assert isinstance(row, Organisation) and row.state == "confirmed" and row.listed_in == taken
    assert services.count_signatures(letter).organisations_listed == 2 and Organisation.objects.count() == 3


def test_a_list_without_source_or_entries_is_refused(world: World, letter: OpenLetter) -> None:
    for said, code in (({"listed_by": " "}, "list_without_source"), ({"text": " \n "}, "list_without_entries")):
        with pytest.raises(Refused) as refused:
            services.take_list(
                **{"letter": letter, "text": LIST, "listed_by": "A", "listed_on": date(2026, 3, 1), "author": world.salma} | said
            )
        assert refused.value.codes == [code]


def test_the_pages_of_a_review(world: World, letter: OpenLetter) -> None:
    client = Client()
    client.force_login(world.salma.user)
    answer = client.post(
        f"/desk/clinic/letters/{letter.pk}/lists/new/", {"listed_by": "Forum", "listed_on": "2026-03-01", "text": make_sample(0, 0).text}
    )
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "unsure" in page and "heading" in page
    first = rows(ListImport.objects.get())[0]
    path = f"/desk/clinic/letters/lists/rows/{first.pk}/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"act": "keep"}).status_code == 302
    assert client.post(path, {"act": "change", "name_original": ""}).status_code == 422
    assert client.post(path, {"act": "split", "before": "nowhere"}).status_code == 422
    assert client.post(answer["Location"]).status_code == 409
    stranger = Client()
    stranger.force_login(world.karim.user)
    assert stranger.get(answer["Location"]).status_code == 403
