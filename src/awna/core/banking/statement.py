"""The canonical bank statement: what every reader gives back, whatever the bank's format was."""

import base64
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from awna.core.problems import Problem, Refused

if TYPE_CHECKING:
    from .csv_profile import CsvProfile

STATEMENT_BYTES_MAX = 10 * 1024 * 1024
STATEMENT_LINES_MAX = 100_000
PROBLEMS_SHOWN_MAX = 20

# Damage that a person may acknowledge for one file, named each time; anything else is refused whatever is asked.
ACCEPTABLE = frozenset({"statement_not_whole", "statement_without_account", "statement_tag_out_of_place"})

_LINE_DECIMALS = ("amount", "instructed_amount", "rate", "charges", "balance")

Kind = Literal["interim", "final", "detail"]
Status = Literal["booked", "pending", "info"]


@dataclass(frozen=True, slots=True)  # a file may hold a hundred thousand
class Line:
    """One movement. `amount` is signed (credit positive); `reference` is the structured or end-to-end reference."""

    amount: Decimal
    currency: str
    booked_on: date | None = None
    value_on: date | None = None
    reference: str = ""
    counterparty: str = ""
    counter_account: str = ""
    text: str = ""
    bank_reference: str = ""
    status: Status = "booked"
    reversal: bool = False
    # What banks say beyond the fields above; the key of identity never depends on these.
    end_to_end_id: str = ""
    mandate_id: str = ""
    creditor_reference: str = ""  # structured: RF (ISO 11649) or Swiss QR with 27 digits
    uetr: str = ""
    ultimate_debtor: str = ""
    ultimate_creditor: str = ""
    counter_bank: str = ""
    instructed_amount: Decimal | None = None
    instructed_currency: str = ""
    rate: Decimal | None = None
    charges: Decimal | None = None
    charges_currency: str = ""
    transaction_code: str = ""  # PMNT/RCDT/ESCT, or the format's own
    proprietary_code: str = ""
    return_reason: str = ""
    return_text: str = ""
    purpose: str = ""  # code of ISO 20022, such as CHAR or SALA
    balance: Decimal | None = None  # running, after this line, where the file states it
    entry: int = 0  # of the bank's own entry, from 1: lines of one number are details of one booking
    entry_reference: str = ""  # the bank's reference of the whole booking
    difference: bool = False  # stands for what an entry has and its details have not: charges


@dataclass(frozen=True)
class Statement:
    """One statement of one account. Balances are None where the bank states none."""

    account: str
    currency: str
    opening: Decimal | None = None
    closing: Decimal | None = None
    opening_on: date | None = None
    closing_on: date | None = None
    message_id: str = ""
    number: str = ""
    kind: Kind = "final"
    lines: tuple[Line, ...] = field(default_factory=tuple)
    format: str = ""  # camt.053.001.08, mt940, mt942, ofx, csv
    electronic_number: str = ""
    legal_number: str = ""
    owner: str = ""


def read_statements(data: bytes, *, name: str = "", profile: "CsvProfile | None" = None, accept: Collection[str] = ()) -> list[Statement]:
    """Every statement of a CAMT, MT940/942, OFX or (with a profile) CSV file; raises Refused for the whole file when a part is wrong.

    `accept` holds codes of ACCEPTABLE problems that a person has seen and acknowledged for this very file.
    """
    # The readers import the types above, so they are imported when they are needed.
    from .files import read_file

    statements = read_file(data, name=name, profile=profile, accept=frozenset(accept) & ACCEPTABLE)
    if sum(len(statement.lines) for statement in statements) > STATEMENT_LINES_MAX:
        raise Refused(
            Problem(
                "statement_too_long",
                "The file has more than %(limit)s movements. Ask the bank for shorter periods.",
                {"limit": STATEMENT_LINES_MAX},
                name,
            )
        )
    return statements


def check_balance(statement: Statement) -> list[Problem]:
    """Opening plus booked movements must be closing, and each running balance must follow from the one before.

    Silent where the bank states no two balances.
    """
    problems = _check_running(statement)
    if statement.opening is None or statement.closing is None:
        return problems
    booked = sum((line.amount for line in statement.lines if line.status == "booked"), Decimal(0))
    if statement.opening + booked == statement.closing:
        return problems
    return [
        *problems,
        Problem(
            "statement_balance_broken",
            "Opening %(opening)s and movements of %(booked)s make %(sum)s, but the statement closes at %(closing)s %(currency)s. "
            "Download the statement again; if the bank stands by it, let the difference be acknowledged.",
            {
                "opening": plain(statement.opening),
                "booked": plain(booked),
                "sum": plain(statement.opening + booked),
                "closing": plain(statement.closing),
                "currency": statement.currency,
            },
            f"{statement.account} {statement.number}".strip(),
        ),
    ]


