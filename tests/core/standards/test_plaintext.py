"""Names and symbols that Beancount, hledger and ledger accept, whatever people call their things."""

import re
from datetime import date

from awna.core.standards.plaintext import Line, Move, Place, Thing, beancount_lines, hledger_lines, ledger_lines, name_of, symbols_of

SYMBOL = re.compile(r"[A-Z][A-Z0-9._-]{0,22}[A-Z0-9]")
ODD_CODES = ("EUR", "roof-timber", "Ø 12 mm", "12mm", "true", "x", "إسمنت", "cement", "CEMENT", "a" * 60, "a" * 61, "tin (0.5 mm)")
CEMENT = Thing("c-1", "cement 42,5", 'Cement "42,5"', 0)
EURO = Thing("e-1", "EUR", "EUR", 2)


def place(number: int, stage: str, commodity: str, **more: object) -> Place:
    given = {"custody_type": "", "custody": "", "fund": "roof", "fund_title": "Roof, ward 2"}
    return Place(id=f"{number:032x}", stage=stage, commodity=commodity, **(given | more))


OUTSIDE, FREE = place(1, "ext", "e-1"), place(2, "free", "e-1", custody_type="bank", custody="ab" * 16)
GIVER, STORE = place(3, "ext", "c-1"), place(4, "stock", "c-1", custody_type="place", custody="cd" * 16)
ENTRIES = [
    Line(0, "f" * 32, date(2026, 3, 1), "policy", ()),
    Line(1, "a" * 32, date(2026, 3, 2), "gift", (Move(OUTSIDE.id, FREE.id, "e-1", 125_050),), proposal="p"),
    Line(2, "b" * 32, date(2026, 3, 3), "gift_in_kind", (Move(GIVER.id, STORE.id, "c-1", 20),), reverses=1),
]


def test_symbols_are_accepted_and_differ() -> None:
    symbols = symbols_of([Thing(str(number), code, code, 0) for number, code in enumerate(ODD_CODES)])
    assert all(SYMBOL.fullmatch(symbol) and symbol not in ("TRUE", "NULL") for symbol in symbols.values()), symbols
    assert len(set(symbols.values())) == len(ODD_CODES)
    assert symbols["0"] == "EUR"


def test_names_say_stage_custody_and_fund() -> None:
    assert name_of(FREE) == "Assets:Free:Bank-abababab:F-roof:A-000000000000"
    assert name_of(OUTSIDE).startswith("Income:Outside:F-roof:")
    assert name_of(place(5, "ext", "e-1", pays=True)).startswith("Expenses:Paid:")


def test_arrivals_are_positive_in_all_three() -> None:
    things, places = [EURO, CEMENT], [OUTSIDE, FREE, GIVER, STORE]
    bean = "".join(beancount_lines(title='The "book"', first_day=date(2026, 3, 1), things=things, places=places, entries=ENTRIES))
    journals = ["".join(write(title="The book", things=things, places=places, entries=ENTRIES)) for write in (hledger_lines, ledger_lines)]
    assert f"  {name_of(FREE)}  1250.50 EUR\n" in bean and f"  {name_of(OUTSIDE)}  -1250.50 EUR\n" in bean
    assert f"  {name_of(STORE)}  20 CEMENT-42-5\n" in bean and 'option "title" "The \\"book\\""' in bean
    for journal in journals:
        assert f'    {name_of(STORE)}  20 "CEMENT-42-5"\n' in journal
        assert "; 2026-03-01 entry 0 policy" in journal
    assert 'commodity 1000. "CEMENT-42-5"' in journals[0]
