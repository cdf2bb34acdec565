"""A bank file is read whole and right, or refused whole with the place named."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from awna.core.banking.statement import (
    STATEMENT_BYTES_MAX,
    check_balance,
    read_plain,
    read_statements,
    statement_as_json,
    statement_from_plain,
    statement_to_plain,
)
from awna.core.problems import Refused

FIXTURES = Path(__file__).parent / "fixtures"


def read(name: str):
    return read_statements((FIXTURES / name).read_bytes(), name=name)


def refusal(data: bytes):
    with pytest.raises(Refused) as refused:
        read_statements(data)
    return refused.value.problems[0]


def test_camt_statement_is_read_with_its_batch_split_and_the_difference_shown():
    (statement,) = read("nordhafen.camt053.xml")
    assert (statement.account, statement.currency, statement.number) == ("DE84999900000000001234", "EUR", "42")
    assert [(str(line.amount), line.counterparty, line.status) for line in statement.lines] == [
        ("100.00", "Dana Example", "booked"),
        ("150.00", "Friends of Wadi Amal", "booked"),
        ("50.00", "Salma Example", "booked"),
        ("-1.00", "", "booked"),
        ("-17.50", "", "booked"),
        ("75.00", "Omar Example", "pending"),
    ]
    assert statement.lines[0].reference == "RF737G1A02C02800"
    assert statement.lines[0].text == "For the school"
    assert statement.lines[4].text == "Account fee November"
    assert check_balance(statement) == []


def test_mt940_statement_is_read_with_twins_returns_and_both_kinds_of_details():
    (statement,) = read("wadi.mt940")
    assert statement.account == "NL78XBNK0000004321"
    assert [str(line.amount) for line in statement.lines] == ["100.00", "50", "50", "-20.00"]
    assert statement.lines[0].counterparty == "Dana Example"
    assert "RF73 7G1A 02C0 2800" in statement.lines[0].text
    assert (statement.lines[1].counterparty, statement.lines[1].text) == ("Friends of Wadi Amal", "Rebuild together")
    assert (statement.lines[3].text, statement.lines[3].reversal) == ("Returned transfer of yesterday", True)
    assert check_balance(statement) == []


@pytest.mark.parametrize(
    ("name", "code", "where"),
    [
        ("nordhafen-truncated.camt053.xml", "statement_not_whole", "Document/BkToCstmrStmt/Stmt/Ntry/NtryDtls"),
        ("nordhafen-altered-amount.camt053.xml", "statement_amount_unreadable", "Stmt 1, Ntry 3, Amt"),
        ("entity-bomb.camt053.xml", "statement_with_entities", "Document"),
        ("wadi-truncated.mt940", "statement_not_whole", "line 17, tag :86:"),
        ("wadi-altered-amount.mt940", "statement_line_unreadable", "line 16, tag :61:"),
    ],
)
def test_damaged_file_is_refused_whole_and_names_the_place(name, code, where):
    problem = refusal((FIXTURES / name).read_bytes())
    assert (problem.code, problem.where) == (code, where)
    assert str(problem)


def test_every_cut_of_a_file_is_refused_or_does_not_balance():
    """The planted fault: nothing that breaks off may look like the whole statement."""
    for name in ("nordhafen.camt053.xml", "wadi.mt940"):
        data = (FIXTURES / name).read_bytes()
        whole = read_statements(data)
        for cut in range(1, len(data.rstrip()), 7):
            try:
                statements = read_statements(data[:cut])
            except Refused:
                continue
            assert statements == whole or any(check_balance(s) for s in statements), (name, cut)


@pytest.mark.parametrize("name", ["nordhafen-altered-balance.camt053.xml", "wadi-altered-balance.mt940"])
def test_altered_amount_breaks_the_balance(name):
    (statement,) = read(name)
    (problem,) = check_balance(statement)
    assert problem.code == "statement_balance_broken"
    assert "closes at" in str(problem)


def test_deep_nesting_is_refused_before_it_costs_memory():
    assert refusal(b"<Document>" + b"<a>" * 100_000).code == "statement_too_deep"


def test_empty_large_and_foreign_files_are_refused():
    assert refusal(b" \n").code == "statement_empty"
    assert refusal(b"x" * (STATEMENT_BYTES_MAX + 1)).code == "statement_too_large"
    assert refusal(b"date;amount\n2026-11-12;10").code == "statement_needs_profile"
    assert refusal(b"Dear treasurer").code == "statement_format_unknown"
    assert refusal(b"PK\x03\x04" + b"\0" * 100).code == "statement_is_no_text"
    assert refusal(b"<invoice/>").code == "statement_missing"


def test_namespace_prefix_and_version_do_not_matter():
    data = (FIXTURES / "nordhafen.camt053.xml").read_bytes()
    bare = data.replace(b' xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"', b"")
    newer = data.replace(b"camt.053.001.02", b"camt.053.001.12").replace(b"<Sts>BOOK</Sts>", b"<Sts><Cd>BOOK</Cd></Sts>")
    read_them = [[replace(one, format="") for one in read_statements(item)] for item in (bare, data, newer)]
    assert read_them[0] == read_them[1] == read_them[2]
    assert [read_statements(item)[0].format for item in (bare, data, newer)] == ["camt.053", "camt.053.001.02", "camt.053.001.12"]


def test_reversal_keeps_the_roles_of_the_payment_it_undoes():
    data = (FIXTURES / "nordhafen.camt053.xml").read_bytes()
    returned = data.replace(
        b"<CdtDbtInd>CRDT</CdtDbtInd>\n        <Sts>", b"<CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd>\n        <Sts>", 1
    )
    (statement,) = read_statements(returned)
    assert (statement.lines[0].amount, statement.lines[0].reversal) == (Decimal("-100.00"), True)
    assert statement.lines[0].counterparty == "Dana Example"


def test_json_form_has_exactly_the_published_fields():
    (statement,) = read("nordhafen.camt053.xml")
    short = statement_as_json(statement)
    assert list(short) == ["account", "currency", "opening", "closing", "lines"]
    assert short["lines"][4] == {
        "amount": "-17.50", "currency": "EUR", "booked_on": "2026-11-12", "value_on": "2026-11-12",
        "reference": "", "counterparty": "", "text": "Account fee November",
    }  # fmt: skip


def test_plain_form_loses_nothing():
    import base64

    data = (FIXTURES / "wadi.mt940").read_bytes()
    whole = read_statements(data)
    assert [statement_from_plain(statement_to_plain(s)) for s in whole] == whole
    assert [statement_from_plain(s) for s in read_plain({"data": base64.b64encode(data).decode()})] == whole
