"""A proposal as the log sees it: canonical form, milestones, what the policy asks for it, and who of the stewards approved exactly that."""

import json
import secrets
from dataclasses import replace
from datetime import date, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_date

from awna.consent import services as consent
from awna.consent.models import Decision, Proposal, Suspension
from awna.core.consent import measures, quorum
from awna.core.consent import policy as core_policy
from awna.core.consent import proposal as core_proposal
from awna.core.digest import canonical_json, digest_of, sha256
from awna.core.ledger import entries as core
from awna.core.ledger import rules
from awna.core.problems import Problem, Refused

from ..models import Book, Checkpoint, Commodity, Custody, Entry, Fund, Milestone, Opening
from ..refusals import refusal
from .accounts import Draft, Spot, find_account, find_named


def milestones_of(book: Book, proposal: Proposal) -> list[Milestone]:
    """The payload's milestones, not yet saved. Refused where the payload names what the book does not know."""
    content = proposal.content
    if not content.get("milestones"):
        return []
    payee = find_named(Custody, content.get("payee", ""), book=book)
    return [
        Milestone(
            book=book, proposal=proposal, n=str(item["n"]), custody=find_named(Custody, item["custody"], book=book),
            fund=find_named(Fund, item["fund"], book=book), commodity=find_named(Commodity, item["commodity"]), ceiling=int(item["ceiling"]),
            payee=payee, evidence=canonical_json(sorted(item.get("evidence") or [])).decode(),
            earliest=parse_date(item.get("earliest") or "") or timezone.localdate(proposal.filed_at))
        for item in content["milestones"]
    ]  # fmt: skip


def canonical_proposal(book: Book, proposal: Proposal) -> tuple[core_proposal.Proposal, Opening | None]:
    """What goes into the log, and the opening of its payee."""
    payee, opening, target = "", None, ""
    custody_id = str(proposal.content.get("payee") or "")
    if custody_id:
        salt = secrets.token_bytes(core.SALT_BYTES)
        payee = core.commit(salt, of=str(proposal.pk), name="payee", value=custody_id)
        opening = Opening(book=book, of=str(proposal.pk), name="payee", salt=salt.hex(), value=custody_id)
        if find_named(Custody, custody_id, book=book).type in rules.PURSES:
            target = custody_id  # a purse of the campaign is no secret: what is sent must arrive there
    draft = Draft(book)
    rows = tuple(
        core_proposal.ExactRow(
            str(find_account(draft, Spot(**row["debit"])).pk), str(find_account(draft, Spot(**row["credit"])).pk), int(row["amount"]))
        for row in proposal.content.get("rows", []))  # fmt: skip
    policy = policy_in_force(book)
    seen = Checkpoint.objects.filter(book=book).order_by("-size").first()
    value = core_proposal.Proposal(
        book=str(book.pk), id=str(proposal.pk), purpose=proposal.purpose, policy=core_policy.policy_digest(policy),
        expiry=proposal.expires_on.isoformat(), nonce=sha256(book.secret_key + proposal.pk.bytes)[:16].hex(), payee=payee, target=target,
        least_arrival=int(proposal.content.get("least_arrival") or 0),
        milestones=tuple(
            core_proposal.Milestone(
                m.n, str(m.custody_id), m.fund.leaf_id, str(m.commodity_id), m.ceiling, tuple(m.evidence_kinds), m.earliest.isoformat())
            for m in Milestone.objects.filter(proposal=proposal).select_related("fund").order_by("n")),
        rows=rows, documents=tuple(proposal.content.get("documents", [])), seen=(seen.size, seen.root) if seen else None,
        payload={} if rows or proposal.content.get("milestones") else proposal.content.get("payload", proposal.content))  # fmt: skip
    problems = core_proposal.check_proposal(value, policy=policy, today=timezone.localdate(proposal.filed_at).isoformat())
    if problems:
        raise Refused(problems)
    return value, opening


