"""CAMT.054 tells what a booked entry consists of: it fills the words of that line and makes no movement of its own."""

from collections.abc import Sequence
from typing import Any

from awna.core.amounts import parse_minor
from awna.core.banking.statement import Line, Statement, plain

from ..models import BankAccount, Movement

FILLED = ("reference", "text", "counterparty", "counter_account")
DETAILS_TEXT_CHARACTERS_MAX = 20_000
"""A batch of some hundred transfers; what is longer is cut, and the file keeps all of it."""


def fill_details(*, account: BankAccount, statements: Sequence[Statement]) -> list[Movement]:
    """The movements whose words were filled: same account, day or reference of the bank, and amount; whichever is alone in that."""
    filled = []
    for lines in _entries(statements):
        movement = _booked(account, lines)
        if movement is None:
            continue
        words = _words(movement, lines)
        if words:
            Movement.objects.filter(pk=movement.pk).update(**words)
            movement.refresh_from_db()
            filled.append(movement)
    return filled


def _entries(statements: Sequence[Statement]) -> list[list[Line]]:
    """The details of each entry of the bank."""
    found: dict[tuple[int, int], list[Line]] = {}
    for number, item in enumerate(statements):
        for line in item.lines:
            if line.status == "booked" and line.amount:
                found.setdefault((number, line.entry), []).append(line)
    return list(found.values())


def _booked(account: BankAccount, lines: list[Line]) -> Movement | None:
    amount = parse_minor(plain(sum((line.amount for line in lines[1:]), lines[0].amount)), account.commodity.scale)
    references = {text for line in lines for text in (line.entry_reference, line.bank_reference) if text}
    same = Movement.objects.filter(bank_account=account, amount=amount).select_related("statement__file", "commodity", "custody__book")
    fitting = [movement for movement in same if movement.bank_reference and movement.bank_reference in references]
    return fitting[0] if len(fitting) == 1 else None


def _words(movement: Movement, lines: list[Line]) -> dict[str, Any]:
    """Blank fields of a single transfer; of a batch the parts, one after another, in the text."""
    if len(lines) == 1:
        return {name: getattr(lines[0], name) for name in FILLED if getattr(lines[0], name) and not getattr(movement, name)}
    parts = [" ".join(part for part in (plain(line.amount), line.counterparty, line.reference, line.text) if part) for line in lines]
    told = " / ".join(parts)[:DETAILS_TEXT_CHARACTERS_MAX]
    return {} if told in movement.text else {"text": f"{movement.text} / {told}".removeprefix(" / ")}
