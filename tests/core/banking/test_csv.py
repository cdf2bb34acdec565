"""A CSV means what its profile says: no sign, mark, order of days or encoding is ever guessed when it is read."""

from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from awna.core.banking.csv_checks import check_profile
from awna.core.banking.csv_preview import preview, preview_plain, problem_from_plain
from awna.core.banking.csv_profile import CsvProfile, pattern_value, profile_from_json, profile_to_json
from awna.core.banking.csv_reader import parse_amount, read_csv_all
from awna.core.banking.csv_suggest import shipped_profiles, suggest_plain, suggest_profiles
from awna.core.banking.statement import Statement, check_balance, read_plain, read_statements
from awna.core.problems import Refused

FIXTURES = Path(__file__).parent / "fixtures"
NORDHAFEN = CsvProfile(
    name="nordhafen", delimiter=";", skip_head=4, skip_foot=1, date_format="%d.%m.%Y", decimal_mark=",", thousands_mark=".", newest_first=False,
    booked_on="Buchungstag", value_on="Wertstellung", amount="Betrag", currency="Währung", counterparty="Name", text=("Verwendungszweck",),
    balance="Saldo", status="Status", booked_words=("gebucht",), pending_words=("vorgemerkt",), account_pattern="Konto;{}",
    opening_pattern="Anfangssaldo;{} EUR", closing_pattern="Endsaldo;{} EUR",
)  # fmt: skip
PLAIN = CsvProfile(name="plain", booked_on="Date", amount="Amount", fixed_currency="EUR", text=("Text",))


def nordhafen() -> bytes:
    """The fixture lists the newest first, and the announced line last."""
    return (FIXTURES / "nordhafen.csv").read_bytes()


def read_csv(data: bytes, profile: CsvProfile) -> Statement:
    (statement,) = read_csv_all(data, profile)
    return statement


def refusal(data: bytes, profile: CsvProfile):
    with pytest.raises(Refused) as refused:
        read_csv_all(data, profile)
    return refused.value.problems


def test_metadata_status_order_and_running_balance():
    statement = read_csv(nordhafen(), replace(NORDHAFEN, newest_first=True))
    assert (statement.account, statement.currency, statement.opening, statement.closing) == (
        "DE84999900000000001234", "EUR", Decimal("1000.00"), Decimal("1225.50"),
    )  # fmt: skip
    assert [(str(line.amount), line.status, line.text) for line in statement.lines] == [
        ("75.00", "pending", "angekündigt"), ("100.00", "booked", "RF73 7G1A 02C0 2800"),
        ("150.00", "booked", "Wiederaufbau; gemeinsam"), ("-24.50", "booked", "Kontoführung"),
    ]  # fmt: skip
    assert (statement.opening_on, statement.closing_on) == (date(2026, 11, 10), date(2026, 11, 12))
    assert check_balance(statement) == []


def test_wrong_order_altered_amount_and_lost_row_break_the_running_balance():
    newest = replace(NORDHAFEN, newest_first=True)
    for data, profile in (
        (nordhafen(), NORDHAFEN),
        (nordhafen().replace(b"150,00;EUR", b"105,00;EUR"), newest),
        (b"\n".join(line for line in nordhafen().split(b"\n") if b"150,00" not in line), newest),
    ):
        assert "statement_running_balance_broken" in [problem.code for problem in check_balance(read_csv(data, profile))]


