"""Pasted lists become rows: nothing of the text is lost, and what was not understood is marked."""

import itertools
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awna.core.lists import FIELDS, NOT_UNDERSTOOD, SURE, Cell, Reading, read_list
from awna.core.lists.countries import find_country
from awna.core.lists.reading import LIST_CHARS_MAX, read_plain
from awna.core.problems import Refused

from .judging import judge, measure
from .layouts import HELD_OUT, WORK, make_sample

RIGHT_MIN = 0.95


def fields(text: str) -> list[dict[str, str]]:
    """The filled fields of each row."""
    return [{name: row[name].text for name in FIELDS if row[name].text} for row in read_list(text).rows]


@pytest.mark.parametrize("layout", WORK)
def test_fields_are_right_or_marked(layout: int) -> None:
    score = measure(range(layout, layout + 1), range(2))[layout]
    assert score.share >= RIGHT_MIN and score.unmarked == []
    assert score.marked_though_right < 0.15 * score.fields, "a mark on everything says nothing"


def test_the_judge_sees_a_wrong_field_without_a_mark() -> None:
    sample = make_sample(0, 0)
    reading = read_list(sample.text)
    first = reading.rows[0]
    for wrong, unmarked in ((Cell("Another Name"), 1), (Cell("Another Name", NOT_UNDERSTOOD), 0)):
        planted = replace(reading, rows=[replace(first, cells={**first.cells, "abbreviation": wrong}), *reading.rows[1:]])
        score = judge(planted, sample.signers)
        assert (score.wrong["abbreviation"], len(score.unmarked)) == (1, unmarked)
    missing = judge(replace(reading, rows=reading.rows[1:]), sample.signers)
    assert missing.right <= missing.fields - 4


@pytest.mark.parametrize("layout", [*WORK, *HELD_OUT])
def test_nothing_of_the_text_is_lost(layout: int) -> None:
    text = make_sample(layout, 1).text
    assert_whole(text, read_list(text))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *'aB1. ,;:()[]|\t\n–-•/"',
                "\n\n",
                "Union of Masons",
                "جمعية",
                "(ABC)",
                "Chile",
                "2. ",
                "Page 2",
                "\u200f",
                "é",
                "সমিতি",
                "\r\n",
            ]
        ),
        max_size=60,
    )
)
def test_any_text_is_read_and_kept(parts: list[str]) -> None:
    text = "".join(parts)
    assert_whole(text, read_list(text))


def assert_whole(text: str, reading: Reading) -> None:
    """Every sign that is no white space stands in exactly one row or leftover."""
    spans = sorted([span for row in reading.rows for span in row.spans] + [left.span for left in reading.leftovers])
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans)), "no sign is taken twice"
    assert Counter(re.sub(r"\s", "", text)) == Counter(re.sub(r"\s", "", "".join(text[start:end] for start, end in spans)))
    for row in reading.rows:
        assert set(row.cells) <= set(FIELDS) and row.raw == "".join(text[start:end] for start, end in row.spans).strip("\r\n")


def test_every_word_of_an_entry_is_in_a_field_or_in_the_rest() -> None:
    text = "1. Guild of Masons (GM), Caldrey, Ireland, whatever else 77\n2. Union of Nurses, Rind\n3. Friends of Water, Halvern\n"
    row = read_list(text).rows[0]
    said = " ".join([*(cell.text for cell in row.cells.values()), row.rest])
    assert all(word in said for word in ("Guild of Masons", "GM", "Caldrey", "whatever else 77"))
    assert row.mark == NOT_UNDERSTOOD and row["place"].mark != SURE


