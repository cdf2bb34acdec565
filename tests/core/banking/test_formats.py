"""What each reader takes from a line beyond amount and date, on fixtures of our own; and what it refuses by name."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from awna.core.banking.statement import ACCEPTABLE, check_balance, read_statements, statement_from_plain, statement_to_plain, why_empty
from awna.core.problems import Refused

FIXTURES = Path(__file__).parent / "fixtures"


def bytes_of(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def codes(data: bytes, **more) -> list[str]:
    with pytest.raises(Refused) as refused:
        read_statements(data, **more)
    return refused.value.codes


def test_camt_054_tells_everything_that_the_bank_knows():
    (statement,) = read_statements(bytes_of("genf.camt054.xml"))
    assert (statement.kind, statement.format, statement.electronic_number, statement.owner) == (
        "detail",
        "camt.054.001.08",
        "9",
        "Section Lake",
    )
    first, second, rest, returned, together = statement.lines
    assert (first.creditor_reference, first.reference) == ("210000000003139471430009017",) * 2
    assert (first.ultimate_debtor, first.counter_bank, first.counter_account) == ("Salma Example", "XBNKCHZZ", "CH1799990000000000777")
    assert (first.uetr[:8], first.transaction_code, first.text, first.end_to_end_id) == ("c0c0a1b2", "PMNT/RCDT/VCOM", "For the school", "")
    assert (second.instructed_amount, second.instructed_currency, second.rate) == (Decimal("53.20"), "EUR", Decimal("0.9398"))
    assert (second.charges, second.charges_currency, second.mandate_id, second.end_to_end_id) == (Decimal("1.50"), "CHF", "M-5", "E2E-5")
    assert (rest.amount, rest.difference, [line.entry for line in (first, second, rest)]) == (Decimal("-1.50"), True, [1, 1, 1])
    assert (returned.amount, returned.reversal, returned.return_reason, returned.return_text) == (
        Decimal("-20.00"),
        True,
        "AC04",
        "Account closed",
    )
    assert returned.counterparty == "Omar Example"
    assert together.status == "info"


def test_details_without_amounts_never_lend_the_reference_of_one_to_all():
    together = read_statements(bytes_of("genf.camt054.xml"))[0].lines[-1]
    assert (together.amount, together.reference, together.end_to_end_id) == (Decimal("300.00"), "", "")
    assert (together.text, together.counterparty) == ("A B", "One, Two")


def test_mt942_words_of_the_german_field_86():
    (statement,) = read_statements(bytes_of("nordhafen.mt942"))
    first, returned = statement.lines
    assert (statement.kind, statement.format) == ("interim", "mt942")
    assert (first.end_to_end_id, first.mandate_id, first.ultimate_debtor) == ("GIFT-7", "M-77", "Salma Example")
    assert (first.counter_bank, first.counter_account, first.transaction_code, first.proprietary_code) == (
        "XBNKNL2A", "NL78XBNK0000004321", "NTRF", "166",
    )  # fmt: skip
    assert first.text == "For the school RF73 7G1A 02C0 2800"
    assert (returned.amount, returned.reversal, returned.return_reason) == (Decimal("-20.00"), True, "914")


def test_interim_report_whose_totals_do_not_fit_breaks_off():
    data = bytes_of("nordhafen.mt942")
    assert codes(data.replace(b":90C:1EUR100,00", b":90C:2EUR150,00")) == ["statement_not_whole"]
    assert codes(data.replace(b"C100,00", b"C900,00")) == ["statement_not_whole"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b":62F:C261112", b":62X:C261112"), "statement_not_whole"),
        ((b":25:", b":21:"), "statement_without_account"),
    ],
)
def test_named_damage_of_mt940_can_be_acknowledged_for_one_file(change, code):
    data = bytes_of("wadi.mt940")
    found = codes(data.replace(*change))
    assert found == [code]
    (statement,) = read_statements(data.replace(*change), accept=found)
    (whole,) = read_statements(data)
    assert [line.amount for line in statement.lines] == [line.amount for line in whole.lines]


def test_what_may_be_acknowledged_ends_where_money_would_be_guessed():
    data = bytes_of("wadi-altered-amount.mt940")
    assert codes(data, accept=[*ACCEPTABLE, "statement_line_unreadable"]) == ["statement_line_unreadable"]


def test_ofx_1_without_end_tags_keeps_twins_and_characters():
    (statement,) = read_statements(bytes_of("wadi.ofx"))
    assert (statement.account, statement.currency, statement.closing, statement.closing_on) == (
        "0000123456", "USD", Decimal("1187.50"), date(2026, 11, 12),
    )  # fmt: skip
    assert [(str(line.amount), line.bank_reference) for line in statement.lines] == [
        ("100.00", "A1"),
        ("50", "A2"),
        ("50", "A3"),
        ("-12.50", "A4"),
    ]
    assert statement.lines[1].counterparty == "Friends & neighbours"
    assert (statement.lines[3].reference, statement.lines[3].transaction_code) == ("17", "FEE")


def test_ofx_2_reads_comma_amounts_exchange_and_other_side():
    (statement,) = read_statements(bytes_of("nordhafen.ofx"))
    (line,) = statement.lines
    assert (line.amount, line.value_on, line.rate, line.instructed_currency) == (
        Decimal("92.15"),
        date(2026, 11, 12),
        Decimal("0.9215"),
        "USD",
    )
    assert (line.counterparty, line.text, line.reference) == ("Zoë Example", "Rebuild <together> & soon", "RF737G1A02C02800")
    # The ledger balance is of a later day than the list, so it closes nothing.
    assert (statement.closing, statement.closing_on) == (None, date(2026, 11, 12))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((b"</STMTTRN>", b""), "statement_amount_unreadable"),
        ((b"<FITID>A1<NAME>", b"<FITID>A1<STMTTRN><NAME>"), "statement_date_unreadable"),
        ((b"<TRNAMT>100.00", b"<TRNAMT>1,000"), "statement_amount_unreadable"),
        ((b"<TRNAMT>100.00", b"<TRNAMT>12..34"), "statement_amount_unreadable"),
        ((b"<DTPOSTED>20261112", b"<DTPOSTED>20261342"), "statement_date_unreadable"),
        ((b"<ACCTID>0000123456", b"<ACCTID>"), "statement_without_account"),
        ((b"<CURDEF>USD", b"<CURDEF>dollars"), "statement_currency_missing"),
        ((b"<FITID>A4", b"<FITID>A4<CORRECTFITID>A1<CORRECTACTION>DELETE"), "ofx_correction"),
        ((b"<OFX>", b"<!DOCTYPE x><OFX>"), "statement_with_entities"),
        ((b"<STMTRS>", b"<!ENTITY x 'y'><STMTRS>"), "statement_with_entities"),
        ((b"</OFX>", b""), "statement_not_whole"),
        ((b"<CURDEF>", b"<A>" * 100 + b"<CURDEF>"), "statement_too_deep"),
        ((b"Dana Example", b"<!-- no end"), "statement_not_whole"),
    ],
)
def test_damaged_ofx_is_refused_whole(change, code):
    assert code in codes(bytes_of("wadi.ofx").replace(*change))


def test_ofx_of_investments_and_of_errors_says_why():
    data = bytes_of("nordhafen.ofx").replace(b"STMTRS>", b"INVSTMTRS>").replace(b"BANKTRANLIST", b"INVTRANLIST")
    assert codes(data) == ["ofx_investment_account"]
    failed = b"OFXHEADER:100\n<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Sign on again</STATUS></SONRS></SIGNONMSGSRSV1></OFX>"
    assert codes(failed) == ["ofx_bank_refused"]
    assert codes(b"OFXHEADER:100\n\n<OFX></OFX>") == ["statement_missing"]


def test_every_cut_of_an_ofx_file_is_refused():
    data = bytes_of("wadi.ofx").rstrip()
    for cut in range(400, len(data), 11):
        assert codes(data[:cut])


@pytest.mark.parametrize("name", ["wadi.ofx", "wadi.mt940", "nordhafen.mt942"])
def test_text_in_utf_16_reads_like_utf_8(name):
    data = bytes_of(name)
    assert read_statements(data.decode().encode("utf-16")) == read_statements(data)


def test_xml_in_utf_16_and_latin_1_reads_alike():
    text = bytes_of("genf.camt054.xml").decode().replace("Dana", "Daná")
    wide = read_statements(text.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"))
    narrow = read_statements(text.replace("UTF-8", "ISO-8859-1").encode("latin-1"))
    assert wide == narrow == read_statements(text.encode())


def test_xml_that_was_saved_again_in_another_encoding_is_named():
    text = bytes_of("genf.camt054.xml").decode().replace("Dana", "Daná")
    assert codes(text.encode("latin-1")) == ["statement_encoding_wrong"]
    assert codes(text.encode()[: text.encode().index("á".encode()) + 1]) == ["statement_not_whole"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04rest", "statement_is_no_text"),
        (b"\x1f\x8brest", "statement_is_no_text"),
        (b"%PDF-1.7", "statement_is_no_text"),
        (b"\xff\xfe", "statement_empty"),
        (b"\xff\xfe\x00\xd8", "statement_encoding_unknown"),
        (b":20:A\x00\x00", "statement_encoding_unknown"),
        (b"\x00\x00\xfe\xff\x00\x11\x00\x00", "statement_encoding_unknown"),
        (b"<?xml version='1.0' encoding='utf-99'?><a/>", "statement_encoding_unknown"),
        (b"OFXHEADER:100\nCHARSET:9999\n\n<OFX><A>\xe9</OFX>", "statement_encoding_unknown"),
    ],
)
def test_what_is_no_text_is_named_and_never_opened(data, code):
    assert codes(data) == [code]


def test_a_file_that_brings_no_movement_says_why():
    (statement,) = read_statements(bytes_of("nordhafen.mt942"))
    assert why_empty(statement) is None
    pending = tuple(replace(line, status="pending") for line in statement.lines)
    zero = tuple(replace(line, amount=Decimal(0)) for line in statement.lines)
    found = [why_empty(replace(statement, lines=lines)) for lines in ((), pending, zero)]
    assert [problem.code for problem in found] == ["statement_without_movements", "statement_only_expected", "statement_only_zero"]
    assert all(str(problem) for problem in found)


@pytest.mark.parametrize("name", ["genf.camt054.xml", "nordhafen.mt942", "nordhafen.ofx", "wadi.ofx"])
def test_every_field_survives_the_way_out_of_the_sandbox(name):
    whole = read_statements(bytes_of(name))
    assert [statement_from_plain(statement_to_plain(one)) for one in whole] == whole
    assert [problem for one in whole for problem in check_balance(one)] == []
