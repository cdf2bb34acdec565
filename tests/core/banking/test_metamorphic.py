"""Files that overlap, repeat, come split or in another order bring the same keys and occurrences; a changed field is seen."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from awna.core.banking.csv_profile import CsvProfile
from awna.core.banking.identity import line_key, period_of, place_lines
from awna.core.banking.statement import Statement, check_balance, read_statements

FIXTURES = Path(__file__).parent / "fixtures"
SECRET = b"of this installation"
START = date(2026, 11, 1)
PROFILE = CsvProfile(
    name="days",
    booked_on="Date",
    amount="Amount",
    fixed_currency="EUR",
    text=("Text",),
    balance="Balance",
    fixed_account="NL78XBNK0000004321",
)


def bring_in(statements: list[Statement]) -> dict[str, int]:
    """How often each key is held after these statements, in this order; and that occurrence numbers have no hole."""
    seen: dict[str, list[object]] = {}
    for one in statements:
        for placed in place_lines(one, secret=SECRET, seen=seen):
            if not placed.known:
                assert placed.occurrence == len(seen.get(placed.key, [])) + 1
                seen.setdefault(placed.key, []).append(period_of(one))
    return {key: len(periods) for key, periods in seen.items()}


def movements(seed: int) -> list[tuple[date, Decimal, str]]:
    """Many twins: few amounts, few texts, several a day."""
    source = random.Random(seed)
    return sorted(
        (START + timedelta(source.randrange(10)), Decimal(source.choice((50, 50, 20, -7))), source.choice("ab")) for _ in range(40)
    )


def as_mt940(lines: list[tuple[date, Decimal, str]], start: date, end: date, opening: Decimal) -> bytes:
    inside = [line for line in lines if start <= line[0] <= end]
    closing = opening + sum((amount for _, amount, _ in inside), Decimal(0))
    rows = [f":61:{day:%y%m%d}{day:%m%d}{'D' if amount < 0 else 'C'}{abs(amount)},NTRFNONREF\n:86:{text}" for day, amount, text in inside]
    ends = [f"{'D' if value < 0 else 'C'}{day:%y%m%d}EUR{abs(value)}," for value, day in ((opening, start), (closing, end))]
    return "\n".join([":20:S", ":25:NL78XBNK0000004321", f":28C:{start:%j}", f":60F:{ends[0]}", *rows, f":62F:{ends[1]}", "-"]).encode()


def as_ofx(lines: list[tuple[date, Decimal, str]], start: date, end: date, _opening: Decimal) -> bytes:
    rows = "".join(
        f"<STMTTRN><TRNTYPE>X<DTPOSTED>{day:%Y%m%d}<TRNAMT>{amount}<FITID>{start:%d}-{number}<MEMO>{text}</STMTTRN>"
        for number, (day, amount, text) in enumerate(line for line in lines if start <= line[0] <= end)
    )
    return (f"OFXHEADER:100\n\n<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>NL78XBNK0000004321</BANKACCTFROM><BANKTRANLIST><DTSTART>{start:%Y%m%d}"
            f"<DTEND>{end:%Y%m%d}{rows}</BANKTRANLIST></STMTRS></OFX>").encode()  # fmt: skip


def as_csv(lines: list[tuple[date, Decimal, str]], start: date, end: date, opening: Decimal) -> bytes:
    rows, balance = ["Date,Amount,Text,Balance"], opening
    for day, amount, text in lines:
        if start <= day <= end:
            balance += amount
            rows.append(f"{day},{amount},{text},{balance}")
    return "\n".join(rows).encode()


def as_camt(lines: list[tuple[date, Decimal, str]], start: date, end: date, opening: Decimal) -> bytes:
    inside = [line for line in lines if start <= line[0] <= end]
    closing = opening + sum((amount for _, amount, _ in inside), Decimal(0))

    def money(value: Decimal) -> str:
        return f"<Amt Ccy='EUR'>{abs(value)}</Amt><CdtDbtInd>{'DBIT' if value < 0 else 'CRDT'}</CdtDbtInd>"

    entries = "".join(
        f"<Ntry>{money(amount)}<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt><BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd><AddtlNtryInf>{text}</AddtlNtryInf></Ntry>"
        for day, amount, text in inside
    )
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{money(value)}<Dt><Dt>{day}</Dt></Dt></Bal>"
        for code, value, day in (("OPBD", opening, start), ("CLBD", closing, end))
    )
    return (f"<Document><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId><CreDtTm>2026-11-01T00:00:00</CreDtTm></GrpHdr><Stmt><Id>{start:%j}</Id><LglSeqNb>{start:%j}</LglSeqNb><CreDtTm>2026-11-01T00:00:00</CreDtTm><Acct><Id><IBAN>NL78XBNK0000004321</IBAN></Id></Acct>"
            f"{balances}{entries}</Stmt></BkToCstmrStmt></Document>").encode()  # fmt: skip


WRITERS = {"mt940": as_mt940, "ofx": as_ofx, "csv": as_csv, "camt": as_camt}


def read(kind: str, lines, start: date, end: date) -> Statement:
    opening = Decimal(1000) + sum((amount for day, amount, _ in lines if day < start), Decimal(0))
    (statement,) = read_statements(WRITERS[kind](lines, start, end, opening), profile=PROFILE if kind == "csv" else None)
    assert check_balance(statement) == []
    return statement


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("seed", range(6))
def test_overlap_repeat_split_and_order_leave_the_same_movements(kind, seed):
    lines, source = movements(seed), random.Random(seed)
    day = START.__add__
    whole = read(kind, lines, START, day(timedelta(9)))
    expected = Counter((booked_on, amount, text) for booked_on, amount, text in lines)
    reference = bring_in([whole])
    assert sorted(reference.values()) == sorted(expected.values())
    cut = source.randint(0, 8)
    split = [read(kind, lines, START, day(timedelta(cut))), read(kind, lines, day(timedelta(cut + 1)), day(timedelta(9)))]
    windows = [sorted((source.randint(0, 9), source.randint(0, 9))) for _ in range(4)]
    overlapping = [read(kind, lines, day(timedelta(a)), day(timedelta(b))) for a, b in windows]
    for files in (split, split[::-1], [whole, whole], [*overlapping, whole], [whole, *overlapping, *split]):
        shuffled = source.sample(files, len(files))
        assert bring_in(files) == reference == bring_in(shuffled)


@pytest.mark.parametrize("seed", range(3))
def test_order_of_lines_within_a_file_does_not_matter(seed):
    whole = read("camt", movements(seed), START, START + timedelta(9))
    shuffled = replace(whole, lines=tuple(random.Random(seed).sample(whole.lines, len(whole.lines))))
    assert bring_in([whole]) == bring_in([shuffled]) == bring_in([whole, shuffled])


@pytest.mark.parametrize("change", ["amount", "booked_on", "currency", "text", "reference", "counter_account"])
def test_a_single_changed_field_is_another_movement(change):
    (statement,) = read_statements((FIXTURES / "wadi.mt940").read_bytes())
    line = statement.lines[0]
    other = {"amount": line.amount + 1, "booked_on": START, "currency": "XXX"}.get(change, "another")
    changed = line_key(replace(line, **{change: other}), account=statement.account, secret=SECRET)
    assert changed != line_key(line, account=statement.account, secret=SECRET)


@pytest.mark.parametrize("change", ["bank_reference", "entry", "transaction_code", "uetr", "charges", "balance", "mandate_id", "value_on"])
def test_what_banks_change_between_exports_is_not_part_of_the_key(change):
    (statement,) = read_statements((FIXTURES / "wadi.mt940").read_bytes())
    line = statement.lines[0]
    other = {"entry": 9, "charges": Decimal(1), "balance": Decimal(1), "value_on": START}.get(change, "another")
    assert line_key(replace(line, **{change: other}), account="a", secret=SECRET) == line_key(line, account="a", secret=SECRET)


@pytest.mark.parametrize("kind", ["mt940", "csv", "camt"])
def test_an_altered_amount_and_a_lost_line_break_the_balance(kind):
    lines = movements(1)
    opening = Decimal(1000)
    data = WRITERS[kind](lines, START, START + timedelta(9), opening)
    altered = data.replace(b"50", b"51", 1)
    (statement,) = read_statements(altered, profile=PROFILE if kind == "csv" else None)
    assert check_balance(statement)
