"""A campaign whose book is governed by keys, quickly: three stewards with soft authenticators, founded, with money in it."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from itertools import count
from typing import Any

from django.conf import settings
from django.utils import timezone

from awna import verify
from awna.books import services as books
from awna.books.models import BankAccount, Book, Custody, Entry, Movement, Statement, StatementFile
from awna.books.services import Row, Spot
from awna.consent import services as consent
from awna.consent.models import Decision, Proposal, StewardKey
from awna.consent.services import Signed
from awna.core.consent import signatures
from awna.core.consent.policy import PAPER, PASSKEY
from awna.core.digest import digest_of
from awna.core.ledger import rules
from awna.parties import services as parties
from awna.parties.models import Role
from tests.authenticator import Authenticator
from tests.world import World, make_world, person

RUNS_DAYS = 90


@dataclass
class Keyed:
    """EUR 100,000.00 lie free. `holders` maps a steward's role to its soft keys: two passkeys and one on paper."""

    world: World
    book: Book
    account: BankAccount
    stewards: list[Role]
    holders: dict[Any, list[Authenticator]]
    payee: Custody
    _numbers: Any = field(default_factory=lambda: count(1))

    @cached_property
    def eur(self) -> Any:
        return self.account.commodity

    # -- keys -------------------------------------------------------------------------------------------------------

    def soft(self, steward: Role, kind: str = PASSKEY, n: int = 0) -> Authenticator:
        return [one for one in self.holders[steward.pk] if one.kind == kind][n]

    def key(self, soft: Authenticator) -> StewardKey:
        return StewardKey.objects.get(campaign=self.book.campaign, fingerprint=soft.key.id)

    def add_key(self, steward: Role, kind: str = PASSKEY, name: str = "new") -> StewardKey:
        """One more soft key for this steward, enrolled, that has shown that it signs."""
        soft = soft_key(steward, kind, f"{name}{next(self._numbers)}")
        self.holders.setdefault(steward.pk, []).append(soft)
        key = enrol(steward, soft)
        prove(key, soft)
        return key

    def signed(self, soft: Authenticator, proposal: Proposal, *, steward: Role | None = None) -> Signed:
        """This key's yes to the proposal, with the nonce that the server asks of the steward."""
        digest = consent.digest_to_sign(Proposal.objects.get(pk=proposal.pk))
        steward = steward or Role.objects.get(pk=soft.key.steward)
        nonce = consent.ask_nonce(steward=steward, about=f"approve:{digest}")
        return consent.signed_of(soft.sign(signatures.approval_challenge(digest, nonce=nonce), nonce=nonce))

    def said(self, soft: Authenticator, payload: dict[str, Any]) -> Signed:
        """This key's seal on a statement that its steward makes alone."""
        nonce = consent.ask_nonce(steward=Role.objects.get(pk=soft.key.steward), about=f"{payload['about']}:{digest_of(payload)}")
        return consent.signed_of(soft.sign(signatures.statement_challenge(payload, nonce=nonce), nonce=nonce))

    def approve(self, proposal: Proposal, steward: Role, *, kind: str = PASSKEY, **more: Any) -> Decision:
        return consent.decide(
            proposal=proposal, steward=steward, choice="approve", request_id=f"yes {steward.pk} {proposal.pk}"[:80],
            signed=self.signed(self.soft(steward, kind), proposal), **more)  # fmt: skip

    # -- money ------------------------------------------------------------------------------------------------------

    def ask(self, minor: int, **more: Any) -> Proposal:
        """A release of so much to Omar, filed and held."""
        milestone = {
            "n": "1", "custody": str(self.account.custody_id), "fund": str(self.book.fund("unallocated").pk), "commodity": str(self.eur.pk),
            "ceiling": str(minor), "evidence": [], "earliest": timezone.localdate().isoformat()}  # fmt: skip
        given = {
            "campaign": self.book.campaign, "purpose": "release", "filed_by": self.world.karim,
            "payload": {"payee": str(self.payee.pk), "milestones": [milestone], "documents": [], "text": "Cement"},
            "expires_on": timezone.localdate() + timedelta(days=RUNS_DAYS), "request_id": f"ask {next(self._numbers)}"}  # fmt: skip
        proposal = consent.file_proposal(**(given | more))
        books.hold_ceilings(proposal=proposal, author=self.world.karim)
        return Proposal.objects.get(pk=proposal.pk)

    def release(self, proposal: Proposal) -> Entry:
        return books.release_held(proposal=proposal, author=self.world.karim)

    def line(self, minor: int, on: date | None = None) -> Movement:
        return bank_line(self.account, minor, next(self._numbers), self.world.karim, on=on)

    def pay(self, proposal: Proposal, minor: int) -> Entry:
        return books.pay_released(
            proposal=proposal, milestone="1", movement=self.line(-minor), author=self.world.salma, request_id=f"pay {next(self._numbers)}"
        )


