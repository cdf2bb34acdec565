"""Replay: what the entries add up to, and whether the next entry may follow them."""

from collections import ChainMap
from collections.abc import Container, Iterable, MutableMapping
from dataclasses import dataclass, field

from ..digest import digest_of
from ..problems import Problem, Refused
from . import rules
from .entries import AccountOpening, CommodityOpening, CustodyOpening, Entry, FundOpening, Ref, Transfer, check_shape
from .history import UNIDENTIFIED, History, check_history, take_in


@dataclass
class Balance:
    debits: int = 0
    credits: int = 0

    @property
    def net(self) -> int:
        return self.credits - self.debits


@dataclass
class Replay:
    """The book after some entries."""

    next_seq: int = 0
    ids: set[str] = field(default_factory=set)
    commodities: MutableMapping[str, CommodityOpening] = field(default_factory=dict)
    funds: MutableMapping[str, FundOpening] = field(default_factory=dict)
    custodies: MutableMapping[str, CustodyOpening] = field(default_factory=dict)
    accounts: MutableMapping[str, AccountOpening] = field(default_factory=dict)
    balances: dict[str, Balance] = field(default_factory=dict)
    rows: dict[Ref, Transfer] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)
    resolved: set[Ref] = field(default_factory=set)
    reversed_entries: set[int] = field(default_factory=set)
    corrected: dict[Ref, int] = field(default_factory=dict)
    history: History = field(default_factory=History)

    def custody_type(self, account: AccountOpening) -> str:
        return self.custodies[account.custody].type if account.custody else rules.NO_CUSTODY

    def rule_of(self, kind: str, *, row: Transfer) -> rules.FlatRule | None:
        """The rule under which `kind` may post this row between known accounts."""
        debit, credit = self.accounts[row.debit], self.accounts[row.credit]
        return rules.find_rule(
            kind, debit_stage=debit.stage, debit_custody_type=self.custody_type(debit), credit_stage=credit.stage,
            credit_custody_type=self.custody_type(credit), commodity_kind=self.commodities[debit.commodity].kind)  # fmt: skip


def replay(entries: Iterable[Entry], *, approved: Container[str] | None = None) -> Replay:
    """Fold all entries; raises Refused at the first that may not follow. `approved` as in `check_entry`."""
    book = Replay()
    for entry in entries:
        problems = check_entry(book, entry=entry, approved=approved)
        if problems:
            raise Refused(problem.at(f"entry {entry.seq}" + (f", {problem.where}" if problem.where else "")) for problem in problems)
        apply_entry(book, entry=entry)
    return book


def apply_entry(book: Replay, *, entry: Entry) -> None:
    """Take in an entry that was checked."""
    _open(book, entry)
    take_in(book, entry=entry)
    book.next_seq = entry.seq + 1
    book.ids.add(entry.id)
    book.entries[entry.seq] = entry
    if entry.reverses is not None:
        book.reversed_entries.add(entry.reverses)
    for line, row in enumerate(entry.rows, 1):
        book.rows[entry.seq, line] = row
        book.balances.setdefault(row.debit, Balance()).debits += row.amount
        book.balances.setdefault(row.credit, Balance()).credits += row.amount
        if row.resolves:
            book.resolved.add(row.resolves)
        if row.corrects:
            book.corrected[row.corrects] = book.corrected.get(row.corrects, 0) + row.amount


def check_entry(book: Replay, *, entry: Entry, approved: Container[str] | None = None) -> list[Problem]:
    """Every reason why `entry` may not come next. `approved`: ids of approved, unpaused proposals; None leaves approvals to the caller."""
    problems = check_shape(entry) or _check_identity(book, entry) or _check_openings(book, entry)
    if problems:
        return problems
    view = _with_openings(book, entry)
    for line, row in enumerate(entry.rows, 1):
        problems += [problem.at(f"row {line}") for problem in _check_row(view, entry, row, approved)]
    if not problems:
        problems = [*_check_whole(view, entry), *_check_floors(view, entry)]
    if not problems:
        problems = check_history(view, entry=entry, approved=approved)
    return problems


