"""A paper key's answer and seed survive a hand, a keyboard and a telephone, and damage is found."""

import hashlib

import pytest

from awna.core.consent import paper
from awna.core.consent.paper import Answer, read_answer, read_seed, write_answer, write_seed
from awna.core.problems import Refused

SEED = hashlib.sha256(b"salma").digest()
ANSWER = Answer("0c1d2e3f40516273", "a1b2c3d4e5f60718", hashlib.sha256(b"nonce").digest(), hashlib.sha512(b"signature").digest())
TEXT = write_answer(ANSWER)


def code(text: str, read=read_answer) -> str:
    with pytest.raises(Refused) as refused:
        read(text)
    return refused.value.codes[0]


def test_an_answer_is_one_short_line_and_is_read_back():
    assert TEXT.startswith("AWNA1 0c1d2e3f40516273 ")
    assert len(TEXT) < 200 and len(TEXT.split()) == 6
    assert read_answer(TEXT) == ANSWER


@pytest.mark.parametrize(
    "typed",
    [
        TEXT.lower(),
        TEXT.upper(),
        TEXT.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
        TEXT.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")),
        "\n".join(TEXT[at : at + 7] for at in range(0, len(TEXT), 7)),
        f"\u200f{TEXT.replace(' ', ' - ')}.\r\n",
        TEXT.rsplit(" ", 1)[0],
        "AWNAl" + TEXT[5:],
        TEXT[:23] + TEXT[23:].replace("O", "0").replace("I", "1").replace("B", "8"),
    ],
    ids=["lower", "upper", "arabic", "persian", "broken", "dashes", "no_check", "l_for_1", "slips"],
)
def test_an_answer_is_read_as_people_type_it(typed):
    assert read_answer(typed) == ANSWER


def test_every_changed_sign_of_an_answer_is_found():
    for at, sign in enumerate(TEXT):
        if sign != " ":
            changed = TEXT[:at] + ("2" if sign != "2" else "3") + TEXT[at + 1 :]
            assert code(changed) in ("paper_text_damaged", "answer_unknown"), at


@pytest.mark.parametrize("text", ["", "hello", TEXT[:-1], TEXT + "A", TEXT * 2, "AWNA2" + TEXT[5:], "AWNA1 " + "z" * 16, "\x00" * 500])
def test_what_is_no_answer_is_refused_in_words(text):
    assert code(text) in ("answer_unknown", "answer_incomplete")


def test_a_seed_is_fourteen_groups_and_every_slip_is_found():
    text = write_seed(SEED)
    assert [len(group) for group in text.split()] == [4] * 14
    assert read_seed(text) == read_seed(text.lower().replace(" ", "-")) == SEED
    for at, sign in enumerate(text):
        if sign != " ":
            assert code(text[:at] + ("A" if sign != "A" else "C") + text[at + 1 :], read_seed) == "paper_text_damaged"
    groups = text.split()
    assert code(" ".join([groups[1], groups[0], *groups[2:]]), read_seed) == "paper_text_damaged"
    assert code(text[:-1], read_seed) == code("", read_seed) == "paper_text_damaged"


def test_the_tool_for_offline_devices_writes_what_is_read_here():
    from awna import paper as tool

    assert tool.write_seed(SEED) == write_seed(SEED)
    said = tool.write_answer(tool.Answer(ANSWER.digest_start, ANSWER.key_start, ANSWER.nonce, ANSWER.signature))
    assert read_answer(said) == ANSWER
    assert paper.VERSION == tool.VERSION