@pytest.mark.parametrize(
    ("cells", "change", "code"),
    [
        ("03.04.2026,5,a", {}, "csv_date_unreadable"),
        ("2026-02-30,5,a", {}, "csv_date_unreadable"),
        (",5,a", {}, "csv_date_unreadable"),
        ('2026-04-03,"1.234,56",a', {}, "csv_amount_unreadable"),
        ("2026-04-03,1.234,a", {}, "csv_amount_too_precise"),
        ('2026-04-03,"1,23",a', {"thousands_mark": ","}, "csv_amount_unreadable"),
        ("2026-04-03,12..34,a", {}, "csv_amount_unreadable"),
        ("2026-04-03,,a", {}, "csv_amount_unreadable"),
        ("2026-04-03,£5,a", {}, "csv_amount_unreadable"),
        ("2026-04-03,5,a,b", {}, "csv_row_too_long"),
        ('2026-04-03,5,"a', {}, "csv_row_unreadable"),
        ("2026-04-03,5,a", {"amount": "Betrag"}, "csv_column_missing"),
        ("2026-04-03,5,a", {"fixed_currency": "", "currency": "Text"}, "csv_currency_unreadable"),
        ("2026-04-03,5,a", {"indicator": "Text", "credit_words": ("in",), "debit_words": ("out",)}, "csv_direction_unknown"),
        ("2026-04-03,-5,in", {"indicator": "Text", "credit_words": ("in",), "debit_words": ("out",)}, "csv_sign_twice"),
        ("2026-04-03,5,a", {"status": "Text", "booked_words": ("ok",)}, "csv_status_unknown"),
        ("2026-04-03,5,5", {"amount": "", "debit": "Amount", "credit": "Text"}, "csv_amount_unclear"),
        ("2026-04-03,,", {"amount": "", "debit": "Amount", "credit": "Text"}, "csv_amount_unclear"),
        ("2026-04-03,-5,", {"amount": "", "debit": "Amount", "credit": "Text"}, "csv_sign_twice"),
        ("2026-04-03,5,a", {"delimiter": ";"}, "csv_column_missing"),
        ("2026-04-03,5,a", {"account_pattern": "Account {}"}, "csv_head_differs"),
    ],
)
def test_what_does_not_fit_is_refused_by_row_and_column(cells, change, code):
    problem = refusal(f"Date,Amount,Text\n{cells}\n".encode(), replace(PLAIN, **change))[0]
    assert problem.code == code
    assert str(problem)


def test_where_names_line_and_column_and_all_problems_come_at_once():
    problems = refusal(b"Date,Amount,Text\n2026-04-03,5,a\n2026-04-03,x,a\nbad,y,b\n", PLAIN)
    assert [problem.where for problem in problems] == ["line 3, column Amount", "line 4, column Amount", "line 4, column Date"]


def test_a_header_that_stands_twice_is_never_chosen_between():
    assert refusal(b"Date,Amount,Amount,Text\n2026-04-03,5,6,a\n", PLAIN)[0].code == "csv_column_twice"
    by_number = replace(PLAIN, amount=3)
    assert read_csv(b"Date,Amount,Amount,Text\n2026-04-03,5,6,a\n", by_number).lines[0].amount == 6


@pytest.mark.parametrize(
    ("text", "profile", "amount"),
    [
        ("1,234.50", replace(PLAIN, thousands_mark=","), "1234.50"),
        ("1.234,5-", replace(PLAIN, decimal_mark=",", thousands_mark="."), "-1234.5"),
        ("1'234.50", replace(PLAIN, thousands_mark="'"), "1234.50"),
        ("1 234,50", replace(PLAIN, decimal_mark=",", thousands_mark="\u202f"), None),
        ("1\u202f234,50", replace(PLAIN, decimal_mark=",", thousands_mark="\u202f"), "1234.50"),
        ("(5.00)", PLAIN, "-5.00"),
        ("(5.00", PLAIN, None),
        ("−5", PLAIN, "-5"),
        ("£5.10", replace(PLAIN, amount_prefix="£"), "5.10"),
        ("١٢٫٥٠", replace(PLAIN, decimal_mark="٫"), "12.50"),
        (".5", PLAIN, "0.5"),
        ("1e5", PLAIN, None),
        ("9" * 40, PLAIN, None),
        ("NaN", PLAIN, None),
    ],
)
def test_amounts_are_read_by_the_marks_of_the_profile(text, profile, amount):
    assert parse_amount(text, profile) == (None if amount is None else Decimal(amount))