def bind(book: Book, proposal: Proposal, value: core_proposal.Proposal) -> None:
    """Say once what keys sign for this proposal, how many must, and from which day it may be carried out; the guards read it."""
    policy, filed_on = policy_in_force(book), timezone.localdate(proposal.filed_at)
    need = quorum.needed(policy, proposal=value)
    wait = 0
    if proposal.purpose == "policy":
        wait = policy.rules.recovery_wait if need.by_paper else policy.rules.change_wait
    consent.bind_proposal(
        proposal=proposal, signs=core_proposal.proposal_digest(value), required=need.k, offices=need.offices,
        cool_down=policy.rules.cool_down if value.milestones else 0, by_paper=need.by_paper,
        not_before=filed_on + timedelta(days=wait) if wait else None)  # fmt: skip


def approving_decisions(book: Book, proposal: Proposal, *, kind: str, on: date) -> tuple[core.Decision, ...]:
    """The yes of each steward of the policy in force, with signatures. Refused when those who agreed are not (enough) stewards of that
    policy, when an entry of tomorrow is asked, while waiting days run, and for ever when somebody was forced to agree.
    """
    memo = Entry.objects.filter(book=book, kind="memo", proposal=proposal).order_by("seq").first()
    if memo is None:
        return ()
    filed, policy = json.loads(bytes(memo.leaf))["payload"]["proposal"], policy_in_force(book)
    if filed["policy"] != core_policy.policy_digest(policy):
        raise Refused(consent.older_policy())
    _refuse_early(proposal, kind=kind, on=on)
    digest, yes = digest_of(filed), consent.counting_decisions(proposal, on=on)
    found = [decision for decision in yes if str(decision.steward_id) in policy.stewards]
    if len(yes) >= consent.required_of(proposal) > len(found):
        raise Refused(
            Problem(
                "stewards_not_in_policy", "Some who approved became stewards after the book was opened. The policy must name them first."
            )
        )
    said = _stewards_in_log(book, proposal)
    return tuple(_leaf_decision(one, proposal, digest) for one in found if str(one.steward_id) not in said)


def _stewards_in_log(book: Book, proposal: Proposal) -> set[str]:
    """Whose yes stands in the log already: milestones may be released in several entries, and each yes is said once."""
    earlier = Entry.objects.filter(book=book, proposal=proposal).exclude(kind__in=("hold", "pay", "void", "order"))
    leaves = [json.loads(bytes(leaf)) for leaf in earlier.values_list("leaf", flat=True)]
    return {one["steward"] for leaf in leaves for one in leaf.get("decisions", ())}


def suspensions_of(book: Book) -> list[measures.Suspension]:
    """Every suspension that the book holds."""
    return [
        measures.Suspension(one.key.fingerprint, str(one.by_id), one.since.isoformat(), one.until.isoformat())
        for one in Suspension.objects.filter(key__campaign=book.campaign).select_related("key")
    ]


def _refuse_early(proposal: Proposal, *, kind: str, on: date) -> None:
    """Marks are opened only when everything else allows the entry: before that, a forced yes looks like every other."""
    state = consent.state_of(proposal, on=on)
    if on > timezone.localdate() and proposal.epoch.keyed:
        raise Refused(Problem("entry_of_tomorrow", "What rests on the stewards is dated today at the latest, not %(day)s.", {"day": on}))
    if proposal.epoch.keyed and state.ready_on is None:
        raise Refused(refusal("proposal_not_approved"))
    if kind == "release" and state.state == "cooling" and proposal.cool_down:
        raise Refused(refusal("release_is_cooling"))
    open_now = state.state in ("ready", "held") or not (proposal.cool_down or proposal.not_before)
    if open_now and (proposal.held_at is not None or consent.was_forced(proposal)):
        raise Refused(Problem("proposal_is_held", "This proposal is held: a steward may have been forced to agree. Speak to each other."))


def _leaf_decision(decision: Decision, proposal: Proposal, digest: str) -> core.Decision:
    day = decision.decided_on or timezone.localdate(decision.decided_at)
    said = core.Decision(str(decision.steward_id), str(proposal.pk), digest, day.isoformat())
    if decision.key is None:
        return said
    return replace(
        said, key=decision.key.fingerprint, nonce=decision.nonce, signature=decision.signature, auth=decision.auth, client=decision.client
    )


def policy_in_force(book: Book) -> core_policy.Policy:
    entry = Entry.objects.filter(book=book, kind="policy").order_by("-seq").first()
    if entry is None:
        raise Refused(Problem("book_not_founded", "The book has not been opened with its policy. Invite the stewards first."))
    return core_policy.read_policy(json.loads(bytes(entry.leaf))["payload"])