def trial_balance(book: Replay) -> dict[str, dict[str, str]]:
    """Commodity → stage → net of credits − debits as a decimal string; all stages of a commodity add up to 0."""
    sums: dict[str, dict[str, int]] = {}
    for account_id, balance in book.balances.items():
        account = book.accounts[account_id]
        stages = sums.setdefault(account.commodity, {})
        stages[account.stage] = stages.get(account.stage, 0) + balance.net
    return {commodity: {stage: str(net) for stage, net in stages.items()} for commodity, stages in sums.items()}


def trial_balance_digest(book: Replay) -> str:
    """What a `close` entry carries."""
    return digest_of(trial_balance(book))


def floor_and_ceiling(stage: str) -> tuple[int | None, int | None]:
    """The limits of credits − debits of an account: none outside, never below 0 inside, never above 0 for `short`."""
    return (None if stage in rules.NO_FLOOR_STAGES else 0, 0 if stage == rules.SHORT else None)


def _check_identity(book: Replay, entry: Entry) -> list[Problem]:
    problems = []
    if entry.seq != book.next_seq:
        problems.append(
            Problem(
                "entry_out_of_order", "Entry %(asked)s cannot follow; the next is %(next)s.", {"asked": entry.seq, "next": book.next_seq}
            )
        )
    if entry.id in book.ids:
        problems.append(Problem("entry_id_twice", "The id %(asked)s is already in the book.", {"asked": entry.id}))
    if bool(entry.rows) == (entry.kind in rules.KINDS_WITHOUT_ROWS):
        problems.append(
            Problem("entry_rows_wrong", "An entry of kind %(kind)s cannot have %(n)s rows.", {"kind": entry.kind, "n": len(entry.rows)})
        )
    return problems


def _check_openings(book: Replay, entry: Entry) -> list[Problem]:
    view = _with_openings(book, entry)
    doubled = [
        opening.id
        for new, old in (
            (entry.commodities, book.commodities), (entry.funds, book.funds),
            (entry.custodies, book.custodies), (entry.accounts, book.accounts))
        for opening in new
        if opening.id in old or [other.id for other in new].count(opening.id) > 1]  # fmt: skip
    problems = [Problem("opened_twice", "%(asked)s was opened before.", {"asked": name}) for name in doubled]
    for account in entry.accounts:
        known = (
            account.fund in view.funds
            and account.commodity in view.commodities
            and (not account.custody or account.custody in view.custodies)
        )
        if not known:
            problems.append(
                Problem(
                    "account_parts_unknown", "Account %(asked)s names a fund, commodity or custody that is not open.", {"asked": account.id}
                )
            )
        elif view.custody_type(account) not in rules.STAGE_CUSTODIES.get(account.stage, ()):
            problems.append(
                Problem(
                    "account_stage_wrong",
                    "Account %(asked)s cannot be at stage %(stage)s in such a custody.",
                    {"asked": account.id, "stage": account.stage},
                )
            )
        elif view.commodities[account.commodity].kind not in rules.STAGE_COMMODITIES[account.stage]:
            problems.append(
                Problem(
                    "account_commodity_wrong",
                    "Account %(asked)s cannot hold such a commodity at stage %(stage)s.",
                    {"asked": account.id, "stage": account.stage},
                )
            )
    return problems