def _check_running(statement: Statement) -> list[Problem]:
    """The first line whose stated balance does not follow: those after it only repeat the fault."""
    before: Decimal | None = None
    for line in statement.lines:
        if line.status != "booked":
            continue
        expected = None if before is None else before + line.amount
        if line.balance is not None and expected is not None and line.balance != expected:
            return [
                Problem(
                    "statement_running_balance_broken",
                    "After the movement of %(amount)s on %(day)s the balance should be %(expected)s, but the file says %(found)s. "
                    "A line is missing or altered, or the profile has sign, order or marks wrong.",
                    {
                        "amount": plain(line.amount),
                        "day": _iso(line.booked_on) or "",
                        "expected": plain(expected),
                        "found": plain(line.balance),
                    },
                    f"line {line.entry}",
                )
            ]
        before = line.balance if line.balance is not None else expected
    return []


def why_empty(statement: Statement) -> Problem | None:
    """Why a statement brings no movement to book; None where it brings one."""
    if any(line.status == "booked" and line.amount for line in statement.lines):
        return None
    said = {"account": statement.account, "start": _iso(statement.opening_on) or "?", "end": _iso(statement.closing_on) or "?"}
    where = f"{statement.account} {statement.number}".strip()
    if any(line.status != "booked" for line in statement.lines):
        return Problem(
            "statement_only_expected",
            "The lines of account %(account)s are announced or for information; the bank has booked none of them yet.",
            said,
            where,
        )
    if statement.lines:
        return Problem("statement_only_zero", "All lines of account %(account)s are of zero: there is nothing to book.", said, where)
    return Problem(
        "statement_without_movements",
        "Account %(account)s had no movement from %(start)s to %(end)s, so the file is right but brings none.",
        said,
        where,
    )


def statement_as_json(statement: Statement) -> dict[str, Any]:
    """The published short form, amounts as signed decimal strings."""
    return {
        "account": statement.account,
        "currency": statement.currency,
        "opening": _plain_or_none(statement.opening),
        "closing": _plain_or_none(statement.closing),
        "lines": [
            {
                "amount": plain(line.amount),
                "currency": line.currency,
                "booked_on": _iso(line.booked_on),
                "value_on": _iso(line.value_on),
                "reference": line.reference,
                "counterparty": line.counterparty,
                "text": line.text,
            }
            for line in statement.lines
        ],
    }


def statement_to_plain(statement: Statement) -> dict[str, Any]:
    """JSON-able values for the way out of the sandbox, without those that are as usual; `statement_from_plain` is its inverse."""
    return {key: [_to_plain(line) for line in value] if key == "lines" else value for key, value in _to_plain(statement).items()}


def statement_from_plain(value: Mapping[str, Any]) -> Statement:
    fields = _from_plain(value, decimals=("opening", "closing"), dates=("opening_on", "closing_on"))
    fields["lines"] = tuple(line_from_plain(line) for line in fields.get("lines", ()))
    return Statement(**fields)


def line_to_plain(line: Line) -> dict[str, Any]:
    return _to_plain(line)


def line_from_plain(value: Mapping[str, Any]) -> Line:
    return Line(**_from_plain(value, decimals=_LINE_DECIMALS, dates=("booked_on", "value_on")))


def read_plain(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Sandbox target: `{"data": base64, "name": text, "profile": JSON or None, "accept": codes}` in, `statement_to_plain` out."""
    from .csv_profile import profile_from_json

    profile = profile_from_json(payload["profile"]) if payload.get("profile") else None
    read = read_statements(
        base64.b64decode(payload["data"]), name=str(payload.get("name", "")), profile=profile, accept=payload.get("accept") or ()
    )
    return [statement_to_plain(statement) for statement in read]


def plain(amount: Decimal) -> str:
    """`1250.50` and never `1.25E+3`."""
    return f"{amount:f}"


def _from_plain(value: Mapping[str, Any], *, decimals: Iterable[str], dates: Iterable[str]) -> dict[str, Any]:
    fields = dict(value)
    fields.update({name: Decimal(fields[name]) for name in decimals if fields.get(name) is not None})
    fields.update({name: date.fromisoformat(fields[name]) for name in dates if fields.get(name) is not None})
    return fields


def _to_plain(value: Statement | Line) -> dict[str, Any]:
    given = {name: getattr(value, name) for name in value.__dataclass_fields__}
    # A file may hold a hundred thousand lines: fields that say nothing would be most of what is sent.
    return {name: _to_json(item) for name, item in given.items() if item != value.__dataclass_fields__[name].default}


def _to_json(item: object) -> object:
    if isinstance(item, Decimal):
        return plain(item)
    return item.isoformat() if isinstance(item, date) else item


def _plain_or_none(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
