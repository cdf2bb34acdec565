"""Cash: boxes with numbered slips that two people sign, counts, wages by sheet."""

import base64
import hmac
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.db import transaction

from awna.consent import services as consent
from awna.consent.models import Proposal
from awna.core.digest import canonical_json
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Role, Section

from ..models import BankAccount, Book, Custody, Document, Entry, Fund, Movement, Statement, StatementFile
from ..models.naming import UNALLOCATED
from .accounts import Spot
from .acts import propose_loss
from .bank import movement_id, open_purse
from .facts import post_bank_fact
from .naming import ensure_custody
from .releases import hold_ceilings
from .statements import latest_slip, say_statements

SHEET_KIND = "wage_sheet"


@dataclass(frozen=True)
class CashCount:
    """What a count found: `difference` minor units above (or below) what the box should hold, and what follows from it."""

    difference: int
    surplus: Entry | None = None
    loss: Proposal | None = None


@transaction.atomic
def open_cash_box(*, book: Book, section: Section | None, holder: str, name: str, currency: str) -> BankAccount:
    """A box of one currency, held by one body. Money moves only by its numbered slips."""
    return open_purse(book=book, section=section, holder=holder, number=f"cash:{name}", currency=currency, type=rules.CASH)


@transaction.atomic
def write_slip(*, box: BankAccount, amount: int, text: str, author: Role, second: Role, on: date, request_id: str) -> Movement:
    """One numbered slip: `amount` minor units into (or, below zero, out of) the box, signed by two people."""
    box = BankAccount.objects.select_for_update(of=("self",)).select_related("book", "custody", "commodity").get(pk=box.pk)
    known = Movement.objects.filter(bank_account=box, statement__file__request_id=request_id).first()
    if known is not None:
        if known.amount == amount:
            return known
        raise Refused(
            Problem("request_already_used", "This request was sent before with other content. Reload the page and send it again.")
        )
    problems = _slip_problems(box, text, author, second)
    if not amount:
        problems.append(Problem("slip_of_nothing", "A slip moves an amount. Give one above or below zero.", {}, "amount"))
    if at_hand(box) + amount < 0:
        problems.append(Problem("cash_not_there", "The box does not hold that much.", {}, "amount"))
    if problems:
        raise Refused(problems)
    slip = _slip(box, text, author, second, on, request_id, opening=at_hand(box), closing=at_hand(box) + amount)
    line = Movement.objects.create(
        pk=movement_id(box, f"slip:{slip.slip}"), bank_account=box, custody=box.custody, commodity=box.commodity, statement=slip, line_key=f"slip:{slip.slip}", occurrence=1,
        position=1, amount=amount, booked_on=on, text=text)  # fmt: skip
    say_statements(book=box.book, statements=[slip], author=author)
    return line


@transaction.atomic
def count_cash(
    *, box: BankAccount, counted: int, text: str, paper: Document, author: Role, second: Role, on: date, expires_on: date,
    fund: Fund | None = None, request_id: str,
) -> CashCount:  # fmt: skip
    """Two people count the box. More than it should hold enters the book at once; less asks the stewards to allow a loss of `fund`."""
    if Movement.objects.filter(bank_account=box, used=0).exists():
        raise Refused(Problem("slips_not_booked", "Some slips of this box are not booked yet. Book them, then count."))
    difference = counted - at_hand(box)
    if difference > 0:
        slip = write_slip(box=box, amount=difference, text=text, author=author, second=second, on=on, request_id=request_id)
        return CashCount(
            difference, surplus=post_bank_fact(movement=slip, author=author, second=second, request_id=f"{request_id}:surplus")
        )
    problems = _slip_problems(box, text, author, second)
    if problems:
        raise Refused(problems)
    slip = _slip(box, text, author, second, on, request_id, opening=counted, closing=counted)
    say_statements(book=box.book, statements=[slip], author=author)
    if not difference:
        return CashCount(0)
    fund = fund or box.book.fund(UNALLOCATED)
    spot = Spot(rules.FREE, str(box.custody_id), str(fund.pk), str(box.commodity_id))
    loss = propose_loss(book=box.book, spot=spot, amount=-difference, documents=[paper], text=text, filed_by=author, expires_on=expires_on,
                        request_id=f"{request_id}:loss")  # fmt: skip
    return CashCount(difference, loss=loss)