def _check_row(book: Replay, entry: Entry, row: Transfer, approved: Container[str] | None) -> list[Problem]:
    if row.debit not in book.accounts or row.credit not in book.accounts:
        return [Problem("account_unknown", "The row names an account that is not open.")]
    debit, credit = book.accounts[row.debit], book.accounts[row.credit]
    rule = book.rule_of(entry.kind, row=row)
    if rule is None:
        return [Problem(
            "pair_not_allowed", "Nothing of kind %(kind)s may go from %(debit)s to %(credit)s here.",
            {"kind": entry.kind, "debit": debit.stage, "credit": credit.stage})]  # fmt: skip
    problems = []
    if debit.commodity != credit.commodity:
        problems.append(Problem("commodities_differ", "A row moves one commodity; these accounts hold two."))
    if debit.fund != credit.fund and not rule.fund_change:
        problems.append(Problem("funds_differ", "This kind of entry cannot move money or goods to another fund."))
    if entry.kind == "allocate" and debit.fund != UNIDENTIFIED and not _is_narrower(book, credit.fund, than=debit.fund):
        problems.append(
            Problem(
                "fund_not_narrower", "Money can be allocated only to a narrower fund. A wider or other use needs the stewards (reclass)."
            )
        )
    if rule.custody_change != rules.OUTSIDE and (debit.custody == credit.custody) != (rule.custody_change == rules.SAME):
        problems.append(
            Problem(
                "custody_wrong",
                "This kind of entry must %(change)s the custody.",
                {"change": "keep" if rule.custody_change == rules.SAME else "change"},
            )
        )
    missing = [need for need in sorted(rule.needs) if not _has(need, book, entry, row, approved)]
    return problems + [Problem(*_MISSING[need]) for need in missing]


def _is_open_hold(book: Replay, row: Transfer, ref: Ref) -> bool:
    hold = book.rows.get(ref)
    if hold is None or book.entries[ref[0]].kind != "hold" or ref[0] in book.reversed_entries or ref in book.resolved:
        return False
    return (hold.credit, hold.amount) == (row.debit, row.amount)


def _is_narrower(book: Replay, fund: str, *, than: str) -> bool:
    while fund and fund != than:
        fund = book.funds[fund].parent
    return fund == than


_MISSING = {
    rules.M: ("movement_missing", "The row needs a line of a statement or a numbered slip of that custody."),
    rules.P: ("second_person_missing", "The entry needs a second person who is not its author."),
    rules.Q: ("approval_missing", "The entry needs an approved proposal."),
    rules.R: ("milestone_missing", "The accounts must carry the milestone of the entry's approved proposal."),
    rules.T: ("target_wrong", "The money may only arrive at the proposal's target or where the custody settles to."),
    rules.L: ("lot_missing", "The row must name the gift that it returns."),
    rules.N: ("lot_not_wanted", "This entry brings a new gift, so it cannot name an older one."),
    rules.W: ("document_missing", "The entry needs its document: waybill, reason, order or evidence."),
    rules.F: ("proposal_missing", "The entry needs a filed proposal."),
    rules.V: ("hold_missing", "The row must resolve one hold line, whole and once."),
}


def _has(need: str, book: Replay, entry: Entry, row: Transfer, approved: Container[str] | None) -> bool:
    debit, credit = book.accounts[row.debit], book.accounts[row.credit]
    carried = {account.proposal for account in (debit, credit) if account.proposal}
    approval = bool(entry.proposal) and (approved is None or entry.proposal in approved)
    if need == rules.M:
        return bool(row.movement) or entry.batch is not None
    if need == rules.P:
        return bool(entry.second) and entry.second != entry.author
    if need == rules.Q:
        # Rows that the stewards fixed one by one may touch another proposal's accounts.
        return approval and (entry.kind != "release" or carried <= {entry.proposal})
    if need == rules.R:
        return approval and carried == {entry.proposal}
    if need == rules.T:
        settles = book.custodies[debit.custody].settles_to == credit.custody
        return settles or (approval and carried <= {entry.proposal})
    if need == rules.L:
        return row.lot is not None
    if need == rules.N:
        return row.lot is None or entry.kind == "bank_forced"
    if need == rules.W:
        return bool(entry.documents)
    if need == rules.F:
        return bool(entry.proposal) and carried == {entry.proposal}
    if need == rules.V:
        return row.resolves is not None and _is_open_hold(book, row, row.resolves)
    return True


