"""One gift, from the promise on the campaign page to the roof, and a crossing that closes on the way. docs/life-of-a-gift.md is its map."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from awna import verify
from awna.access.services import add_crossing
from awna.access.services import report as report_crossing
from awna.approvals import services as approvals
from awna.approvals.services import MilestoneAsk
from awna.books import services as books
from awna.books.models import Movement
from awna.campaigns.services import load_budget
from awna.consent.services import decide
from awna.core.problems import Refused
from awna.crews import services as crews
from awna.crews.models import Volunteer
from awna.desk.services import import_statement
from awna.donations.services import pledge_gift
from awna.supply import services as supply
from awna.supply.services import Count, OrderAsk
from awna.works import services as works
from awna.works.task_file import load_tasks
from tests.banks import BankLine, camt053, mt940
from tests.world import make_world

pytestmark = pytest.mark.django_db
NORTH, OWNER, OMAR = "DE02120300000000202051", "XX000001", "XX00000777"


def test_the_life_of_a_gift(tmp_path):
    w, today = make_world(), timezone.localdate()
    book = books.open_book(campaign=w.campaign, author=w.karim)
    north = books.open_bank_account(book=book, section=w.north, holder="Neighbours North", iban=NORTH, currency="EUR")
    owner = books.open_bank_account(book=book, section=None, holder="Wadi Sanad Health Association", iban=OWNER, currency="EUR")
    eur, free = north.commodity, book.fund("unallocated")

    # 1 Dana gives: a pledge with a reference, and nothing in the book.
    pledge = pledge_gift(bank_account=north, amount_minor=500_00, request_id="dana", name="Dana", email="dana@example.org")
    assert books.balance_of(book, commodity=eur, stage="free") == 0

    # 2, 3 The bank's file: her line becomes a gift by its reference; a line that nobody knows stays visible. Twice is once.
    paper = camt053(NORTH, "EUR", opening="0.00", day=today, lines=[
        BankLine("500.00", "Dana", pledge.reference), BankLine("70.00", "Somebody", text="for the clinic")])  # fmt: skip

    def bring_in(account, data, treasurer, name):
        return import_statement(bank_account=account, data=data, filename=name, author=treasurer, request_id=name)

    report = bring_in(north, paper, w.north_treasurer, "north-1")
    assert (report.new, report.claimed, report.unidentified) == (2, 1, 1)
    assert bring_in(north, paper, w.north_treasurer, "north-1-again").new == 0
    gift = pledge.gifts.get()

    # 4, 5 Two stewards agree, and the section sends 450.00 on; the owner's statement shows it less the banks' fee.
    def agreed(payee, custody, ceiling, evidence=(), text="Cement for the roof", line=None, charges=()):
        asks = [MilestoneAsk("1", custody, free, eur, ceiling, today, evidence)]
        asks += [MilestoneAsk("charges", custody, free, eur, cap, today) for cap in charges]
        asked = approvals.propose_release(campaign=w.campaign, payee=payee, milestones=asks, budget_line=line, text=text,
                                          expires_on=today + timedelta(days=20), filed_by=w.buyer, request_id=text)  # fmt: skip
        decide(proposal=asked.proposal, steward=w.salma, choice="approve", request_id=f"salma {text}")
        with pytest.raises(Refused):
            approvals.release(proposal=asked.proposal, author=w.salma)
        decide(proposal=asked.proposal, steward=w.yusuf, choice="approve", request_id=f"yusuf {text}")
        approvals.release(proposal=asked.proposal, author=w.salma)
        return asked.proposal

    sending = agreed(owner.custody, north.custody, 450_00, text="Send on to the owner", charges=[5_00])
    bring_in(north, camt053(NORTH, "EUR", opening="570.00", day=today, number=2, lines=[BankLine("-450.00", "Owner", text="sent on")]),
             w.north_treasurer, "north-2")  # fmt: skip
    line_out = Movement.objects.get(amount=-450_00)
    books.remit(proposal=sending, milestone="1", movement=line_out, author=w.north_treasurer, request_id="remit out")
    assert books.balance_of(book, stage="transit", commodity=eur) == 450_00
    arrival = books.store_statement(
        bank_account=owner, data=mt940(OWNER, "EUR", opening="0.00", day=today, lines=[BankLine("448.00", text="from Neighbours North")]),
        filename="owner-1", author=w.karim, request_id="owner-1")  # fmt: skip
    books.remit(proposal=sending, milestone="1", movement=arrival.new[0], author=w.karim, request_id="remit in")

    # 6 Cement is ordered from Omar and paid to Omar, and to nobody else.
    budget = b"code,title,unit,quantity,rate,currency,parent\nR,Roof,,,,EUR,\nR1,Cement,bag,40,9.00,EUR,R\n"
    *_, line = load_budget(campaign=w.campaign, data=budget, filename="budget.csv", author=w.nour)
    omar = supply.add_supplier(campaign=w.campaign, name="Omar Building Supplies", bank_account=OMAR, author=w.buyer)
    eve = supply.add_supplier(campaign=w.campaign, name="Eve Trading", bank_account="XX666", author=w.buyer)
    cement = supply.add_item(campaign=w.campaign, code="cement", name="Cement", unit="bag", author=w.buyer)
    store = supply.add_store(campaign=w.campaign, name="Ward store", author=w.store)
    buying = agreed(omar.custody, owner.custody, 360_00, ("invoice",), line=line)
    common = {"proposal": buying, "milestone": "1", "lines": [OrderAsk(cement, 40)], "amount_minor": 360_00, "author": w.buyer}
    with pytest.raises(Refused, match="another payee"):
        supply.order_materials(supplier=eve, request_id="eve", **common)
    order = supply.order_materials(supplier=omar, request_id="order", expected_on=today + timedelta(days=2), **common)
    invoice = books.store_document(book=book, data=b"40 bags, 360.00", name="invoice.txt", media_type="text/plain", kind="invoice")
    paid = books.store_statement(
        bank_account=owner, data=camt053(OWNER, "EUR", opening="448.00", day=today, number=2, lines=[BankLine("-360.00", "Omar", account=OMAR)]),
        filename="owner-2", author=w.karim, request_id="owner-2")  # fmt: skip
    supply.pay_supplier(order=order, movement=paid.new[0], documents=[invoice], author=w.karim, request_id="pay")

    # 7 The truck leaves through the crossing and arrives short; the rest is a loss, an entry of its own.
    crossing = add_crossing(campaign=w.campaign, code="north", name="North crossing", author=w.nour)
    report_crossing(
        crossing=crossing, status="open", valid_from=today, source="Driver", confidence="seen", reported_by=w.nour, request_id="open"
    )
    truck = supply.ship(lines=[OrderAsk(cement, 40)], to_store=store, order=order, crossing=crossing, author=w.store, request_id="ship")
    supply.receive(consignment=truck, counts=[Count(cement, 38)], author=w.store, request_id="receive")
    supply.record_loss(at=truck, item=cement, quantity=2, cause="Torn on the road", author=w.store, second=w.nour, request_id="loss")
    assert books.balance_of(book, stage="stock", commodity=cement.commodity) == 38

    # 8 The plan puts the mason on the roof; a crossing closes and the plan is mended in the same request.
    people = (
        "code,name,languages,skills,available,vetting,vetted_until\n"
        f"V1,Amal,ar:native,mason:skilled,{today}..{today + timedelta(days=90)},cleared,{today + timedelta(days=200)}\n"
    )
    crews.load_volunteers(campaign=w.campaign, data=people.encode(), author=w.rami)
    later = today + timedelta(days=5)
    tasks = (
        "kind,id,name,duration,predecessors,skills,materials,quantity,unit,earliest,crossing\n"
        f"calendar,c,,,,,,2,,{today},\n"
        "task,T1,Lay the roof,4,,mason:1,cement:30,40,m2,,\n"
        "task,T2,Plaster,2,T1,mason:1,cement:20,20,m2,,\n"
    )
    load_tasks(campaign=w.campaign, data=tasks.encode(), filename="tasks.csv", author=w.nour)
    second = supply.order_materials(
        supplier=omar, proposal=agreed(omar.custody, owner.custody, 80_00, text="More cement", line=None), milestone="1",
        lines=[OrderAsk(cement, 20)], amount_minor=80_00, author=w.buyer, request_id="order 2")  # fmt: skip
    supply.ship(
        lines=[OrderAsk(cement, 20)],
        to_store=store,
        order=second,
        crossing=crossing,
        expected_on=later,
        author=w.store,
        request_id="ship 2",
    )
    plan = works.adopt_plan(run=works.make_plan(campaign=w.campaign, author=w.nour, request_id="plan", schedules=200), author=w.nour)
    mended = works.repair_after_closing(
        crossing=crossing, status="closed", valid_from=today, valid_until=today + timedelta(days=20), source="Radio of the crossing",
        confidence="seen", author=w.nour, request_id="closed")  # fmt: skip
    assert [move.task for move in works.moves_of(mended.run)] == ["T2"]
    assert mended.run.finish > plan.finish

    # 9 Cement goes to the task, the work done is counted, and the shift lead approves the hours.
    roof = w.campaign.tasks.get(code="T1")
    works.issue_materials(task=roof, item=cement, store=store, quantity=30, issued_on=today, author=w.nour, request_id="issue")
    works.record_progress(task=roof, quantity=Decimal(10), done_on=today, author=w.nour, request_id="progress")
    crew = crews.form_crew(campaign=w.campaign, name="Roof crew", members=list(Volunteer.objects.all()), skills={"mason": 1},
                           from_on=today, until_on=later, author=w.rami, request_id="crew")  # fmt: skip
    shift = crews.plan_shift(crew=crew, works_on=today, title="Roof", hours_planned=Decimal(6), author=w.rami, request_id="shift")
    hours = crews.record_hours(shift=shift, volunteer=crew.members.get(), hours=Decimal(6), author=w.rami)
    crews.approve_hours(hours=hours, approver=w.shift_lead)

    # 10 Dana's gift is followed to the task; anyone checks the whole book, and a changed byte is found.
    stages = {str(account.pk): account.stage for account in book.accounts.all()}
    reached = {stages[hop.credit] for hop in books.trace_lot(book, gift.lot)}
    assert {"free", "held", "released", "transit", "committed", "stock", "issued"} <= reached
    assert books.check_book(book) == []
    assert all(in_book == in_bank for _account, in_book, in_bank in books.book_equals_bank(book))
    books.publish_head(book)
    dump = tmp_path / "book.jsonl"
    dump.write_bytes(books.dump_book(book))
    assert verify.main([str(dump)]) == 0
    dump.write_bytes(dump.read_bytes().replace(b"50000", b"50001", 1))
    assert verify.main([str(dump)]) == 1