def soft_key(steward: Role, kind: str, name: str) -> Authenticator:
    seed = hashlib.sha256(f"{kind} {name} of {steward.pk}".encode()).digest()
    return Authenticator(str(steward.pk), kind, rp=settings.AWNA_KEY_RP, site=settings.AWNA_KEY_SITE, seed=seed)


def enrol(steward: Role, soft: Authenticator) -> StewardKey:
    return consent.enrol_key(
        steward=steward, kind=soft.kind, public=soft.key.public, credential_id=soft.key.id[:32], label="soft", request_id=soft.key.id
    )


def prove(key: StewardKey, soft: Authenticator) -> None:
    """The key signs once, so that a later policy can name it."""
    digest = consent.proof_digest(key)
    nonce = consent.ask_nonce(steward=key.steward, about=f"{consent.PROVE}:{digest}")
    challenge = hashlib.sha256(b"awna/prove/v1" + bytes.fromhex(digest) + nonce).digest()
    consent.prove_key(key=key, signed=consent.signed_of(soft.sign(challenge, nonce=nonce)))


def bank_line(account: BankAccount, minor: int, number: int, author: Role, *, on: date | None = None) -> Movement:
    file = StatementFile.objects.create(
        bank_account=account, name="s", digest=f"{account.pk}"[:30] + f"k{number}", content="s", author=author, request_id=f"k{number}"
    )
    statement = Statement.objects.create(bank_account=account, file=file, position=0)
    return Movement.objects.create(
        bank_account=account, custody=account.custody, commodity=account.commodity, statement=statement, line_key=f"k{number}", occurrence=1,
        position=number, amount=minor, booked_on=on or timezone.localdate())  # fmt: skip


def sign_founding(book: Book, holders: dict[Any, list[Authenticator]]) -> Entry | None:
    """Every key signs the first policy; the answer of the last one is entry 0."""
    entry = None
    for softs in holders.values():
        for soft in softs:
            key = StewardKey.objects.select_related("steward").get(campaign=book.campaign, fingerprint=soft.key.id)
            policy = books.founding_policy(book)
            nonce = consent.ask_nonce(steward=key.steward, about=f"found:{books.founding_digest(book)}")
            signed = consent.signed_of(soft.sign(signatures.founding_challenge(policy, nonce=nonce), nonce=nonce))
            entry = books.sign_founding(book=book, key=key, signed=signed, request_id=f"found {key.pk}")
    return entry


def make_keyed(
    *, required: int = 2, founding_rules: dict[str, Any] | None = None, stewards: int = 3, money: int = 100_000_00, slug: str = "clinic"
) -> Keyed:
    """A founded book with keys; `founding_rules` may name amounts of euros by the commodity that `rules_for` knows."""
    world = make_world(slug)
    names = [world.salma, world.yusuf]
    names += [
        parties.give_role(campaign=world.campaign, user=person(f"Steward {n} {slug}"), name="steward") for n in range(3, stewards + 1)
    ]
    book = books.open_book(campaign=world.campaign, author=world.salma, required=required, keyed=True, rules=founding_rules)
    holders = {}
    for steward in names[:stewards]:
        holders[steward.pk] = [soft_key(steward, PASSKEY, "first"), soft_key(steward, PASSKEY, "second"), soft_key(steward, PAPER, "sheet")]
        for soft in holders[steward.pk]:
            enrol(steward, soft)
    sign_founding(book, holders)
    account = books.open_bank_account(
        book=book, section=world.north, holder="Neighbours North", iban="DE39999999990012345678", currency="EUR"
    )
    payee = books.ensure_custody(book=book, type=rules.PAYEE, ref="omar", title="Omar Building Supplies")
    keyed = Keyed(world, book, account, names[:stewards], holders, payee)
    if money:
        give_money(keyed, money)
    return keyed


def give_money(keyed: Keyed, minor: int) -> Entry:
    """A gift of so much, free for everything."""
    place = (str(keyed.book.fund("unallocated").pk), str(keyed.eur.pk))
    movement = keyed.line(minor)
    row = Row(Spot(rules.EXT, None, *place), Spot(rules.FREE, str(keyed.account.custody_id), *place), minor, movement=str(movement.pk))
    return books.post_entry(book=keyed.book, kind="gift", rows=[row], author=keyed.world.karim, request_id=f"gift {movement.pk}")


def proven(book: Book) -> list[str]:
    """What `awna-verify` says of the book's dump; it raises where a rule is broken."""
    return verify.verify(books.dump_book(book))
