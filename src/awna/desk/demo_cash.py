"""The demonstration: a cash box with its receipt book and two counts, and two days of wages that were signed for."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from awna.approvals.cash import services as cash
from awna.approvals.models import CashBox
from awna.books.models import Milestone

from .demo_keys import agree

DRAWN = 600_00  # minor units; demo/owner-usd.sta holds the line
WAGES, PETTY, CEILING, NAILS = 420_00, 80_00, 800_00, 12_40
DAYS_TO_AGREE = 30
HELPER, MASON = 2_50, 3_25  # minor units for an hour
WORKERS = (
    ("Amal Sample", "helper"), ("Basil Sample", "helper"), ("Dunya Sample", "helper"), ("Fadi Sample", "helper"), ("Ghada Sample", "helper"),
    ("Hasan Sample", "helper"), ("Iman Sample", "helper"), ("Jamil Sample", "helper"), ("Kinda Sample", "mason"), ("Latif Sample", "mason"),
    ("Maha Sample", "mason"),
)  # fmt: skip
FROM_ELSEWHERE = "Latif Sample"


def tell(story: Any) -> None:
    box, book = open_site_office(story)
    buy_nails(story, box, book)
    pay_two_days(story, box, book)
    count(box, DRAWN - NAILS - 357_00 + 50, story)  # half a dollar more than the book says


def open_site_office(story: Any) -> tuple[CashBox, Any]:
    """Cash is drawn at the bank, arrives before a witness and is counted."""
    karim, owner = story.roles["Karim"], story.accounts["owner"]
    box = cash.open_box(
        book=story.book, section=None, body=story.campaign.owner.name, name="Site office", currency=owner.currency, holder=karim,
        limits=cash.BoxLimits(CEILING), author=story.roles["Salma"],
    )  # fmt: skip
    book = cash.begin_receipt_book(
        campaign=story.campaign, code="A", first=1, last=50, holder=karim, author=karim, request_id="demo-book-a"
    )
    part = agreed(story, cash.ask_for_top_up, box=box, source=owner, amount=DRAWN, text="Cash for the site office")
    ask = cash.ArrivalAsk(part, "drawn", DRAWN, story.today, sent=story._line("owner", -DRAWN))
    arrival = cash.note_arrival(box=box, ask=ask, author=karim, request_id="demo-cash-in")
    cash.witness_arrival(arrival=arrival, witness=story.roles["Nour"])
    count(box, DRAWN, story)
    return box, book


def buy_nails(story: Any, box: CashBox, book: Any) -> None:
    """A purchase on page 1, with its receipt."""
    part = agreed(story, cash.ask_for_petty_cash, box=box, ceiling=PETTY, budget_line=None, text="Nails, wire and other small things")
    ask = cash.PaymentAsk(part, NAILS, "Nails, 4 kg", story.today, book, 1)
    payment = cash.note_payment(
        box=box, ask=ask, photo=paper("A 1   Nails, 4 kg   12.40"), author=story.roles["Karim"], request_id="demo-nails"
    )
    cash.sign_payment(payment=payment, second=story.roles["Nour"])


def pay_two_days(story: Any, box: CashBox, book: Any) -> None:
    """Eleven people clear the ground floor for two days: Lina writes the hours, Nour approves, Karim pays, Salma sees it."""
    lina, today = story.roles["Lina"], story.today
    part = agreed(
        story,
        cash.ask_for_wages,
        campaign=story.campaign,
        custody=box.account.custody,
        ceiling=WAGES,
        text="Day labour on the ground floor",
    )
    people = [
        cash.add_labourer(
            campaign=story.campaign, name=name, work=work, is_local=name != FROM_ELSEWHERE, author=lina, request_id=f"demo-{name}"
        )
        for name, work in WORKERS
    ]
    for work, minor in (("helper", 2_40), ("mason", 3_10)):
        cash.note_benchmark(
            campaign=story.campaign, work=work, commodity=box.account.commodity, hour_minor=minor, source="District labour office, list of rates",
            seen_on=today - timedelta(days=40), author=story.roles["Nour"], request_id=f"demo-rate-{work}",
        )  # fmt: skip
    sheet = cash.open_sheet(
        campaign=story.campaign, milestone=part, title="Ground floor, clearing", first_on=today - timedelta(days=1), last_on=today, author=lina,
        request_id="demo-sheet-1",
    )  # fmt: skip
    hours = [
        cash.HoursAsk(one, day, Decimal(6), MASON if one.work == "mason" else HELPER)
        for one in people
        for day in (today - timedelta(days=1), today)
    ]
    cash.write_hours(sheet=sheet, hours=hours, author=lina)
    cash.approve_sheet(sheet=sheet, author=story.roles["Nour"])
    cash.note_wages_paid(
        sheet=sheet, photo=paper("Wage sheet 1   signed by 11"), paid_on=today, receipt=(book, 2), author=story.roles["Karim"]
    )
    cash.witness_wages(sheet=sheet, second=story.roles["Salma"])


def count(box: CashBox, minor: int, story: Any) -> None:
    """Karim and Nour count, each alone; what differs gets its reason."""
    cash.type_count(box=box, counted=minor, author=story.roles["Karim"])
    found = cash.type_count(box=box, counted=minor, author=story.roles["Nour"])
    if found.difference:
        cash.explain_count(count=found, reason="Half a dollar of change that the shop gave back later", author=story.roles["Nour"])


def agreed(story: Any, ask: Any, **about: Any) -> Milestone:
    """Asked by Bilal, agreed to by two stewards."""
    proposal = ask(
        fund=story.book.fund("unallocated"), expires_on=story.today + timedelta(days=DAYS_TO_AGREE), filed_by=story.roles["Bilal"],
        request_id=f"demo-{about['text']}", **about,
    )  # fmt: skip
    for name in ("Salma", "Yusuf"):
        agree(proposal=proposal, steward=story.roles[name])
    return Milestone.objects.get(proposal=proposal, n="1")


def paper(text: str) -> bytes:
    """A sheet with a line on it, as if it were photographed."""
    sheet, out = Image.new("RGB", (240, 320), "#f4f1e8"), io.BytesIO()
    ImageDraw.Draw(sheet).text((16, 24), text, fill="#1a1d1a")
    sheet.save(out, format="PNG")
    return out.getvalue()
