"""The cast with a book, a bank account and money in it: what releases, orders and payments start from."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from awna.approvals.services import MilestoneAsk, propose_release
from awna.books.models import BankAccount, Book, Commodity, Fund, Movement, Statement, StatementFile
from awna.books.services import Row, Spot, open_bank_account, open_book, post_entry
from awna.consent.services import decide
from awna.supply.models import Item, Store, Supplier
from awna.supply.services import add_item, add_store, add_supplier
from tests.world import World, make_world

OMAR_ACCOUNT = "XX11 0000 2222"


@dataclass
class Funded:
    """EUR 40,000.00 lie free in the fund Roof; Omar sells; there is one store."""

    world: World
    book: Book
    account: BankAccount
    roof: Fund
    eur: Commodity
    omar: Supplier
    cement: Item
    store: Store
    _lines: Any = field(default_factory=lambda: count(1))

    def bank_line(
        self, amount: int, *, counter_account: str = "", reference: str = "", account: BankAccount | None = None, on: date | None = None
    ) -> Movement:
        account = account or self.account
        number = next(self._lines)
        file = StatementFile.objects.create(
            bank_account=account,
            name="s",
            digest=f"{account.pk}"[:30] + str(number),
            content="s",
            author=self.world.karim,
            request_id=str(number),
        )
        statement = Statement.objects.create(bank_account=account, file=file, position=0)
        return Movement.objects.create(
            bank_account=account, custody=account.custody, commodity=account.commodity, statement=statement, line_key=str(number), occurrence=1,
            position=number, amount=amount, booked_on=on or timezone.localdate(), counter_account=counter_account, reference=reference,
        )  # fmt: skip

    def ask(self, ceiling: int = 290_000, n: str = "1", **changes: Any) -> MilestoneAsk:
        wanted: dict[str, Any] = {
            "n": n, "custody": self.account.custody, "fund": self.roof, "commodity": self.eur, "ceiling": ceiling,
            "evidence": ("invoice",), "earliest": timezone.localdate(),
        }  # fmt: skip
        return MilestoneAsk(**(wanted | changes))

    def propose(self, *asks: MilestoneAsk, request_id: str = "p1", **changes: Any) -> Any:
        wanted: dict[str, Any] = {
            "campaign": self.world.campaign, "payee": self.omar.custody, "milestones": asks or (self.ask(),), "text": "Cement for the roof",
            "expires_on": timezone.localdate() + timedelta(days=10), "filed_by": self.world.nour,
        }  # fmt: skip
        return propose_release(request_id=request_id, **(wanted | changes))

    def sign(self, release: Any) -> None:
        for steward in (self.world.salma, self.world.yusuf):
            decide(proposal=release.proposal, steward=steward, choice="approve", request_id=f"yes:{steward.pk}")


def make_funded() -> Funded:
    world = make_world()
    book = open_book(campaign=world.campaign, author=world.salma)
    account = open_bank_account(book=book, section=None, holder="Wadi Sanad Health Association", iban="XX00 1111", currency="EUR")
    from awna.books.services import ensure_fund

    funded = Funded(
        world=world, book=book, account=account, roof=ensure_fund(book=book, code="roof", title="Roof"), eur=account.commodity,
        omar=add_supplier(campaign=world.campaign, name="Omar Building Supplies", bank_account=OMAR_ACCOUNT, author=world.buyer),
        cement=add_item(campaign=world.campaign, code="cement", name="Cement", unit="bag", author=world.buyer),
        store=add_store(campaign=world.campaign, name="Ward store", author=world.store),
    )  # fmt: skip
    gift = funded.bank_line(4_000_000)
    place = {"fund": str(funded.roof.pk), "commodity": str(funded.eur.pk)}
    post_entry(
        book=book, kind="gift", author=world.karim, effective_date=timezone.localdate(), request_id="gift",
        rows=[Row(Spot("ext", None, **place), Spot("free", str(account.custody_id), **place), 4_000_000, movement=str(gift.pk))],
    )  # fmt: skip
    return funded