def test_an_inverted_sign_an_indicator_and_signed_columns():
    inverted = read_csv(b"Date,Amount,Text\n2026-04-03,5,a\n", replace(PLAIN, inverted=True))
    indicator = replace(PLAIN, indicator="Text", credit_words=("C",), debit_words=("D",))
    said = read_csv(b"Date,Amount,Text\n2026-04-03,5,D\n2026-04-03,6,C\n", indicator)
    signed = replace(PLAIN, amount="", debit="Amount", credit="Text", signed_parts=True, text=())
    parts = read_csv(b"Date,Amount,Text\n2026-04-03,-5,\n2026-04-03,,6\n", signed)
    assert [line.amount for one in (inverted, said, parts) for line in one.lines] == [-5, -5, 6, -5, 6]


def test_encodings_are_those_of_the_profile_and_no_other():
    text = "Date,Amount,Text\n2026-04-03,5,Müller\n"
    assert read_csv(text.encode("windows-1252"), replace(PLAIN, encoding="windows-1252")).lines[0].text == "Müller"
    assert read_csv(text.encode("utf-8-sig"), PLAIN).lines[0].text == "Müller"
    assert refusal(text.encode("windows-1252"), PLAIN)[0].code == "csv_encoding_wrong"
    assert refusal(text.encode("utf-8-sig"), replace(PLAIN, encoding="windows-1252"))[0].code == "csv_encoding_marked"
    assert (
        refusal("Date,Amount,Text\n2026-04-03,5,À\u0080\n".encode(), replace(PLAIN, encoding="iso-8859-1"))[0].code == "csv_encoding_wrong"
    )


def test_several_accounts_or_currencies_are_statements_of_their_own():
    data = b"Date,Amount,Text,Ccy\n2026-04-03,5,a,EUR\n2026-04-03,6,b,USD\n"
    profile = replace(PLAIN, fixed_currency="", currency="Ccy")
    assert [(one.currency, len(one.lines)) for one in read_csv_all(data, profile)] == [("EUR", 1), ("USD", 1)]


def test_a_profile_without_header_uses_numbers_and_a_file_without_one_is_empty():
    numbered = replace(PLAIN, header=False, booked_on=1, amount=2, text=(3,))
    assert read_csv(b"2026-04-03,5,a\n\n", numbered).lines[0].text == "a"
    assert read_csv(b"Date,Amount,Text\n", PLAIN).lines == ()
    assert refusal(b"\n", PLAIN)[0].code == "csv_header_missing"


def test_profiles_pass_through_json_and_all_their_faults_are_said_at_once():
    for profile in shipped_profiles():
        assert profile_from_json(profile_to_json(profile)) == profile
        assert check_profile(profile) == [] and profile.title and profile.version == 1
    assert len({profile.name for profile in shipped_profiles()}) == len(shipped_profiles()) >= 12
    with pytest.raises(Refused) as refused:
        profile_from_json(
            '{"name": "X!", "delimiter": "ab", "date_format": "%d", "amount": 0, "speed": 1, "decimal_mark": ",", "thousands_mark": ","}'
        )
    places = {problem.where for problem in refused.value.problems}
    assert places == {"name", "delimiter", "date_format", "amount", "speed", "thousands_mark", "booked_on", "currency"}
    for text in ("[", "[]", '{"name": 5}', '{"name": "ok-name", "header": "yes"}'):
        with pytest.raises(Refused):
            profile_from_json(text)


def test_other_names_of_an_encoding_are_understood():
    assert (
        profile_from_json('{"name": "ab", "encoding": "cp1252", "booked_on": 1, "amount": 2, "fixed_currency": "EUR"}').encoding
        == "windows-1252"
    )