def test_names_short_forms_and_countries_of_many_hands() -> None:
    found = fields("1) Brot und Steine e.V., Halvern\n2) Oxbow Relief (UK)\n3) Médecins de Mervance - MdM (France)\n"
                   "4) Union juive pour la paix / Jewish Union for Peace (UJP), France\n5) نقابة المهندسين - Engineers' Union (الأردن)\n")  # fmt: skip
    assert found == [
        {"name_original": "Brot und Steine e.V.", "place": "Halvern"},
        {"name_original": "Oxbow Relief", "country": "GB"},
        {"name_original": "Médecins de Mervance", "abbreviation": "MdM", "country": "FR"},
        {"name_original": "Union juive pour la paix", "name_english": "Jewish Union for Peace", "abbreviation": "UJP", "country": "FR"},
        {"name_original": "نقابة المهندسين", "name_english": "Engineers' Union", "country": "JO"},
    ]


def test_a_heading_gives_its_country_to_the_lines_below() -> None:
    text = "IRELAND (2)\nGuild of Masons\nUnion of Nurses\n\nÖsterreich\nVerein der Maurer, Halvern\n"
    assert [row.get("country") for row in fields(text)] == ["IE", "IE", "AT"]
    assert {left.why for left in read_list(text).leftovers} == {"country_heading"}


def test_a_scanners_digits_become_letters_and_are_marked() -> None:
    row = read_list("Guild of Bui1ders (G0B), lreland\nUnion of Nurses, Rind\n").rows[0]
    assert (row["name_original"].text, row["abbreviation"].text, row["country"].text) == ("Guild of Builders", "GOB", "IE")
    assert all(row[name].mark != SURE for name in ("name_original", "abbreviation", "country"))


def test_a_field_that_hangs_on_letters_in_doubt_is_in_doubt() -> None:
    # As «Federaclón» the last part is no body, so the first could be the name; as «Federación» the first is who signs.
    text = "- Aria Velden, portavoz, Federac1ón de albañiles de Halvern (FAH), Chile\n- Guild of Masons, Rind\n- Union of Nurses, Rind\n"
    row = read_list(text).rows[0]
    assert (row["name_original"].text, row["person"].text) == ("Aria Velden, Federaclón de albañiles de Halvern", "")
    assert row["name_original"].mark != SURE and row["person"].mark != SURE, "both change with the reading of one letter"
    assert row["role"].mark == row["country"].mark == SURE, "what every reading leaves as it is stays sure"


def test_a_word_put_together_may_have_had_its_hyphen() -> None:
    text = "1. Mina Okoye, Chair, Net-\nwork of Halvern, Ireland\n2. Guild of Masons, Rind\n3. Union of Nurses, Rind\n"
    row = read_list(text).rows[0]
    assert row["name_original"].text == "Network of Halvern" and row["person"].text == "Mina Okoye"
    assert row["name_original"].mark != SURE


def test_numbers_that_are_meant_stay() -> None:
    assert fields("Group 3M-2000\nCOVID19 Relief Fund\n2nd Hand Collective\n")[1]["name_original"] == "COVID19 Relief Fund"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Deutschland", "DE"),
        ("المغرب", "MA"),
        ("Ελλάδα", "GR"),
        ("Россия", "RU"),
        ("বাংলাদেশ", "BD"),
        ("U.K.", "GB"),
        ("EGYPT", "EG"),
        ("México", "MX"),
    ],
)
def test_countries_are_known_in_many_languages(text: str, code: str) -> None:
    found = find_country(text)
    assert found is not None and found.code == code and found.exact


def test_a_country_within_a_name_is_part_of_the_name() -> None:
    assert fields("Friends of Jordan Valley\nLebanon Relief Committee\nGuild of Masons, Lebanon\n") == [
        {"name_original": "Friends of Jordan Valley"}, {"name_original": "Lebanon Relief Committee"}, {"name_original": "Guild of Masons", "country": "LB"},
    ]  # fmt: skip


def test_a_list_too_long_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        read_list("a" * (LIST_CHARS_MAX + 1))
    assert refused.value.codes == ["list_too_long"]


def test_the_plain_form_says_the_same() -> None:
    answer = read_plain({"text": make_sample(0, 0).text})
    assert (
        len(answer["rows"]) == 40
        and answer["rows"][0]["cells"].keys() == set(FIELDS)
        and answer["leftovers"][0]["why"] == "running_heading"
    )
