"""Accounts of the book: what a caller calls a spot, found by its keyed id or opened, with what the log must then say."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from awna.core.digest import keyed_id
from awna.core.ledger import entries as core
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused

from ..models import Account, Book, Commodity, Custody, Fund, Milestone, Opening


@dataclass(frozen=True)
class Spot:
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


@dataclass(frozen=True)
class Row:
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


@dataclass
class Draft:
    """What one entry brings: its accounts (new ones apart), and what it opens in the log."""

    book: Book
    accounts: dict[str, Account] = field(default_factory=dict)
    new: list[Account] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    commodities: list[core.CommodityOpening] = field(default_factory=list)
    funds: list[core.FundOpening] = field(default_factory=list)
    custodies: list[core.CustodyOpening] = field(default_factory=list)
    opened: list[core.AccountOpening] = field(default_factory=list)


def find_account(draft: Draft, spot: Spot) -> Account:
    """Find the account, or open it: its id is keyed, so that nobody can tell from outside what it is."""
    book = draft.book
    commodity, fund = find_named(Commodity, spot.commodity), find_named(Fund, spot.fund, book=book)
    custody = find_named(Custody, spot.custody, book=book) if spot.custody else None
    outside = spot.stage in rules.OUTSIDE_STAGES
    payee, custody = (custody, None) if outside else (None, custody)
    if custody is None and not outside:
        raise Refused(Problem("custody_missing", "Say where “%(stage)s” lies: it needs a custody.", {"stage": spot.stage}))
    account_id = keyed_id(book.secret_key, "account", spot.stage, str((custody or payee).pk) if custody or payee else "", str(fund.pk),
                          str(commodity.pk), spot.batch, spot.proposal, spot.milestone)  # fmt: skip
    if account_id in draft.accounts:
        return draft.accounts[account_id]
    found = Account.objects.filter(pk=account_id).select_related("commodity", "fund", "custody").first()
    if found is None:
        milestone = _milestone(spot, commodity)
        found = Account(
            id=UUID(account_id), book=book, stage=spot.stage, custody=custody, custody_type=custody.type if custody else "", fund=fund,
            commodity=commodity, commodity_kind=commodity.kind, batch=spot.batch, payee=payee,
            proposal_id=milestone.proposal_id if milestone else None, milestone=milestone,
            floor=None if spot.stage in rules.NO_FLOOR_STAGES else 0, ceil=0 if spot.stage == rules.SHORT else None)  # fmt: skip
        draft.new.append(found)
        _open_in_log(draft, found, spot)
    draft.accounts[account_id] = found
    return found


def _open_in_log(draft: Draft, account: Account, spot: Spot) -> None:
    """What a leaf must say the first time that it uses an account: the account and whatever it names."""
    if not _is_open(draft, str(account.commodity_id)):
        commodity = account.commodity
        code = commodity.code if commodity.kind == "money" else ""
        draft.commodities.append(core.CommodityOpening(
            str(commodity.pk), commodity.kind, commodity.scale, code, commit_private(draft, str(commodity.pk), name=commodity.name)))  # fmt: skip
    _open_fund(draft, account.fund)
    if account.custody:
        _open_custody(draft, account.custody)
    private = commit_private(draft, str(account.pk), batch=account.batch, payee=str(account.payee_id or ""))
    draft.opened.append(core.AccountOpening(
        str(account.pk), account.stage, str(account.custody_id or ""), account.fund.leaf_id, str(account.commodity_id),
        str(account.proposal_id or ""), spot.milestone if account.milestone else "", private))  # fmt: skip


def _open_fund(draft: Draft, fund: Fund) -> None:
    if _is_open(draft, fund.leaf_id):
        return
    if fund.parent:
        _open_fund(draft, fund.parent)
    private = commit_private(draft, fund.leaf_id, name=fund.title)
    draft.funds.append(core.FundOpening(fund.leaf_id, fund.parent.leaf_id if fund.parent else "", private))


def _open_custody(draft: Draft, custody: Custody) -> None:
    if _is_open(draft, str(custody.pk)):
        return
    if custody.settles_to:
        _open_custody(draft, custody.settles_to)
    private = commit_private(draft, str(custody.pk), name=custody.title or custody.ref)
    draft.custodies.append(core.CustodyOpening(str(custody.pk), custody.type, str(custody.settles_to_id or ""), private))


def _is_open(draft: Draft, name: str) -> bool:
    return any(opening.of == name for opening in draft.openings) or Opening.objects.filter(book=draft.book, of=name, name="name").exists()


def commit_private(draft: Draft, of: str, **values: str) -> dict[str, str]:
    """Commit to each value under a fresh salt and keep the opening."""
    commitments = {}
    for name, value in values.items():
        if value:
            salt = secrets.token_bytes(core.SALT_BYTES)
            commitments[name] = core.commit(salt, of=of, name=name, value=value)
            draft.openings.append(Opening(book=draft.book, of=of, name=name, salt=salt.hex(), value=value))
    return commitments


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
    try:
        found = model.objects.filter(pk=ref, **within).first()
    except (ValidationError, ValueError):
        found = model.objects.filter(code=ref, **within).first() if model is not Custody else None
    if found is None:
        raise Refused(Problem("name_unknown", "The book knows no %(what)s “%(asked)s”. Name it first.",
                              {"what": model._meta.verbose_name, "asked": ref}))  # fmt: skip
    return found
