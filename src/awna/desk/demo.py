"""The demonstration: a clinic half rebuilt, made step by step by the services that everyone uses, in the order of a gift's life."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from awna.access import services as access
from awna.approvals import services as approvals
from awna.books import services as books
from awna.books.models import BankAccount, Custody, Document, Movement
from awna.campaigns import services as campaigns
from awna.core.banking.references import new_reference
from awna.core.problems import Problem, Refused
from awna.crews import services as crews
from awna.crews.models import Volunteer
from awna.donations import services as donations
from awna.donations.models import Pledge
from awna.letters import services as letters
from awna.parties import services as parties
from awna.parties.models import Campaign, Role, Section
from awna.supply import services as supply
from awna.works import services as works
from awna.works.task_file import load_tasks

from .demo_files import FILES, bank_file, titled_text, write_files_to_import
from .demo_keys import agree, open_with_keys
from .demo_news import tell_news
from .demo_sections import issue_first_receipt, open_to_gifts
from .demo_site import tell_site
from .services import import_statement

SLUG = "wadi-sanad"
PASSWORD = "stone upon stone"  # noqa: S105  # known to everyone: it opens the demonstration on this machine and nothing else
STEWARDS_REQUIRED = 2
BAND_UPTO = 10_000_00  # minor units of the owner's currency that two stewards release; above, all three
PAID_FROM_DAYS = 50  # days before the seeding; the bank files begin there
PROPOSAL_DAYS = 30
STILL_CLOSED_DAYS = 21  # what the drivers say once the first plan stands: the promised week slips
CHARGES_MAX = 20_00  # minor units that banks may keep of one remittance


@dataclass(frozen=True)
class Person:
    """Somebody of the cast; `section` is the currency of a collecting body."""

    name: str
    role: str
    does: str
    section: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@example.org"


CAST = (
    Person("Salma", "steward", "steward: decides on releases"),
    Person("Yusuf", "steward", "second steward: the release for roof timber waits for him"),
    Person("Huda", "steward", "third steward: above USD 10,000 all three must sign"),
    Person("Karim", "treasurer", "treasurer of the owner: bank files, payments"),
    Person("Nils", "treasurer", "treasurer of Neighbours North: sees that section only", "EUR"),
    Person("Nour", "site_lead", "site lead: plan, tasks, crossings"),
    Person("Rami", "coordinator", "brigade coordinator: volunteers and crews"),
    Person("Lina", "shift_lead", "shift lead: approves hours"),
    Person("Bilal", "buyer", "buyer: orders from Omar, the supplier"),
    Person("Samira", "storekeeper", "storekeeper: ships, counts, issues"),
    Person("Mona", "safeguarding", "lead of safeguarding: sealed reports, and nothing else"),
    Person("Eve", "", "signed in, with no rights here"),
)
SECTIONS = (
    ("Neighbours North e.V.", "DE", "EUR", "DE39999999990012345678", "neighbours-north-eur.xml"),
    ("Neighbours South", "GB", "GBP", "GB53AWNA99999900123456", "neighbours-south-gbp.xml"),
    ("Neighbours West", "US", "USD", "WEST-4400-7712", "neighbours-west-usd.sta"),
)
OWNER_ACCOUNT = ("WSHA-2210-0045", "USD", "owner-usd.sta")
# (number of the fixed reference, currency, minor units, donor); 9 is pledged and has not arrived.
PLEDGES = (
    (1, "EUR", 250_00, "Dana Example"), (2, "EUR", 40_00, ""), (3, "EUR", 5_000_00, "Lindenhof Parish"), (4, "EUR", 1_200_00, "Bakers' Guild"),
    (5, "GBP", 150_00, "J. Sample"), (6, "GBP", 2_000_00, "Harbour Choir"), (7, "USD", 10_000_00, "Orchard Foundation"),
    (8, "USD", 2_500_00, ""), (9, "EUR", 75_00, "L. Beispiel"),
)  # fmt: skip
DONORS_WITH_MAIL = {1: "dana@example.org"}


@transaction.atomic
def seed(*, say: Callable[[str], None], password: str = PASSWORD) -> Campaign:
    """The demonstration campaign; made once, whole or not at all. Refused where a real campaign lives.

    `password`: everybody's; one that nobody knows, where the site can be reached by others.
    """
    found = Campaign.objects.filter(slug=SLUG).first()
    if Campaign.objects.filter(is_demo=False).exists():
        raise Refused(Problem("not_a_demo_place", "A real campaign lives here. The demonstration needs a folder of its own."))
    if found is not None:
        say("The campaign is here already; it is kept as you left it")
        return found
    story = _Story(say, password)
    for step in (
        story.found_campaign, story.open_accounts, story.plan_the_building, story.collect_gifts, story.send_money_on, story.buy,
        story.bring_goods, story.gather_crews, story.plan_works, story.write_letter, story.ask_for_more, story.tell_news,
    ):  # fmt: skip
        say(_sentence(step))
        step()
    books.publish_after_commit(story.book)
    write_files_to_import(Path(settings.AWNA_DATA_DIR), today=story.today)
    return story.campaign


def private_links(campaign: Campaign) -> list[tuple[str, str]]:
    """Pages that only two givers would have: Dana's money is on its way, the foundation's has become walls."""
    links = []
    for number, label in ((1, "Dana's gift"), (7, "a foundation's gift")):
        pledge = Pledge.objects.filter(donor__campaign=campaign, reference=reference(number)).select_related("donor").first()
        if pledge is not None:
            links.append((label, reverse("trace", kwargs={"slug": campaign.slug, "token": pledge.donor.token})))
    return links


def reference_bytes(number: int) -> bytes:
    """The fixed random part behind the references that stand in the demonstration's bank files."""
    return hashlib.sha256(f"awna demo pledge {number}".encode()).digest()[:8]


