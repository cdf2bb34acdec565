"""The canonical bank statement: what every reader gives back, whatever the bank's format was."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from awna.core.problems import Problem, Refused

STATEMENT_BYTES_MAX = 10 * 1024 * 1024
STATEMENT_LINES_MAX = 100_000
PROBLEMS_SHOWN_MAX = 20

Kind = Literal["interim", "final", "detail"]
Status = Literal["booked", "pending", "info"]


@dataclass(frozen=True)
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


def read_statements(data: bytes, *, name: str = "") -> list[Statement]:
    """Every statement of a CAMT.052/053/054 or MT940/942 file; raises Refused for the whole file when a part is wrong."""
    # The readers import the types above, so they are imported when they are needed.
    from .camt import read_camt
    from .mt940 import looks_like_mt940, read_mt940

    if not data.strip():
        raise Refused(Problem("statement_empty", "The file is empty. Download it from the bank again.", where=name))
    if len(data) > STATEMENT_BYTES_MAX:
        raise Refused(
            Problem(
                "statement_too_large",
                "The file has %(size)s bytes; a statement may have %(limit)s. Ask the bank for shorter periods.",
                {"size": len(data), "limit": STATEMENT_BYTES_MAX},
                name,
            )
        )
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        statements = read_camt(data)
    elif looks_like_mt940(data):
        statements = read_mt940(data)
    else:
        raise Refused(
            Problem(
                "statement_format_unknown",
                "The file is neither CAMT (XML) nor MT940. Download the statement from the bank in one of these formats.",
                where=name,
            )
        )
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
    """Opening plus booked movements must be closing; silent where the bank states no two balances."""
    if statement.opening is None or statement.closing is None:
        return []
    booked = sum((line.amount for line in statement.lines if line.status == "booked"), Decimal(0))
    if statement.opening + booked == statement.closing:
        return []
    return [
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
        )
    ]


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
    """Every field as JSON-able values, for the way out of the sandbox; `statement_from_plain` is its inverse."""
    return {key: [_to_plain(line) for line in value] if key == "lines" else value for key, value in _to_plain(statement).items()}


def statement_from_plain(value: Mapping[str, Any]) -> Statement:
    fields = dict(value)
    for name in ("opening", "closing"):
        fields[name] = None if fields[name] is None else Decimal(fields[name])
    for name in ("opening_on", "closing_on"):
        fields[name] = _date_or_none(fields[name])
    fields["lines"] = tuple(_line_from_plain(line) for line in fields["lines"])
    return Statement(**fields)


def read_plain(payload: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Sandbox target: `{"data": base64, "name": text}` in, statements of `statement_to_plain` out."""
    data = base64.b64decode(payload["data"])
    return [statement_to_plain(statement) for statement in read_statements(data, name=str(payload.get("name", "")))]


def plain(amount: Decimal) -> str:
    """`1250.50` and never `1.25E+3`."""
    return f"{amount:f}"


def _line_from_plain(value: Mapping[str, Any]) -> Line:
    fields = dict(value)
    fields["amount"] = Decimal(fields["amount"])
    fields["booked_on"] = _date_or_none(fields["booked_on"])
    fields["value_on"] = _date_or_none(fields["value_on"])
    return Line(**fields)


def _to_plain(value: Statement | Line) -> dict[str, Any]:
    shallow = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {name: _to_json(item) for name, item in shallow.items()}


def _to_json(item: object) -> object:
    if isinstance(item, Decimal):
        return plain(item)
    return item.isoformat() if isinstance(item, date) else item


def _plain_or_none(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date_or_none(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
