"""A small book with every rule of the owner's key, for attacks: what the pure rules say of an act, and the entry that does it anyway."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from awna.core.consent import measures, quorum
from awna.core.consent.measures import Pause, Suspension, is_barred, is_paused
from awna.core.consent.policy import PAPER, Policy, policy_digest, policy_payload
from awna.core.consent.proposal import Milestone, Proposal, check_proposal, proposal_digest, proposal_value
from awna.core.consent.quorum import check_caps, check_decision, ready_on
from awna.core.consent.rules import Band, Cap, Rules
from awna.core.consent.signatures import approval_challenge, check_signed
from awna.core.ledger.entries import CommodityOpening, CustodyOpening, Decision, Entry, FundOpening, Transfer
from tests.authenticator import Authenticator, founded, keyring
from tests.core.ledger.story import BOOK, NONCE, ORIGIN, account, dump_of

STEWARDS = ("salma", "selim", "sami", "sara")
"""Salma and Selim live in one household; Salma and Sara hold one office."""
RULES = Rules(
    bands=(Band("EUR", 2, upto=50_000), Band("EUR", 3, offices=2)),
    caps=(Cap("EUR", 90_000),),
    offices=(("salma", "site"), ("sami", "treasury"), ("sara", "site"), ("selim", "clinic")),
    households=(("salma", "hill"), ("selim", "hill")),
    cool_down=2,
    change_wait=7,
)
POLICY = founded(Policy(BOOK, ORIGIN, 2, STEWARDS, rules=RULES), keyring(*STEWARDS))
EXT, FREE = account("ext"), account("free", custody="bank-1")
EXPIRY = "2026-06-30"


def passkey(steward: str, **changes: object) -> Authenticator:
    return Authenticator(steward, **changes)


def paper(steward: str) -> Authenticator:
    return Authenticator(steward, PAPER)


def succeeding(old: Policy = POLICY, *, swap: Iterable[Authenticator] = (), **changes: object) -> Policy:
    """The next policy; the keys of `swap` replace those of the same steward and kind."""
    new = {(one.steward, one.kind): one.key for one in swap}
    keys = tuple(new.get((key.steward, key.kind), key) for key in old.keys)
    return replace(old, **{"epoch": old.epoch + 1, "keys": keys, "founding": (), "by": "", **changes})


@dataclass
class Filed:
    proposal: Proposal
    on: str
    decisions: list[Decision] = field(default_factory=list)


class Keyed:
    """Posts whatever it is told; `problems` collects what the pure rules say against it, as the site would before posting."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy, self.entries, self.filed, self.problems = policy, list[Entry](), dict[str, Filed](), list[str]()
        self.suspensions, self.pauses, self.released = list[Suspension](), dict[int, Pause](), Counter[tuple[str, str]]()
        self.opened: set[str] = set()
        self.post(
            "policy", payload=policy_payload(policy), author="salma", commodities=(CommodityOpening("EUR", "money", 2, "EUR"),),
            funds=(FundOpening("general"),), custodies=(CustodyOpening("bank-1", "bank"),))  # fmt: skip
        self.post("gift", (EXT, FREE, 500_000, {"movement": "line-1"}))

    def post(self, kind: str, *rows: tuple, on: str = "2026-03-01", author: str = "karim", **fields: object) -> Entry:
        new = {one.id: one for row in rows for one in row[:2] if one.id not in self.opened}
        self.opened |= new.keys()
        seq, transfers = (
            len(self.entries),
            tuple(Transfer(row[0].id, row[1].id, row[2], **(row[3] if len(row) > 3 else {})) for row in rows),
        )
        entry = Entry(seq, f"entry-{seq}", kind, on, author, rows=transfers, accounts=tuple(new.values()), **fields)
        self.entries.append(entry)
        return entry

    def ask(self, name: str, amount: int = 0, *, on: str = "2026-03-02", purpose: str = "release", **fields: object) -> Proposal:
        """File a proposal: to pay so much, or with this payload."""
        if amount:
            fields["milestones"] = (Milestone("1", "bank-1", "general", "EUR", amount),)
        fields = {"book": BOOK, "policy": policy_digest(self.policy)} | fields
        proposal = Proposal(id=name, purpose=purpose, expiry=EXPIRY, nonce=NONCE, **fields)
        self.problems += [one.code for one in check_proposal(proposal, policy=self.policy, today=on)]
        self.filed[name] = Filed(proposal, on)
        self.post("memo", on=on, proposal=name, payload={"about": "proposal", "proposal": proposal_value(proposal)})
        return proposal

    def yes(self, name: str, *signers: Authenticator, on: str = "2026-03-03", of: str = "", **changes: str) -> tuple[Decision, ...]:
        """Their decisions on a proposal; `of`: they signed that other digest."""
        digest = proposal_digest(self.filed[name].proposal)
        said = [Decision(one.steward, name, digest, on, **one.approve(of or digest)) for one in signers]
        return tuple(replace(one, **changes) for one in said)

    def judge(self, name: str, decisions: Iterable[Decision], *, on: str) -> None:
        """What the pure rules say against carrying this out on that day with these decisions."""
        filed = self.filed[name]
        if self.filed[name].proposal.policy != policy_digest(self.policy):
            self.problems.append("policy_not_in_force")
        for one in decisions:
            said = _core(one)
            found = check_decision(
                said, policy=self.policy, proposal=filed.proposal, earlier=map(_core, filed.decisions), suspensions=self.suspensions
            )
            key = self.policy.key_of(one.key)
            challenge = approval_challenge(proposal_digest(filed.proposal), nonce=bytes.fromhex(one.nonce))
            found += check_signed(vars(one), key=key, challenge=challenge) if key else []
            self.problems += [problem.code for problem in found] + ["key_suspended"] * is_barred(
                one.key, on=on, suspensions=self.suspensions
            )
            filed.decisions.append(one)
        counted = map(_core, filed.decisions)
        ready = ready_on(self.policy, proposal=filed.proposal, decisions=counted, filed_on=filed.on, suspensions=self.suspensions)
        said_today = quorum.is_approved(
            self.policy, proposal=filed.proposal, decisions=map(_core, filed.decisions), today=on, suspensions=self.suspensions
        )
        self.problems += ["not_enough"] * (not ready or not said_today) + ["too_early"] * bool(ready and on < ready)
        if filed.proposal.purpose not in measures.PURPOSES_WHILE_PAUSED and is_paused(self.pauses.values(), on=on):
            self.problems.append("paused")

    def pay_out(self, name: str, decisions: tuple[Decision, ...], *, on: str = "2026-03-05") -> Entry:
        """Hold and release the first milestone."""
        amount = self.filed[name].proposal.milestones[0].ceiling
        self.judge(name, decisions, on=on)
        before = {"EUR": self.released[on, "EUR"]}
        self.problems += [one.code for one in check_caps(self.policy, released=before, asked={"EUR": amount})]
        self.released[on, "EUR"] += amount
        held, released = (account(stage, custody="bank-1", proposal=name, milestone="1") for stage in ("held", "released"))
        hold = self.post("hold", (FREE, held, amount), on="2026-03-02", proposal=name)
        return self.post(
            "release", (held, released, amount, {"resolves": (hold.seq, 1)}), on=on, proposal=name, decisions=decisions)  # fmt: skip

    def renew(self, name: str, decisions: tuple[Decision, ...], new: Policy, *, on: str) -> Entry:
        self.judge(name, decisions, on=on)
        self.policy = new
        return self.post("policy", on=on, proposal=name, payload=policy_payload(new), decisions=decisions)

    def state(self, payload: dict, signer: Authenticator, *, on: str) -> Entry:
        """A memo that one steward signs alone."""
        return self.post("memo", on=on, payload=measures.sealed_payload(payload, seal=signer.state(payload)))

    def suspend(self, target: Authenticator, by: Authenticator, *, on: str, until: str, steward: str = "") -> Entry:
        asked = Suspension(target.key.id, steward or by.steward, on, until)
        found = measures.check_suspension(self.policy, asked=asked, earlier=self.suspensions, sealed_by=by.key.id)
        self.problems += [problem.code for problem in found]
        self.suspensions.append(asked)
        return self.state(measures.suspend_payload(asked, book=BOOK), by, on=on)

    def pause(self, by: Authenticator, *, on: str, until: str) -> Entry:
        asked = Pause(by.steward, on, until)
        found = measures.check_pause(
            self.policy, asked=asked, earlier=self.pauses.values(), suspensions=self.suspensions, sealed_by=by.key.id
        )
        self.problems += [problem.code for problem in found]
        self.pauses[len(self.entries)] = asked
        return self.state(measures.pause_payload(asked, book=BOOK), by, on=on)

    def resume(self, name: str, decisions: tuple[Decision, ...], *, pause: int, on: str) -> Entry:
        self.judge(name, decisions, on=on)
        self.pauses[pause] = replace(self.pauses[pause], ended=True)
        return self.post("memo", on=on, proposal=name, payload=measures.resume_payload(pause), decisions=decisions)

    def decline(self, name: str, by: Authenticator, *, on: str) -> Entry:
        filed = self.filed[name]
        no = quorum.Decision(by.steward, proposal_digest(filed.proposal), on, approves=False, key=by.key.id)
        found = check_decision(
            no, policy=self.policy, proposal=filed.proposal, earlier=map(_core, filed.decisions), suspensions=self.suspensions
        )
        self.problems += [problem.code for problem in found]
        self.problems += ["key_suspended"] * is_barred(by.key.id, on=on, suspensions=self.suspensions)
        self.problems += ["policy_not_in_force"] * (filed.proposal.policy != policy_digest(self.policy))
        filed.decisions.append(Decision(by.steward, name, no.digest, on))
        return self.state(measures.declined_payload(book=BOOK, steward=by.steward, proposal=name, date=on), by, on=on)

    @property
    def dump(self) -> bytes:
        return dump_of(self.entries)


def _core(one: Decision) -> quorum.Decision:
    return quorum.Decision(one.steward, one.digest, one.date, approves=bool(one.key), key=one.key)