@transaction.atomic
def put_back(*, box: BankAccount, amount: int, text: str, author: Role, second: Role, on: date, request_id: str) -> Statement:
    """A numbered slip for cash that a reversal put back into (or, below zero, took out of) the box. It brings no line: the reversal is its entry."""
    box = BankAccount.objects.select_for_update(of=("self",)).select_related("book", "custody", "commodity").get(pk=box.pk)
    known = Statement.objects.filter(bank_account=box, file__request_id=request_id).first()
    if known is not None:
        return known
    problems = _slip_problems(box, text, author, second)
    if at_hand(box) + amount < 0:
        problems.append(Problem("cash_not_there", "The box does not hold that much.", {}, "amount"))
    if problems:
        raise Refused(problems)
    there = at_hand(box) + amount
    slip = _slip(box, text, author, second, on, request_id, opening=there, closing=there)
    say_statements(book=box.book, statements=[slip], author=author)
    return slip


@transaction.atomic
def propose_wages(
    *, box: BankAccount, fund: Fund, ceiling: int, sheet: Document, earliest: date, filed_by: Role, expires_on: date, request_id: str
) -> Proposal:
    """Ask for a day's wages: the payee is the sheet, of which the log shows only the salted digest. The money is held at once."""
    if sheet.kind != SHEET_KIND:
        raise Refused(Problem("not_a_wage_sheet", "Attach the list of wages as a wage sheet."))
    payee = sheet_custody(sheet)
    milestone = {
        "n": "1", "custody": str(box.custody_id), "fund": str(fund.pk), "commodity": str(box.commodity_id), "ceiling": str(ceiling),
        "evidence": [SHEET_KIND], "earliest": earliest.isoformat(),
    }  # fmt: skip
    proposal = consent.file_proposal(
        campaign=box.book.campaign, purpose="release", payload={"payee": str(payee.pk), "milestones": [milestone], "documents": [sheet.digest]},
        filed_by=filed_by, expires_on=expires_on, request_id=request_id)  # fmt: skip
    hold_ceilings(proposal=proposal, author=filed_by)
    return proposal


def sheet_custody(sheet: Document) -> Custody:
    """The payee of a wage sheet: nobody by name, the list by its digest."""
    return ensure_custody(book=sheet.book, type=rules.PAYEE, ref=f"sheet:{sheet.digest}", title="Wage sheet")


def at_hand(box: BankAccount) -> int:
    """Minor units that should be in the box, by its last slip or count."""
    last = latest_slip(box)
    return last.closing_minor or 0 if last else 0


def _slip_problems(box: BankAccount, text: str, author: Role, second: Role) -> list[Problem]:
    problems = []
    if box.custody.type != rules.CASH:
        problems.append(Problem("not_a_cash_box", "This is a bank account. Its money moves by the lines of its statements."))
    if author.user_id == second.user_id:
        problems.append(
            Problem("second_person_is_author", "The second person must be somebody else than the author, even in another role.")
        )
    if not text.strip():
        problems.append(Problem("slip_without_text", "Say on the slip what it is for.", {}, "text"))
    return problems


def _slip(box: BankAccount, text: str, author: Role, second: Role, on: date, request_id: str, *, opening: int, closing: int) -> Statement:
    """The paper with the next number. Numbers have no gaps, so a missing slip shows."""
    last = latest_slip(box)
    number = (last.slip or 0) + 1 if last else 1
    said = canonical_json(
        {"slip": number, "closing": str(closing), "text": text, "people": [str(author.pk), str(second.pk)], "on": on.isoformat()}
    )
    file = StatementFile.objects.create(
        bank_account=box, name=f"slip {number}", digest=hmac.new(box.book.secret_key, said, sha256).hexdigest(),
        content=base64.b64encode(said).decode(), author=author, request_id=request_id)  # fmt: skip
    return Statement.objects.create(
        bank_account=box, file=file, number=str(number), slip=number, position=0, opening_minor=opening,
        closing_minor=closing, opening_on=on, closing_on=on)  # fmt: skip
