"""What the stories have in common: lines of statements, what the stewards agree to, and the end that every story must reach."""

import contextlib
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from awna import verify
from awna.books import services as books
from awna.books.models import BankAccount, Commodity, Custody, Document, Entry, Fund, Movement
from awna.books.services import Row, Spot
from awna.consent import services as consent
from awna.consent.models import Proposal
from tests.rooms.books.conftest import Ledger

LATER = date(2099, 1, 1)
SPRING = date(2026, 3, 20)


@dataclass
class Story:
    """`north` (EUR) collects abroad; `owner` (EUR) and `dollars` (USD) are of the association that rebuilds the clinic."""

    ledger: Ledger
    dollars: BankAccount
    folder: Path

    def __getattr__(self, name: str) -> Any:
        """World, book, accounts, fund and supplier are the ledger's."""
        return getattr(self.ledger, name)

    @property
    def usd(self) -> Commodity:
        return self.dollars.commodity

    def line(self, minor: int, account: BankAccount | None = None, text: str = "line") -> Movement:
        """A line of a statement: minor units in, or below zero out."""
        return self.ledger.movement(minor, text, account)

    def at(self, stage: str, account: BankAccount | None = None, fund: Fund | None = None) -> Spot:
        """A spot of an account and a fund; outside there is no account."""
        account = account or self.ledger.north
        custody = None if stage in ("ext", "lost", "trading") else str(account.custody_id)
        return Spot(stage, custody, str((fund or self.ledger.fund).pk), str(account.commodity_id))

    def gift(self, minor: int, account: BankAccount | None = None, fund: Fund | None = None) -> str:
        """A gift of money, booked on the day of its line. Gives its lot."""
        line = self.line(minor, account)
        row = Row(self.at("ext", account, fund), self.at("free", account, fund), minor, movement=str(line.pk))
        entry = self.post("gift", row, effective_date=line.booked_on)
        return f"{entry.seq}.1"

    def paper(self, kind: str, text: str = "") -> Document:
        data = f"{kind} {text}".encode()
        return books.store_document(book=self.book, data=data, name=f"{kind}.txt", media_type="text/plain", kind=kind)

    def goods(self, code: str, kind: str = "material") -> Commodity:
        return books.ensure_commodity(code=code, kind=kind, scale=0, name=code.title())

    def place(self, name: str, type: str = "place") -> Custody:
        return books.ensure_custody(book=self.book, type=type, ref=f"{type}:{name}", title=name)

    def ask(self, n: str, ceiling: int, *evidence: str, account: BankAccount | None = None, earliest: str = "2026-03-01") -> dict[str, Any]:
        account = account or self.ledger.north
        return {"n": n, "custody": str(account.custody_id), "fund": str(self.ledger.fund.pk), "commodity": str(account.commodity_id),
                "ceiling": str(ceiling), "evidence": list(evidence), "earliest": earliest}  # fmt: skip

    def release(self, payee: Custody, *asks: dict[str, Any], purpose: str = "release", **more: Any) -> Proposal:
        """Proposed by Nour, held, approved by both stewards and released."""
        proposal = consent.file_proposal(
            campaign=self.world.campaign, purpose=purpose, filed_by=self.world.nour, expires_on=LATER, request_id=f"ask {Entry.objects.count()}",
            payload={"payee": str(payee.pk), "milestones": list(asks), "documents": [], **more})  # fmt: skip
        books.hold_ceilings(proposal=proposal, author=self.world.nour)
        self.agree(proposal)
        books.release_held(proposal=proposal, author=self.world.salma)
        return proposal

    def agree(self, proposal: Proposal) -> Proposal:
        self.ledger.approve(proposal)
        return proposal

    def net(self, stage: str, commodity: Commodity | None = None, **where: Any) -> int:
        return books.balance_of(self.book, stage=stage, commodity=commodity or self.ledger.eur, **where)

    def stages_of(self, lot: str) -> list[str]:
        """The stages that a gift reached, in the order in which it did."""
        stage = {str(account.pk): account.stage for account in self.book.accounts.all()}
        return list(dict.fromkeys(stage[hop.credit] for hop in books.trace_lot(self.book, lot)))

    def ends_well(self) -> None:
        """The book checks out, equals the bank on every account, and a stranger's verifier accepts its dump."""
        assert books.check_book(self.book) == []
        for one in books.compare_accounts(self.book):
            assert (one.in_book, one.lines, one.advice) == (one.at_bank, (), ())
        dump = self.folder / "book.jsonl"
        dump.write_bytes(books.dump_book(self.book))
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            assert verify.main([str(dump)]) == 0, said.getvalue()
        assert "differs" not in said.getvalue()


def begin(ledger: Ledger, folder: Path) -> Story:
    dollars = books.open_bank_account(book=ledger.book, section=None, holder="Health Association", iban="US1", currency="USD")
    return Story(ledger, dollars, folder)
