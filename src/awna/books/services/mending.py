"""Taking back what was wrong: whole entries by a reversal, parts of a line by a correction. Nothing is ever changed or removed."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from awna.consent.models import Proposal
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Entry, Movement, Transfer
from .accounts import Row
from .acts import first_answer, propose_act, spot_of
from .posting import post_entry


@transaction.atomic
def reverse_entry(
    *, entry: Entry, author: Role, second: Role | None = None, proposal: Proposal | None = None, movements: Mapping[int, Movement] | None = None,
    effective_date: date | None = None, request_id: str,
) -> Entry:  # fmt: skip
    """Undo a whole entry, once. A row at a bank or provider needs the bank's own opposite line; at a cash box the stewards; else a second person."""
    first = first_answer(entry.book, request_id=request_id, kind="reverse")
    if first is not None:
        return first
    rows = swapped_rows(entry)
    _refuse_without(entry, rows, "reverse", second, proposal, movements or {})
    return post_entry(
        book=entry.book, kind="reverse", rows=_with_movements(rows, movements or {}), author=author, second=second, reverses=entry.seq,
        effective_date=effective_date, request_id=request_id, proposal=proposal or _proposal_of(rows) or entry.proposal,
    )  # fmt: skip


@transaction.atomic
def correct_line(
    *, entry: Entry, line: int, amount: int, author: Role, second: Role | None = None, proposal: Proposal | None = None,
    movement: Movement | None = None, effective_date: date | None = None, request_id: str,
) -> Entry:  # fmt: skip
    """Take back part of one line. All corrections of a line together never exceed it."""
    first = first_answer(entry.book, request_id=request_id, kind="correction")
    if first is not None:
        return first
    wrong = _line_of(entry, line)
    taken = sum(Transfer.objects.filter(book=entry.book_id, corrects_seq=entry.seq, corrects_line=line).values_list("amount", flat=True))
    if not 0 < amount <= wrong.amount - taken:
        raise Refused(
            Problem("correction_above_the_line", "A correction takes back part of one line, swapped, and never more than is left of it.")
        )
    rows = [swapped_rows(entry)[line - 1]._replace(amount=amount, corrects=(entry.seq, line))]
    movements = {1: movement} if movement else {}
    _refuse_without(entry, rows, "correction", second, proposal, movements)
    return post_entry(
        book=entry.book, kind="correction", rows=_with_movements(rows, movements), author=author, second=second,
        effective_date=effective_date, request_id=request_id, proposal=proposal or _proposal_of(rows) or entry.proposal,
    )  # fmt: skip


@transaction.atomic
def propose_reversal(*, entry: Entry, text: str = "", filed_by: Role, expires_on: date, request_id: str) -> Proposal:
    """Ask the stewards to allow the reversal of an entry that moved cash."""
    return propose_act(book=entry.book, kind="reverse", rows=swapped_rows(entry), text=text, filed_by=filed_by, expires_on=expires_on,
                       request_id=request_id)  # fmt: skip


@transaction.atomic
def propose_correction(
    *, entry: Entry, line: int, amount: int, text: str = "", filed_by: Role, expires_on: date, request_id: str
) -> Proposal:
    """Ask the stewards to allow taking back part of a line of cash, or of a gift that goes back out of a bank."""
    _line_of(entry, line)
    row = swapped_rows(entry)[line - 1]._replace(amount=amount)
    return propose_act(
        book=entry.book, kind="correction", rows=[row], text=text, filed_by=filed_by, expires_on=expires_on, request_id=request_id
    )


def needs_of(entry: Entry, kind: str = "reverse") -> list[frozenset[str]]:
    """For each line of the entry, what taking it back needs: letters of the kind table (M line of the bank, P second person, Q stewards)."""
    return [_needs(kind, row) for row in Transfer.objects.filter(entry=entry).with_accounts()]


def swapped_rows(entry: Entry) -> list[Row]:
    """The rows of an entry, each turned round."""
    found = Transfer.objects.filter(entry=entry).select_related("debit_account__milestone", "credit_account__milestone").order_by("line")
    return [Row(spot_of(row.credit_account), spot_of(row.debit_account), row.amount) for row in found]


def _needs(kind: str, row: Transfer) -> frozenset[str]:
    rule = rules.find_rule(
        kind, debit_stage=row.credit_stage, debit_custody_type=row.credit_account.custody_type, credit_stage=row.debit_stage,
        credit_custody_type=row.debit_account.custody_type, commodity_kind=row.commodity.kind)  # fmt: skip
    if rule is None:
        text = "Entries of kind %(kind)s are not taken back like this. The kind table of the book lists what can."
        raise Refused(Problem("entry_not_reversible", text, {"kind": row.kind}))
    return rule.needs


def _refuse_without(
    entry: Entry, rows: list[Row], kind: str, second: Role | None, proposal: Proposal | None, movements: Mapping[int, Movement]
) -> None:
    """Say at once all that is missing, before the guards of the database would say the first of it."""
    if kind == "reverse" and (entry.kind not in rules.REVERSIBLE):
        raise Refused(Problem("entry_not_reversible", "This entry cannot be reversed, or not in this shape."))
    needed = needs_of(entry, kind)
    asked = needed if kind == "reverse" else [needed[row.corrects[1] - 1] for row in rows if row.corrects]
    problems = []
    for line, needs in enumerate(asked, 1):
        if rules.M in needs and line not in movements:
            problems.append(Problem("movement_missing", "This took or brought money at a bank. Import the statement with the bank's opposite line first.",
                                    {}, f"row {line}"))  # fmt: skip
    if any(rules.P in needs for needs in asked) and second is None:
        problems.append(Problem("second_person_missing", "This entry needs a second person. Ask a colleague to confirm it."))
    if any(rules.Q in needs for needs in asked) and proposal is None:
        problems.append(Problem("proposal_missing", "The stewards must allow this. File a proposal with exactly these rows first."))
    bound = [row for row, needs in zip(rows, asked, strict=True) if rules.Q not in needs and _proposal_of([row])]
    if bound and any(rules.Q in needs for needs in asked):
        problems.append(Problem(
            "reversal_of_two_proposals",
            "One line of this needs the stewards, another belongs to the proposal that sent the money. Correct each line in full by itself instead."))  # fmt: skip
    if problems:
        raise Refused(problems)


def _proposal_of(rows: list[Row]) -> Proposal | None:
    """The proposal to which the accounts of these rows are bound: money under way that was lost belongs to what sent it."""
    bound = {spot.proposal for row in rows for spot in (row.debit, row.credit) if spot.proposal}
    return Proposal.objects.get(pk=bound.pop()) if len(bound) == 1 else None


def _line_of(entry: Entry, line: int) -> Transfer:
    found = Transfer.objects.filter(entry=entry, line=line).first()
    if found is None:
        raise Refused(Problem("line_unknown", "Entry %(seq)s has no line %(line)s.", {"seq": entry.seq, "line": line}))
    return found


def _with_movements(rows: list[Row], movements: Mapping[int, Movement]) -> list[Row]:
    return [row._replace(movement=str(movements[line].pk)) if line in movements else row for line, row in enumerate(rows, 1)]
