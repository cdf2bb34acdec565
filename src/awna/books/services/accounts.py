"""Accounts of the book: what a caller calls a spot, found by its keyed id or opened, with what the log must then say."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from awna.core.digest import keyed_id
from awna.core.ledger import entries as core
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused

from ..models import Account, Book, Commodity, Custody, Fund, Milestone, Opening

SaltSource = Callable[[str, str], bytes]
_salts: ContextVar[SaltSource] = ContextVar("salts", default=lambda of, name: secrets.token_bytes(core.SALT_BYTES))


class Spot(NamedTuple):
    """An account, found or opened. Ids are texts; funds and commodities may be named by their code.

    `custody` of an `ext` spot is the payee of a payment. `milestone` is the number within the proposal.
    """

    stage: str
    custody: str | None
    fund: str
    commodity: str
    batch: str = ""
    proposal: str = ""
    milestone: str = ""


class Row(NamedTuple):
    """`amount` minor units leave `debit` and arrive at `credit`. `lot` is "seq.line"; `resolves` and `corrects` name a row."""

    debit: Spot
    credit: Spot
    amount: int
    movement: str | None = None
    lot: str | None = None
    resolves: tuple[int, int] | None = None
    corrects: tuple[int, int] | None = None
    covers: tuple[Spot, int] | None = None
    """For a receipt: the account that was committed, paid or advanced, and how much of it this accounts for."""
    giftbatch: str | None = None
    """For the one row of a sheltered batch: the batch, in place of a movement."""


@dataclass
class Known:
    """What was read of the book so far, each thing once: one for each batch, because a refused batch takes its accounts back."""

    book: Book
    names: dict[tuple[type, str], Any] = field(default_factory=dict)
    accounts: dict[Spot, Account] = field(default_factory=dict)
    made: dict[UUID, Account] = field(default_factory=dict)
    open: dict[str, bool] = field(default_factory=dict)
    """Whether the log has said what a name is."""

    def read(self, spots: Iterable[Spot]) -> None:
        """Read what these spots name, set by set. What is unknown is refused only when it is used."""
        spots = [spot for spot in set(spots) if spot not in self.accounts]
        self._read_names(Commodity, {spot.commodity for spot in spots})
        self._read_names(Fund, {spot.fund for spot in spots}, book=self.book)
        self._read_names(Custody, {spot.custody for spot in spots if spot.custody}, book=self.book)
        wanted = {}
        for spot in spots:
            try:
                parts = self._parts(spot)
            except Refused:
                continue
            wanted[spot] = (self._account_id(spot, parts), parts)
        found = Account.objects.in_bulk([pk for pk, _ in wanted.values()])
        for spot, (pk, parts) in wanted.items():
            account = found.get(UUID(pk))
            if account is not None:
                account.commodity, account.fund, account.custody = parts[0], parts[1], parts[2]
                self.accounts[spot] = account
        self._read_openings([wanted[spot][1] for spot in wanted if spot not in self.accounts])

    def account(self, spot: Spot) -> tuple[Account, bool]:
        """The account of a spot, and whether it was made just now and must be opened."""
        self.read([spot])
        found = self.accounts.get(spot)
        if found is not None:
            return found, False
        parts = self._parts(spot)
        pk = UUID(self._account_id(spot, parts))
        is_new = pk not in self.made
        if is_new:
            self.made[pk] = self._make(pk, spot, parts)
        self.accounts[spot] = self.made[pk]
        return self.made[pk], is_new

    def is_open(self, name: str) -> bool:
        if name not in self.open:
            self.open[name] = Opening.objects.filter(book=self.book, of=name, name="name").exists()
        return self.open[name]

    def _read_names(self, model: type[Any], refs: set[str], **within: Any) -> None:
        missing = {ref for ref in refs if (model, ref) not in self.names}
        ids = {ref: UUID(ref) for ref in missing if _is_uuid(ref)}
        if ids:
            found = model.objects.filter(pk__in=ids.values(), **within).in_bulk()
            self.names |= {(model, ref): found.get(pk) for ref, pk in ids.items()}
        codes = missing - ids.keys()
        if codes and model is not Custody:
            by_code = {one.code: one for one in model.objects.filter(code__in=codes, **within)}
            self.names |= {(model, ref): by_code.get(ref) for ref in codes}

    def _parts(self, spot: Spot) -> tuple[Commodity, Fund, Custody | None, Custody | None]:
        """Commodity, fund, custody, payee; refused where one is unknown."""
        commodity, fund = self._named(Commodity, spot.commodity), self._named(Fund, spot.fund)
        custody = self._named(Custody, spot.custody) if spot.custody else None
        if spot.stage in rules.OUTSIDE_STAGES:
            return commodity, fund, None, custody
        if custody is None:
            raise Refused(Problem("custody_missing", "Say where “%(stage)s” lies: it needs a custody.", {"stage": spot.stage}))
        return commodity, fund, custody, None

    def _named(self, model: type, ref: str) -> Any:
        found = self.names.get((model, ref))
        if found is None:
            raise Refused(_unknown(model, ref))
        return found

    def _account_id(self, spot: Spot, parts: tuple[Commodity, Fund, Custody | None, Custody | None]) -> str:
        """Keyed, so that nobody can tell from outside what the account is."""
        commodity, fund, custody, payee = parts
        where = custody or payee
        return keyed_id(self.book.secret_key, "account", spot.stage, str(where.pk) if where else "", str(fund.pk), str(commodity.pk),
                        spot.batch, spot.proposal, spot.milestone)  # fmt: skip

    def _make(self, pk: UUID, spot: Spot, parts: tuple[Commodity, Fund, Custody | None, Custody | None]) -> Account:
        commodity, fund, custody, payee = parts
        milestone = _milestone(spot, commodity)
        return Account(
            id=pk, book=self.book, stage=spot.stage, custody=custody, custody_type=custody.type if custody else "", fund=fund,
            commodity=commodity, commodity_kind=commodity.kind, batch=spot.batch, payee=payee,
            proposal_id=milestone.proposal_id if milestone else None, milestone=milestone,
            floor=None if spot.stage in rules.NO_FLOOR_STAGES else 0, ceil=0 if spot.stage == rules.SHORT else None)  # fmt: skip

    def _read_openings(self, parts: list[tuple[Commodity, Fund, Custody | None, Custody | None]]) -> None:
        names = {name for commodity, fund, custody, _ in parts for name in (
            str(commodity.pk), fund.leaf_id, *([str(custody.pk), str(custody.settles_to_id)] if custody else []))} - self.open.keys()  # fmt: skip
        if names:
            found = set(Opening.objects.filter(book=self.book, of__in=names, name="name").values_list("of", flat=True))
            self.open |= {name: name in found for name in names}


@dataclass
class Draft:
    """What one entry brings: its new accounts, and what it opens in the log."""

    book: Book
    known: Known | None = None
    new: list[Account] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    commodities: list[core.CommodityOpening] = field(default_factory=list)
    funds: list[core.FundOpening] = field(default_factory=list)
    custodies: list[core.CustodyOpening] = field(default_factory=list)
    opened: list[core.AccountOpening] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known = self.known or Known(self.book)

    @property
    def is_used(self) -> bool:
        """Whether the entry opened anything; a draft that is unused serves the next entry."""
        return bool(self.new or self.openings or self.commodities or self.funds or self.custodies)


def find_account(draft: Draft, spot: Spot) -> Account:
    """Find the account, or open it in this entry."""
    found = draft.known.accounts.get(spot)
    if found is None:
        found, is_new = draft.known.account(spot)
        if is_new:
            draft.new.append(found)
            _open_in_log(draft, found, spot)
    return found


def _open_in_log(draft: Draft, account: Account, spot: Spot) -> None:
    """What a leaf must say the first time that it uses an account: the account and whatever it names."""
    if not draft.known.is_open(str(account.commodity_id)):
        commodity = account.commodity
        code = commodity.code if commodity.kind == "money" else ""
        draft.commodities.append(core.CommodityOpening(
            str(commodity.pk), commodity.kind, commodity.scale, code, commit_private(draft, str(commodity.pk), name=commodity.name)))  # fmt: skip
    _open_fund(draft, account.fund)
    if account.custody:
        open_custody(draft, account.custody)
    private = commit_private(draft, str(account.pk), batch=account.batch, payee=str(account.payee_id or ""))
    draft.opened.append(core.AccountOpening(
        str(account.pk), account.stage, str(account.custody_id or ""), account.fund.leaf_id, str(account.commodity_id),
        str(account.proposal_id or ""), spot.milestone if account.milestone else "", private))  # fmt: skip


def _open_fund(draft: Draft, fund: Fund) -> None:
    if draft.known.is_open(fund.leaf_id):
        return
    if fund.parent:
        _open_fund(draft, fund.parent)
    private = commit_private(draft, fund.leaf_id, name=fund.title)
    draft.funds.append(core.FundOpening(fund.leaf_id, fund.parent.leaf_id if fund.parent else "", private))


def open_custody(draft: Draft, custody: Custody) -> None:
    """Say what a custody is, once, and first the one that it settles to."""
    if draft.known.is_open(str(custody.pk)):
        return
    if custody.settles_to:
        open_custody(draft, custody.settles_to)
    private = commit_private(draft, str(custody.pk), name=custody.title or custody.ref)
    draft.custodies.append(core.CustodyOpening(str(custody.pk), custody.type, str(custody.settles_to_id or ""), private))


def commit_private(draft: Draft, of: str, **values: str) -> dict[str, str]:
    """Commit to each value under a fresh salt and keep the opening."""
    commitments = {}
    for name, value in values.items():
        if value:
            salt = new_salt(of, name)
            commitments[name] = core.commit(salt, of=of, name=name, value=value)
            draft.openings.append(Opening(book=draft.book, of=of, name=name, salt=salt.hex(), value=value))
            if name == "name":
                draft.known.open[of] = True
    return commitments


def new_salt(of: str, name: str) -> bytes:
    """32 fresh bytes for the commitment to one field.

    Random, and kept nowhere but in the opening: who erases the opening erases the meaning for ever. A salt derived from the book's
    secret could be made again by whoever holds that secret, so it could not be erased by itself; `salts_from` serves comparisons only.
    """
    return _salts.get()(of, name)


@contextmanager
def salts_from(source: SaltSource) -> Iterator[None]:
    """Take salts from `source(of, name)` for a while, so that two books of one history have one root."""
    token = _salts.set(source)
    try:
        yield
    finally:
        _salts.reset(token)


def _milestone(spot: Spot, commodity: Commodity) -> Milestone | None:
    if not spot.proposal:
        return None
    found = Milestone.objects.filter(proposal_id=spot.proposal, n=spot.milestone)
    milestone = found.filter(commodity=commodity).first() or found.first()
    if milestone is None:
        raise Refused(
            Problem(
                "milestone_unknown", "The proposal has no milestone “%(n)s” in %(code)s.", {"n": spot.milestone, "code": commodity.code}
            )
        )
    return milestone


def find_named(model: Any, ref: str, **within: Any) -> Any:
    """A row by id, or by code where it has one."""
    found = None
    if _is_uuid(ref):
        found = model.objects.filter(pk=ref, **within).first()
    elif model is not Custody:
        found = model.objects.filter(code=ref, **within).first()
    if found is None:
        raise Refused(_unknown(model, ref))
    return found


def _unknown(model: Any, ref: str) -> Problem:
    return Problem("name_unknown", "The book knows no %(what)s “%(asked)s”. Name it first.",
                   {"what": model._meta.verbose_name, "asked": ref})  # fmt: skip


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
