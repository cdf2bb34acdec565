"""What the browser tests walk on: a campaign with an account, a supplier, a crossing, tasks; and the steps that no page is asked for here."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from awna.access.models import Crossing
from awna.access.services import add_crossing
from awna.access.services import report as report_crossing
from awna.approvals.models import Release
from awna.approvals.services import MilestoneAsk, decide, propose_release
from awna.books.models import BankAccount, Book
from awna.books.services import open_bank_account, open_book
from awna.crews.services import load_volunteers
from awna.desk.services import import_statement
from awna.donations.models import Pledge
from awna.donations.services import pledge_gift
from awna.letters.models import OpenLetter
from awna.letters.services import open_letter
from awna.supply.models import Item, Store, Supplier
from awna.supply.services import OrderAsk, add_item, add_store, add_supplier, order_materials, ship
from awna.works.models import PlanRun
from awna.works.services import adopt_plan, make_plan
from awna.works.task_file import load_tasks
from tests.banks import BankLine, camt053
from tests.world import World, make_world

IBAN = "DE02120300000000202051"
ARRIVES_AFTER_DAYS, CLOSED_FOR_DAYS = 5, 20


@dataclass
class Ground:
    """One campaign, ready for its first gift."""

    world: World
    book: Book
    account: BankAccount
    omar: Supplier
    cement: Item
    store: Store
    crossing: Crossing
    letter: OpenLetter
    today: date


def make_ground() -> Ground:
    w, today = make_world(), timezone.localdate()
    book = open_book(campaign=w.campaign, author=w.karim)
    ground = Ground(
        world=w, book=book, today=today,
        account=open_bank_account(book=book, section=w.north, holder="Neighbours North", iban=IBAN, currency="EUR"),
        omar=add_supplier(campaign=w.campaign, name="Omar Building Supplies", bank_account="XX00000777", author=w.buyer),
        cement=add_item(campaign=w.campaign, code="cement", name="Cement", unit="bag", author=w.buyer),
        store=add_store(campaign=w.campaign, name="Ward store", author=w.store),
        crossing=add_crossing(campaign=w.campaign, code="north", name="North crossing", author=w.nour),
        letter=open_letter(campaign=w.campaign, code="open", title="Keep the road open", text="The ward needs the road.\nPlease keep it open.",
                           language="en", author=w.salma),
    )  # fmt: skip
    report_crossing(
        crossing=ground.crossing, status="open", valid_from=today, source="Driver", confidence="seen", reported_by=w.nour, request_id="open"
    )
    people = (
        "code,name,languages,skills,available,vetting,vetted_until\n"
        f"V1,Amal,ar:native,mason:skilled,{today}..{today + timedelta(days=90)},cleared,{today + timedelta(days=200)}\n"
    )
    load_volunteers(campaign=w.campaign, data=people.encode(), author=w.rami)
    tasks = (
        "kind,id,name,duration,predecessors,skills,materials,quantity,unit,earliest,crossing\n"
        f"calendar,c,,,,,,2,,{today},\n"
        "task,T1,Clear the roof,2,,mason:1,,40,m2,,\n"
        "task,T2,Plaster the ward,2,T1,mason:1,cement:20,20,m2,,\n"
    )
    load_tasks(campaign=w.campaign, data=tasks.encode(), filename="tasks.csv", author=w.nour)
    return ground


def bank_file(ground: Ground, reference: str, amount: str = "500.00") -> bytes:
    """The bank's word that a gift with this reference has arrived."""
    return camt053(IBAN, "EUR", opening="0.00", day=ground.today, lines=[BankLine(amount, "Dana", reference)])


def ask_for_cement(ground: Ground) -> Release:
    ask = MilestoneAsk("1", ground.account.custody, ground.book.fund("unallocated"), ground.account.commodity, 200_00, ground.today, ())
    return propose_release(
        campaign=ground.world.campaign, payee=ground.omar.custody, milestones=[ask], text="Cement for the ward",
        expires_on=ground.today + timedelta(days=20), filed_by=ground.world.buyer, request_id="cement",
    )  # fmt: skip


def send_cement(ground: Ground, release: Release) -> PlanRun:
    """Cement is ordered under the release and on its way through the crossing; the plan waits for it."""
    w, asked = ground.world, [OrderAsk(ground.cement, 20)]
    order = order_materials(
        supplier=ground.omar, proposal=release.proposal, milestone="1", lines=asked, amount_minor=200_00, author=w.buyer, request_id="order"
    )
    arrives = ground.today + timedelta(days=ARRIVES_AFTER_DAYS)
    ship(lines=asked, to_store=ground.store, order=order, crossing=ground.crossing, expected_on=arrives, author=w.store, request_id="ship")
    return adopt_plan(run=make_plan(campaign=w.campaign, author=w.nour, request_id="plan", schedules=100), author=w.nour)


def gift_becomes_order(ground: Ground) -> tuple[Pledge, PlanRun]:
    """Dana's gift arrived, two stewards released some of it, cement is under way and the plan waits for it."""
    w = ground.world
    pledge = pledge_gift(bank_account=ground.account, amount_minor=500_00, request_id="dana", name="Dana", email="dana@example.org")
    import_statement(
        bank_account=ground.account, data=bank_file(ground, pledge.reference), filename="n", author=w.north_treasurer, request_id="n"
    )
    release = ask_for_cement(ground)
    for steward in (w.salma, w.yusuf):
        decide(proposal=release.proposal, steward=steward, choice="approve", request_id=f"yes {steward.pk}")
    return pledge, send_cement(ground, release)
