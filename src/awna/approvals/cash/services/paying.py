"""Wages handed out: the treasurer notes it with the photo of the signed list, a witness confirms it, and the book has its entry."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.models import BankAccount, Movement
from awna.books.services import pay_released, write_slip
from awna.consent.services import is_interested
from awna.core.ledger.rules import CASH
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import ReceiptBook, WageSheet
from .papers import SIGNED_SHEET, drawn, keep
from .receipts import spoil_used, use_page
from .wages import locked
from .workers import is_on_list

PAYERS = ("treasurer",)
WITNESSES = ("site_lead", "shift_lead", "treasurer", "steward", "coordinator", "storekeeper")


def note_wages_paid(
    *, sheet: WageSheet, photo: bytes, paid_on: date, movement: Movement | None = None, receipt: tuple[ReceiptBook, int] | None = None,
    author: Role,
) -> WageSheet:  # fmt: skip
    """The list was signed by everyone on it and the money handed out. Nothing is booked until a witness says so too.

    `movement`: the bank's line by which the cash was drawn, where the release names a bank account; out of a box a slip is written.
    """
    refuse_unless_role(author, *PAYERS, campaign=sheet.campaign)
    again = WageSheet.objects.with_people().get(pk=sheet.pk)
    if again.paid_by_id == author.pk and again.state in (WageSheet.NOTED, WageSheet.PAID):
        return again
    problems = _payer_problems(again, author) + _payment_problems(again, paid_on, movement)
    if problems:
        raise Refused(problems)
    kept = drawn(photo)
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=sheet.campaign_id)
        sheet = locked(sheet)
        if problems := _payer_problems(sheet, author):
            raise Refused(problems)
        sheet.photo = keep(sheet.campaign.book, kept, kind=SIGNED_SHEET)
        sheet.paid_by, sheet.paid_on, sheet.movement = author, paid_on, movement
        if receipt is not None:
            sheet.page = use_page(book=receipt[0], serial=receipt[1], text=f"Wage sheet {sheet.number}", author=author)
        sheet.save(update_fields=["photo", "paid_by", "paid_on", "movement", "page"])
        return sheet


@transaction.atomic
def witness_wages(*, sheet: WageSheet, second: Role) -> WageSheet:
    """Somebody who saw the money handed out and neither paid nor received it. The entry names the sheet and the signed list by their digests."""
    refuse_unless_role(second, *WITNESSES, campaign=sheet.campaign)
    Campaign.objects.select_for_update().get(pk=sheet.campaign_id)
    sheet = locked(sheet)
    if sheet.entry_id and sheet.witness_id == second.pk:
        return sheet
    problems = _witness_problems(sheet, second)
    if problems:
        raise Refused(problems)
    request_id = f"wages:{sheet.pk}"
    movement = sheet.movement or _slip(sheet, second, request_id)
    sheet.entry = pay_released(
        proposal=sheet.milestone.proposal, milestone=sheet.milestone.n, movement=movement, documents=[sheet.document, sheet.photo],
        author=sheet.paid_by, second=second, request_id=request_id,
    )  # fmt: skip
    sheet.witness, sheet.movement = second, movement
    sheet.save(update_fields=["entry", "witness", "movement"])
    return sheet


@transaction.atomic
def refuse_payment(*, sheet: WageSheet, second: Role) -> WageSheet:
    """The witness did not see it so: the sheet is approved and unpaid again; nothing was booked."""
    refuse_unless_role(second, *WITNESSES, campaign=sheet.campaign)
    sheet = locked(sheet)
    if sheet.state != WageSheet.NOTED:
        return sheet
    if sheet.page is not None:
        spoil_used(page=sheet.page, why=f"Wage sheet {sheet.number}: the witness did not see it so")
    sheet.paid_by = sheet.paid_on = sheet.movement = sheet.photo = sheet.page = None
    sheet.save(update_fields=["paid_by", "paid_on", "movement", "photo", "page"])
    return sheet


def box_of(sheet: WageSheet) -> BankAccount | None:
    """The cash box out of which the sheet is paid; None for an account at a bank."""
    custody = sheet.milestone.custody
    return BankAccount.objects.get(custody=custody) if custody.type == CASH else None


def lines_for(sheet: WageSheet) -> list[Movement]:
    """Lines of the release's bank account that drew exactly this sum and are not booked."""
    if sheet.milestone.custody.type == CASH:
        return []
    found = Movement.objects.filter(custody=sheet.milestone.custody, commodity=sheet.milestone.commodity, used=0, amount=-sheet.total_minor)
    return list(found.order_by("-booked_on"))


def _slip(sheet: WageSheet, second: Role, request_id: str) -> Movement:
    box = box_of(sheet)
    if box is None or sheet.paid_by is None or sheet.paid_on is None:
        raise Refused(Problem("sheet_not_paid_yet", "Nobody noted that these wages were paid."))
    number = f" {sheet.page}" if sheet.page else ""
    return write_slip(
        box=box, amount=-sheet.total_minor, text=f"Wage sheet {sheet.number}{number}", author=sheet.paid_by, second=second, on=sheet.paid_on,
        request_id=request_id,
    )  # fmt: skip


def _payer_problems(sheet: WageSheet, author: Role) -> list[Problem]:
    problems = []
    if sheet.state != WageSheet.APPROVED:
        problems.append(
            Problem(
                "sheet_not_to_be_paid",
                "This sheet is %(state)s. Only an approved sheet that is not paid yet is paid.",
                {"state": sheet.state_word},
            )
        )
    if author.user_id in {role.user_id for role in (sheet.approved_by, sheet.prepared_by) if role is not None}:
        problems.append(Problem("payer_made_the_sheet", "You wrote or approved this sheet. Somebody else must pay it."))
    if author.user_id == sheet.milestone.proposal.filed_by.user_id:
        problems.append(Problem("payer_is_the_proposer", "You asked for this release. Somebody else must pay under it."))
    if is_interested(author, sheet.milestone.proposal):
        problems.append(Problem("payer_is_interested", "You declared a tie to this payee, so somebody else must pay it."))
    if is_on_list(author, [row.labourer for row in sheet.rows.all()]):
        problems.append(Problem("payer_is_on_the_sheet", "You stand on this sheet yourself. Somebody else must pay it."))
    return problems


def _payment_problems(sheet: WageSheet, paid_on: date, movement: Movement | None) -> list[Problem]:
    problems = []
    if not sheet.last_on <= paid_on <= timezone.localdate():
        problems.append(Problem("paid_on_wrong", "Wages are paid after the last day of the sheet, %(last)s, and not in the future.",
                                {"last": sheet.last_on}, "paid_on"))  # fmt: skip
    in_cash = sheet.milestone.custody.type == CASH
    if not in_cash and (movement is None or movement not in lines_for(sheet)):
        problems.append(
            Problem(
                "line_missing", "Choose the bank line by which exactly this sum was drawn. Bring in the bank file first.", {}, "movement"
            )
        )
    return problems


def _witness_problems(sheet: WageSheet, second: Role) -> list[Problem]:
    if sheet.state != WageSheet.NOTED or sheet.paid_by is None:
        return [Problem("nothing_to_witness", "This sheet is %(state)s. There is nothing to witness.", {"state": sheet.state_word})]
    problems = []
    if second.user_id == sheet.paid_by.user_id:
        problems.append(Problem("witness_is_the_payer", "You paid these wages. Somebody else must witness it."))
    if is_on_list(second, [row.labourer for row in sheet.rows.all()]):
        problems.append(
            Problem("witness_is_on_the_sheet", "You stand on this sheet yourself. Somebody who is not paid by it must witness it.")
        )
    return problems
