"""Examples of the pages of cash and wages: a box whose count differs, a receipt book, a worker on an approved sheet."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from awna.approvals.cash import services as cash
from awna.approvals.services import decide
from awna.books.models import Milestone

from .ground import Ground


def cash_examples(ground: Ground) -> dict[str, dict[str, Any]]:
    """Name of an address → what stands in it."""
    w = ground.world
    box = cash.open_box(
        book=ground.book, section=w.north, body="Neighbours North", name="gate", currency="EUR", holder=w.karim,
        limits=cash.BoxLimits(400_00, 100_00, "Exempt below EUR 250 a day"), author=w.salma,
    )  # fmt: skip
    cash.type_count(box=box, counted=1_00, author=w.karim)
    count = cash.type_count(box=box, counted=1_00, author=w.nour)
    book = cash.begin_receipt_book(campaign=w.campaign, code="A", first=1, last=50, holder=w.karim, author=w.karim, request_id="book")
    cash.void_page(book=book, serial=1, why="Spoilt by rain", author=w.karim)
    sheet = approved_sheet(ground)
    of_box, back = {"box": box.pk}, {"what": "sheet", "row": sheet.pk}
    return {
        **dict.fromkeys(("cash_box", "count_box", "change_box", "top_up_box", "ask_petty", "spend_cash", "cash_arrived"), of_box),
        "explain_count": {**of_box, "count": count.pk}, "receipt_book": {"book": book.pk}, "ask_back": back,
        "wage_worker": {"labourer": w.campaign.labourers.get().pk},
    }  # fmt: skip


def approved_sheet(ground: Ground) -> Any:
    """Sheet 1: one worker, one day, approved and not paid."""
    w = ground.world
    proposal = cash.ask_for_wages(
        campaign=w.campaign, custody=ground.account.custody, fund=ground.book.fund("unallocated"), ceiling=100_00, text="Day labour on the roof",
        expires_on=ground.today + timedelta(days=20), filed_by=w.salma, request_id="wages",
    )  # fmt: skip
    for steward in (w.salma, w.yusuf):
        decide(proposal=proposal, steward=steward, choice="approve", request_id=f"wages {steward.pk}")
    worker = cash.add_labourer(
        campaign=w.campaign, name="Amal Sample", work="helper", is_local=True, author=w.shift_lead, request_id="amal"
    )
    sheet = cash.open_sheet(
        campaign=w.campaign, milestone=Milestone.objects.get(proposal=proposal), title="Roof", first_on=ground.today, last_on=ground.today,
        author=w.shift_lead, request_id="sheet",
    )  # fmt: skip
    cash.write_hours(sheet=sheet, hours=[cash.HoursAsk(worker, ground.today, Decimal("7.5"), 5_00)], author=w.shift_lead)
    return cash.approve_sheet(sheet=sheet, author=w.nour)