def reference(number: int) -> str:
    return new_reference(reference_bytes(number))


def _sentence(step: Callable[[], None]) -> str:
    return (step.__doc__ or "").split(".")[0].strip()


class _Story:
    """One step of the seed after the other; each uses what the earlier ones made."""

    def __init__(self, say: Callable[[str], None], password: str) -> None:
        self.say, self.password = say, password
        self.today = timezone.localdate()
        self.paid_from = self.today - timedelta(days=PAID_FROM_DAYS)
        self.roles: dict[str, Role] = {}
        self.sections: dict[str, Section] = {}
        self.accounts: dict[str, BankAccount] = {}

    def found_campaign(self) -> None:
        """Found the campaign, its owner, its three sections and its people."""
        title, summary = titled_text("campaign.en.txt")
        self.campaign = parties.create_campaign(
            slug=SLUG, title=title, summary=summary, place_public="Wadi Sanad district", goal_minor=40_000_00, goal_currency="USD",
            owner_name="Wadi Sanad Health Association", owner_registration="WSHA 12", is_demo=True,
        )  # fmt: skip
        for name, country, currency, _number, _file in SECTIONS:
            self.sections[currency] = parties.create_section(campaign=self.campaign, name=name, country=country, currency=currency)
        for person in CAST:
            user = parties.register_user(email=person.email, name=person.name, password=self.password)
            if person.role:
                self.roles[person.name] = parties.give_role(
                    campaign=self.campaign, user=user, name=person.role, section=self.sections.get(person.section)
                )
        translated = dict(zip(("campaign.title", "campaign.summary"), titled_text("campaign.ar.txt"), strict=True))
        for source in parties.campaign_sources(self.campaign):
            if source.subject in translated:
                parties.translate_text(
                    campaign=self.campaign, source=source, language="ar", text=translated[source.subject], author=self.roles["Rami"]
                )

    def open_accounts(self) -> None:
        """Open the book and four bank accounts."""
        stewards = [self.roles[person.name] for person in CAST if person.role == "steward"]
        self.book = open_with_keys(campaign=self.campaign, stewards=stewards, required=STEWARDS_REQUIRED, upto=BAND_UPTO)
        for name, _country, currency, number, _file in SECTIONS:
            self.accounts[currency] = books.open_bank_account(
                book=self.book, section=self.sections[currency], holder=name, iban=number, currency=currency
            )
        number, currency, _file = OWNER_ACCOUNT
        self.accounts["owner"] = books.open_bank_account(
            book=self.book, section=None, holder=self.campaign.owner.name, iban=number, currency=currency
        )

    def plan_the_building(self) -> None:
        """Load the bill of quantities, set goals, publish an update."""
        steward, lead = self.roles["Salma"], self.roles["Nour"]
        budget = campaigns.load_budget(
            campaign=self.campaign, data=(FILES / "budget.csv").read_bytes(), filename="budget.csv", author=steward
        )
        self.lines = {line.code: line for line in budget}
        campaigns.add_site(campaign=self.campaign, name="Wadi Sanad Clinic", place_public="Wadi Sanad district", author=lead)
        for kind, title, unit, quantity in (("goods", "Hospital bed", "pcs", 12), ("hours", "Hours on the site", "h", 4_000)):
            campaigns.set_goal(campaign=self.campaign, kind=kind, title=title, unit=unit, quantity=Decimal(quantity), author=steward)
        campaigns.publish_update(
            campaign=self.campaign, title="The first load of blocks is in the store", language="en", author=lead, request_id="demo-news-en",
            text="Two and a half thousand blocks and 120 bags of cement came through. The second load waits at the north crossing.",
        )  # fmt: skip
        campaigns.publish_update(
            campaign=self.campaign, title="وصلت أول شحنة من الطوب", language="ar", author=lead, request_id="demo-news-ar",
            text="وصل ألفان وخمسمئة طوبة و120 كيس إسمنت. الشحنة الثانية تنتظر عند المعبر الشمالي.",
        )  # fmt: skip

    def collect_gifts(self) -> None:
        """Take pledges and bring in the bank files of three countries."""
        open_to_gifts(self)
        for number, currency, minor, name in PLEDGES:
            donations.pledge_gift(
                bank_account=self.accounts[currency], amount_minor=minor, request_id=f"demo-pledge-{number}", name=name,
                email=DONORS_WITH_MAIL.get(number, ""), random=reference_bytes(number),
            )  # fmt: skip
        for _name, _country, currency, _number, file in SECTIONS:
            import_statement(
                bank_account=self.accounts[currency], data=bank_file(file, today=self.today), filename=file, author=self.roles["Karim"],
                request_id=f"demo-{file}",
            )  # fmt: skip
        issue_first_receipt(self.campaign, author=self.roles["Nils"])

    def send_money_on(self) -> None:
        """Send money to the owner: one remittance has arrived, one is on its way."""
        treasurer, owner = self.roles["Karim"], self.accounts["owner"]
        arrived = self._released("USD", owner.custody, 9_000_00, "Send on: cement and blocks", charges=CHARGES_MAX)
        books.remit(proposal=arrived, milestone="1", movement=self._line("USD", -9_000_00), author=treasurer, request_id="demo-remit-1-out")
        file = OWNER_ACCOUNT[2]
        stored = books.store_statement(
            bank_account=owner, data=bank_file(file, today=self.today), filename=file, author=treasurer, request_id=f"demo-{file}"
        )
        books.remit(proposal=arrived, milestone="1", movement=self._line("owner", 8_985_00), author=treasurer, request_id="demo-remit-1-in")
        for movement in stored.new:
            if movement.amount == 310_00:
                books.post_unidentified(movement=movement, author=treasurer)
        under_way = self._released("EUR", owner.custody, 3_000_00, "Send on: the ward", charges=CHARGES_MAX)
        books.remit(
            proposal=under_way, milestone="1", movement=self._line("EUR", -3_000_00), author=treasurer, request_id="demo-remit-2-out"
        )

    def buy(self) -> None:
        """Order cement and blocks from Omar and pay him."""
        buyer = self.roles["Bilal"]
        items = (("cement", "Cement, 50 kg", "bag", "material"), ("block", "Hollow block", "pcs", "material"),
                 ("roof-timber", "Roof timber", "m", "material"), ("bed", "Hospital bed", "pcs", "medical"),
                 ("solar-panel", "Solar panel", "pcs", "equipment"))  # fmt: skip
        self.items = {
            code: supply.add_item(campaign=self.campaign, code=code, name=name, unit=unit, kind=kind, author=buyer)
            for code, name, unit, kind in items
        }
        self.omar = supply.add_supplier(campaign=self.campaign, name="Omar Building Supplies", author=buyer)
        self.store = supply.add_store(campaign=self.campaign, name="Yard store", author=self.roles["Samira"])
        proposal = self._released(
            "owner", self.omar.custody, 4_200_00, "Cement and blocks for the walls", line="A", evidence=("invoice",),
            documents=[self._paper("quote", "Quote 17: 300 bags of cement, 2500 blocks, USD 4200.00")],
        )  # fmt: skip
        lines = [supply.OrderAsk(self.items["cement"], 300), supply.OrderAsk(self.items["block"], 2_500)]
        self.order = supply.order_materials(
            supplier=self.omar, proposal=proposal, milestone="1", lines=lines, amount_minor=4_200_00, expected_on=self.today,
            author=buyer, request_id="demo-order-1",
        )  # fmt: skip
        supply.pay_supplier(
            order=self.order, movement=self._line("owner", -4_200_00), author=self.roles["Karim"], request_id="demo-pay-1",
            documents=[self._paper("invoice", "Invoice 31: 300 bags of cement, 2500 blocks, USD 4200.00")],
        )  # fmt: skip

    def bring_goods(self) -> None:
        """Bring the goods in: one load was short, one waits at the closed crossing, neighbours gave beds."""
        keeper, lead = self.roles["Samira"], self.roles["Nour"]
        crossing = access.add_crossing(campaign=self.campaign, code="north", name="North crossing", author=lead)
        access.report(
            crossing=crossing, status="open", valid_from=self.paid_from, source="The drivers", confidence="seen", reported_by=lead,
            request_id="demo-crossing-1",
        )  # fmt: skip
        cement, block = self.items["cement"], self.items["block"]
        load = supply.ship(
            lines=[supply.OrderAsk(cement, 120), supply.OrderAsk(block, 2_500)], to_store=self.store, order=self.order, crossing=crossing,
            author=keeper, request_id="demo-ship-1",
        )  # fmt: skip
        counts = [supply.Count(cement, 120), supply.Count(block, 2_460, 40)]
        supply.receive(consignment=load, counts=counts, author=keeper, request_id="demo-receive-1")
        supply.record_loss(
            at=load, item=block, quantity=40, cause="Broken on the road", author=keeper, second=lead, request_id="demo-loss-1"
        )
        supply.ship(
            lines=[supply.OrderAsk(cement, 180)], to_store=self.store, order=self.order, crossing=crossing,
            expected_on=self.today + timedelta(days=1), author=keeper, request_id="demo-ship-2",
        )  # fmt: skip
        access.report(
            crossing=crossing, status="closed", valid_from=self.today, valid_until=self.today + timedelta(days=5), source="The drivers",
            confidence="confirmed", reported_by=lead, request_id="demo-crossing-2",
        )  # fmt: skip
        for code, amount, line in (("bed", 12, "D.1"), ("solar-panel", 16, "C.3")):
            donations.record_gift_in_kind(
                custody=self.store.custody, commodity=self.items[code].commodity, amount=amount, author=keeper, second=lead,
                received_on=self.today, name="Hillside Hospital", request_id=f"demo-in-kind-{code}", budget_line=self.lines[line],
            )  # fmt: skip

    def gather_crews(self) -> None:
        """Gather volunteers, form a crew and approve its hours."""
        coordinator = self.roles["Rami"]
        crews.load_volunteers(campaign=self.campaign, data=(FILES / "volunteers.csv").read_bytes(), author=coordinator)
        people = {person.code: person for person in Volunteer.objects.filter(campaign=self.campaign)}
        members = [people[code] for code in ("V-01", "V-02", "V-03", "V-04")]
        crew = crews.form_crew(
            campaign=self.campaign, name="Wall crew", members=members, skills={"mason": 2}, from_on=self.today,
            until_on=self.today + timedelta(days=20), author=coordinator, request_id="demo-crew-1",
        )  # fmt: skip
        shift = crews.plan_shift(
            crew=crew,
            works_on=self.today,
            title="Clear the rubble",
            hours_planned=Decimal(7),
            author=coordinator,
            request_id="demo-shift-1",
        )
        hours = [crews.record_hours(shift=shift, volunteer=member, hours=Decimal("6.5"), author=coordinator) for member in members]
        for row in hours[:3]:  # the last one waits for Lina
            crews.approve_hours(hours=row, approver=self.roles["Lina"])

    def plan_works(self) -> None:
        """Load sixty-two tasks, plan them, issue materials, mend the plan for the closed crossing; the first plan takes longest."""
        lead = self.roles["Nour"]
        tasks = load_tasks(campaign=self.campaign, data=(FILES / "tasks.csv").read_bytes(), filename="tasks.csv", author=lead)
        run = works.make_plan(campaign=self.campaign, author=lead, request_id="demo-plan-1", schedules=200)
        works.adopt_plan(run=run, author=lead)
        rubble = next(task for task in tasks if task.code == "G1")
        works.record_progress(task=rubble, quantity=Decimal(35), done_on=self.today, author=lead, request_id="demo-progress-1")
        slab = next(task for task in tasks if task.code == "R1")
        works.issue_materials(
            task=slab, item=self.items["cement"], store=self.store, quantity=16, issued_on=self.today, author=self.roles["Samira"],
            request_id="demo-issue-1",
        )  # fmt: skip
        mended = works.repair_after_closing(
            crossing=self.campaign.crossings.get(code="north"), status="closed", valid_from=self.today,
            valid_until=self.today + timedelta(days=STILL_CLOSED_DAYS), source="The drivers", confidence="confirmed", author=lead,
            request_id="demo-crossing-3",
        )  # fmt: skip
        if mended.run:
            why = "The next load of cement cannot come before. What waits for it moves; the rest goes on."
            works.adopt_plan(run=mended.run, author=lead, why=why)

    def write_letter(self) -> None:
        """Publish the open letter and confirm its first signatures."""
        steward = self.roles["Salma"]
        title, text = titled_text("letter.en.txt")
        letter = letters.open_letter(campaign=self.campaign, code="rebuild", title=title, text=text, language="en", author=steward)
        title, text = titled_text("letter.ar.txt")
        letters.translate_letter(letter=letter, language="ar", title=title, text=text, author=steward)
        signers = (
            ("person", "Dana Example", "", True), ("person", "A. Probe", "", False), ("person", "J. Sample", "", True),
            ("organisation", "Lindenhof Parish", "chair", True), ("organisation", "Harbour Choir", "secretary", True),
        )  # fmt: skip
        for number, (kind, name, office, shown) in enumerate(signers, start=1):
            body = {"office": office} if office else {}
            letters.sign_letter(letter=letter, kind=kind, name=name, email=f"signer{number}@example.org", show_name=shown, **body)
        for waiting in letter.version.waiting.all():
            letters.confirm_signature(token=letters.confirm_token(waiting))
        for organisation in letter.organisations.all():
            letters.note_authority(organisation=organisation, authority="minutes seen", author=steward)

    def ask_for_more(self) -> None:
        """Ask for roof timber: one steward agreed, the second one is asked."""
        proposal = self._proposed("owner", self.omar.custody, 1_800_00, "Roof timber, 400 m", line="A.4", evidence=("invoice",))
        agree(proposal=proposal, steward=self.roles["Salma"])

    def tell_news(self) -> None:
        """Tell the news and what the site lives through, announce events, promise outcomes."""
        tell_site(self)
        tell_news(campaign=self.campaign, book=self.book, roles=self.roles, today=self.today)

    def _proposed(
        self, purse: str, payee: Custody, minor: int, text: str, *, line: str = "", evidence: tuple[str, ...] = (),
        documents: list[Document] | None = None, charges: int = 0,
    ) -> Any:  # fmt: skip
        account = self.accounts[purse]
        place = {
            "custody": account.custody,
            "fund": self.book.fund("unallocated"),
            "commodity": account.commodity,
            "earliest": self.paid_from,
        }
        asks = [approvals.MilestoneAsk(n="1", ceiling=minor, evidence=evidence, **place)]
        if charges:
            asks.append(approvals.MilestoneAsk(n="charges", ceiling=charges, **place))
        return approvals.propose_release(
            campaign=self.campaign, payee=payee, milestones=asks, budget_line=self.lines.get(line), documents=documents or [], text=text,
            expires_on=self.today + timedelta(days=PROPOSAL_DAYS), filed_by=self.roles["Bilal"], request_id=f"demo-release-{text}"[:80],
        ).proposal  # fmt: skip

    def _released(self, purse: str, payee: Custody, minor: int, text: str, **more: Any) -> Any:
        """Proposed, and approved by both stewards."""
        proposal = self._proposed(purse, payee, minor, text, **more)
        for name in ("Salma", "Yusuf"):
            agree(proposal=proposal, steward=self.roles[name])
        return proposal

    def _line(self, purse: str, minor: int) -> Movement:
        return Movement.objects.get(bank_account=self.accounts[purse], amount=minor)

    def _paper(self, kind: str, text: str) -> Document:
        return books.store_document(book=self.book, data=text.encode(), name=f"{kind}.txt", media_type="text/plain", kind=kind)
