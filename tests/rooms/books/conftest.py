"""A clinic's book with two bank accounts, and statements to bring money in."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from awna.books import services as books
from awna.books.models import BankAccount, Book, Commodity, Custody, Entry, Fund, Movement
from awna.consent import services as consent
from awna.consent.models import Proposal
from tests.world import World, make_world

NORTH_IBAN, OWNER_IBAN = "DE75512108001245126199", "CH9300762011623852957"
DAY = date(2026, 3, 2)


def mt940(iban: str, *, currency: str, opening: int, lines: list[tuple[int, str]], day: date = DAY, number: int = 1) -> bytes:
    """A statement of one day; amounts in minor units."""

    def amount(minor: int) -> str:
        return f"{abs(minor) // 100},{abs(minor) % 100:02d}"

    def balance(tag: str, minor: int) -> str:
        return f":{tag}:{'C' if minor >= 0 else 'D'}{day:%y%m%d}{currency}{amount(minor)}"

    closing = opening + sum(minor for minor, _ in lines)
    rows = [f":20:STMT{number}", f":25:{iban}", f":28C:{number}/1", balance("60F", opening)]
    for minor, text in lines:
        rows += [f":61:{day:%y%m%d}{day:%m%d}{'C' if minor > 0 else 'D'}{amount(minor)}NTRFNONREF", f":86:{text}"]
    return "\r\n".join([*rows, balance("62F", closing), "-", ""]).encode()


@dataclass
class Ledger:
    """The world with its book; `money_in` brings a gift by way of a bank statement."""

    world: World
    book: Book
    north: BankAccount
    owner: BankAccount
    fund: Fund
    supplier: Custody
    statements: int = 0
    at_bank: dict[str, int] | None = None

    @property
    def eur(self) -> Commodity:
        return self.north.commodity

    def movement(self, minor: int, text: str = "gift", account: BankAccount | None = None) -> Movement:
        account = account or self.north
        self.at_bank = self.at_bank or {}
        opening = self.at_bank.get(account.iban, 0)
        self.at_bank[account.iban] = opening + minor
        self.statements += 1
        data = mt940(account.iban, currency=account.currency, opening=opening, lines=[(minor, text)], number=self.statements,
                     day=DAY + timedelta(days=self.statements))  # fmt: skip
        imported = books.store_statement(
            bank_account=account, data=data, filename="s.sta", author=self.world.karim, request_id=f"s{self.statements}"
        )
        return imported.new[0]

    def spot(self, stage: str, *, custody: str | None = None, proposal: Proposal | None = None, n: str = "1") -> books.Spot:
        if proposal is not None:
            return books.Spot(
                stage, str(self.north.custody_id), str(self.fund.pk), str(self.eur.pk), proposal=str(proposal.pk), milestone=n
            )
        return books.Spot(stage, custody or (None if stage == "ext" else str(self.north.custody_id)), str(self.fund.pk), str(self.eur.pk))

    def post(self, kind: str, *rows: books.Row, request_id: str = "", **more: object) -> Entry:
        return books.post_entry(**{
            "book": self.book, "kind": kind, "rows": rows, "author": self.world.karim, "effective_date": date(2026, 3, 20),
            "request_id": request_id or f"{kind}-{Entry.objects.count()}", **more})  # fmt: skip

    def gift(self, minor: int = 100_000, text: str = "gift") -> Entry:
        row = books.Row(self.spot("ext"), self.spot("free"), minor, movement=str(self.movement(minor, text).pk))
        return self.post("gift", row)

    def proposal(
        self, *, ceiling: int = 60_000, evidence: tuple[str, ...] = (), name: str = "release", earliest: str = "2026-03-01"
    ) -> Proposal:
        milestone = {"n": "1", "custody": str(self.north.custody_id), "fund": str(self.fund.pk), "commodity": str(self.eur.pk),
                     "ceiling": str(ceiling), "evidence": list(evidence), "earliest": earliest}  # fmt: skip
        return consent.file_proposal(
            campaign=self.world.campaign, purpose="release", payload={"payee": str(self.supplier.pk), "milestones": [milestone], "documents": []},
            filed_by=self.world.nour, expires_on=date(2099, 1, 1), request_id=name)  # fmt: skip

    def approve(self, proposal: Proposal) -> None:
        for steward in (self.world.salma, self.world.yusuf):
            consent.decide(proposal=proposal, steward=steward, choice="approve", request_id=f"{steward.pk}")

    def hold(self, proposal: Proposal, minor: int = 60_000) -> Entry:
        return self.post("hold", books.Row(self.spot("free"), self.spot("held", proposal=proposal), minor), proposal=proposal)

    def release(self, proposal: Proposal, minor: int = 60_000) -> Entry:
        return self.post(
            "release", books.Row(self.spot("held", proposal=proposal), self.spot("released", proposal=proposal), minor), proposal=proposal
        )

    def pay(self, proposal: Proposal, minor: int, *, payee: Custody | None = None, **more: object) -> Entry:
        movement = self.movement(-minor, "payment")
        row = books.Row(self.spot("released", proposal=proposal), self.spot("ext", custody=str((payee or self.supplier).pk)), minor,
                        movement=str(movement.pk))  # fmt: skip
        return self.post("pay", row, proposal=proposal, **more)

    def net(self, stage: str) -> int:
        return books.balance_of(self.book, stage=stage, commodity=self.eur)


@pytest.fixture
def ledger(db: None) -> Ledger:
    return make_ledger()


def make_ledger() -> Ledger:
    """The clinic's book with its accounts; also for tests that commit, in a database of their own."""
    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.karim)
    return Ledger(
        world=world, book=book,
        north=books.open_bank_account(book=book, section=world.north, holder="Neighbours North", iban=NORTH_IBAN, currency="EUR"),
        owner=books.open_bank_account(book=book, section=None, holder="Health Association", iban=OWNER_IBAN, currency="EUR"),
        fund=books.ensure_fund(book=book, code="roof", title="The roof"),
        supplier=books.ensure_custody(book=book, type="payee", ref="supplier:omar", title="Omar Building Supply"),
    )  # fmt: skip