def _check_whole(book: Replay, entry: Entry) -> list[Problem]:
    """Rules over all rows: fx pairs, whole reversals, corrections within their line, holds resolved once."""
    problems = []
    resolved = [row.resolves for row in entry.rows if row.resolves]
    if len(set(resolved)) < len(resolved):
        problems.append(Problem(*_MISSING[rules.V]))
    if entry.kind == "close" and entry.payload.get("balances") != trial_balance_digest(book):
        problems.append(Problem("close_balances_wrong", "The trial balance of the close is not that of the book."))
    if entry.kind == "fx" and not _is_exchange(book, entry):
        problems.append(
            Problem("fx_rows_wrong", "An exchange has exactly two rows, into and out of trading, in one fund and two currencies.")
        )
    if (entry.kind == "reverse") != (entry.reverses is not None) or (entry.reverses is not None and not _is_swapped(book, entry)):
        problems.append(Problem("reversal_wrong", "A reversal undoes one earlier entry, whole and once, every row swapped."))
    corrections: dict[Ref, int] = {}
    for row in entry.rows:
        if (row.corrects is not None) != (entry.kind == "correction"):
            problems.append(Problem("correction_wrong", "A correction, and nothing else, names the row that it corrects."))
        elif row.corrects is not None:
            line = book.rows.get(row.corrects)
            corrections[row.corrects] = corrections.get(row.corrects, 0) + row.amount
            taken = book.corrected.get(row.corrects, 0) + corrections[row.corrects]
            kind = book.entries[row.corrects[0]].kind if line else ""
            undone = row.corrects[0] in book.reversed_entries or kind not in rules.CORRECTABLE
            if line is None or undone or (line.debit, line.credit) != (row.credit, row.debit) or taken > line.amount:
                problems.append(Problem("correction_too_large", "Corrections take back parts of one row, swapped, and never more than it."))
    return problems


def _is_exchange(book: Replay, entry: Entry) -> bool:
    if len(entry.rows) != 2:
        return False
    into, out = entry.rows
    accounts = [book.accounts[account] for account in (into.debit, into.credit, out.debit, out.credit)]
    return (
        accounts[1].stage == accounts[2].stage == rules.TRADING
        and accounts[0].commodity != accounts[3].commodity
        and len({account.fund for account in accounts}) == 1
    )


def _is_swapped(book: Replay, entry: Entry) -> bool:
    original = book.entries.get(entry.reverses if entry.reverses is not None else -1)
    return (
        original is not None
        and original.kind in rules.REVERSIBLE
        and original.seq not in book.reversed_entries
        and not any(
            (original.seq, line) in book.resolved or (original.seq, line) in book.corrected for line in range(1, len(original.rows) + 1)
        )
        and [(row.debit, row.credit, row.amount) for row in entry.rows] == [(row.credit, row.debit, row.amount) for row in original.rows]
    )


def _check_floors(book: Replay, entry: Entry) -> list[Problem]:
    """After the whole entry no account may be below its floor or above its ceiling."""
    change: dict[str, int] = {}
    for row in entry.rows:
        change[row.debit] = change.get(row.debit, 0) - row.amount
        change[row.credit] = change.get(row.credit, 0) + row.amount
    problems = []
    for account_id, amount in change.items():
        before = book.balances.get(account_id, Balance()).net
        floor, ceiling = floor_and_ceiling(book.accounts[account_id].stage)
        if floor is not None and before + amount < floor:
            problems.append(
                Problem(
                    "balance_too_small",
                    "Account %(account)s has %(has)s; %(asked)s cannot leave it.",
                    {"account": account_id, "has": before, "asked": -amount},
                )
            )
        if ceiling is not None and before + amount > ceiling:
            problems.append(
                Problem(
                    "shortfall_too_small",
                    "Account %(account)s lacks only %(lacks)s; %(asked)s cannot be filled up.",
                    {"account": account_id, "lacks": -before, "asked": amount},
                )
            )
    return problems


def _with_openings(book: Replay, entry: Entry) -> Replay:
    """The book with what the entry opens, without changing the book."""
    view = Replay(**vars(book))
    view.commodities, view.funds = ChainMap({}, book.commodities), ChainMap({}, book.funds)
    view.custodies, view.accounts = ChainMap({}, book.custodies), ChainMap({}, book.accounts)
    _open(view, entry)
    return view


def _open(book: Replay, entry: Entry) -> None:
    book.commodities.update({opening.id: opening for opening in entry.commodities})
    book.funds.update({opening.id: opening for opening in entry.funds})
    book.custodies.update({opening.id: opening for opening in entry.custodies})
    book.accounts.update({opening.id: opening for opening in entry.accounts})