@pytest.mark.parametrize(
    ("pattern", "line", "value"),
    [
        ("Account: {};*", "Account: 12 34;x;y", "12 34"),
        ("*Balance{}EUR", "End Balance 5,00 EUR", "5,00"),
        ("A{}*", "AB", None),
        ("A {}", "B 5", None),
        ("A {}", "A ", None),
        ("{} of *", "5 of 7 of 9", "5"),
    ],
)
def test_patterns_are_plain_text_with_holes(pattern, line, value):
    assert pattern_value(pattern, line) == value


def test_preview_shows_rows_with_their_problems_and_raises_nothing():
    good = preview(nordhafen(), replace(NORDHAFEN, newest_first=True), 2)
    assert (len(good.rows), good.count, good.problems, good.currencies) == (2, 4, (), ("EUR",))
    assert good.rows[0].line is not None and good.rows[0].line.amount == Decimal("-24.50") and good.rows[0].number == 6
    bad = preview(nordhafen(), replace(NORDHAFEN, date_format="%m/%d/%Y"))
    assert bad.rows[0].line is None and bad.rows[0].problems[0].where == "line 6, column Buchungstag" and bad.problems
    missing = preview(nordhafen(), replace(NORDHAFEN, amount="Summe"))
    assert [problem.code for problem in missing.problems] == ["csv_column_missing"] and missing.rows[0].line is None
    assert preview(b"PK\x03\x04", NORDHAFEN).problems[0].code == "statement_is_no_text"
    assert "statement_running_balance_broken" in [problem.code for problem in preview(nordhafen(), NORDHAFEN).problems]


def test_suggestions_name_what_is_ambiguous():
    both = suggest_profiles(b"Date;Text;Amount\n03/04/2026;a;1.234\n05/06/2026;b;2.345\n")
    assert {one.profile.date_format for one in both} == {"%d/%m/%Y", "%m/%d/%Y"}
    assert {one.profile.decimal_mark for one in both} == {".", ","}
    assert all({doubt.where for doubt in one.doubts} >= {"date_format", "decimal_mark", "currency"} for one in both)
    settled = suggest_profiles(b"Date;Text;Amount;Currency\n13/04/2026;a;1.234,50;EUR\n05/06/2026;b;2,00;EUR\n")
    assert [(one.profile.date_format, one.profile.decimal_mark, one.doubts, one.movements) for one in settled] == [("%d/%m/%Y", ",", (), 2)]


def test_a_shipped_layout_that_fits_still_says_what_the_file_leaves_open():
    known = suggest_profiles((FIXTURES / "wadi.csv").read_bytes())[0]
    assert known.known == "lb-arabic-date-debit-credit" and [doubt.where for doubt in known.doubts] == ["date_format"]
    assert [(line.amount, line.currency, line.booked_on) for line in read_csv((FIXTURES / "wadi.csv").read_bytes(), known.profile).lines] == [
        (Decimal("100.00"), "LBP", date(2026, 11, 10)), (Decimal("-12.00"), "LBP", date(2026, 11, 11)),
    ]  # fmt: skip


def test_an_encoding_that_is_not_utf_8_is_a_doubt():
    found = suggest_profiles("Date;Text;Amount;Currency\n13/04/2026;Müller;1,50;EUR\n".encode("windows-1252"))
    assert found and "encoding" in [doubt.where for doubt in found[0].doubts]


def test_sandbox_targets_speak_json():
    import base64
    import json

    data = base64.b64encode(nordhafen()).decode()
    profile = profile_to_json(replace(NORDHAFEN, newest_first=True))
    shown = json.loads(json.dumps(preview_plain({"data": data, "profile": profile, "rows": 3})))
    assert len(shown["rows"]) == 3 and shown["problems"] == [] and shown["opening"] == "1000.00"
    found = json.loads(json.dumps(suggest_plain({"data": data})))
    assert found and all(str(problem_from_plain(doubt)) for one in found for doubt in one["doubts"])
    assert len(read_plain({"data": data, "profile": profile})[0]["lines"]) == 4
    assert read_statements(nordhafen(), profile=profile_from_json(profile))[0].format == "csv"
    assert asdict(profile_from_json(profile))["name"] == "nordhafen"
