"""Policies and proposals: set an epoch, file what the stewards are asked, bind it to what stands in the log, withdraw it."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.core.consent.policy import Policy
from awna.core.consent.rules import rules_value
from awna.core.digest import canonical_json, digest_of
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role

from ..models import EpochKey, EpochSteward, PolicyEpoch, Proposal, StewardKey
from .states import is_approved

STEWARD = "steward"
HOUSEHOLD = "household "
"""Before a household's name, so that no name can be taken for a person."""
PAYLOAD_BYTES_MAX = 60_000


@transaction.atomic
def set_policy(
    *, campaign: Campaign, required: int, author: Role | None = None, proposal: Proposal | None = None, policy: Policy | None = None
) -> PolicyEpoch:
    """Start a new policy epoch; epoch 0 is founded freely, each later one needs a proposal approved under the old one.

    `policy`: what the book's entry says, with its stewards, rules and keys.
    """
    lock_campaign(campaign)
    last = current_epoch(campaign)
    if required < 1:
        raise Refused(
            Problem("policy_needs_a_steward", "“%(asked)s” stewards cannot decide. Ask for at least one.", {"asked": required}, "required")
        )
    if last is not None and last.required == required and policy is None:
        return last
    if last is not None:
        _refuse_unless_policy_change(proposal, campaign=campaign, required=required)
    epoch = PolicyEpoch.objects.create(
        campaign=campaign, number=last.number + 1 if last else 0, required=required, keyed=bool(policy and policy.keys),
        rules=canonical_json(rules_value(policy.rules)).decode() if policy else "", entered_on=timezone.localdate() if policy else None,
        proposal=proposal if last is not None else None)  # fmt: skip
    if policy is not None:
        _name_stewards(epoch, policy)
    return epoch


def _name_stewards(epoch: PolicyEpoch, policy: Policy) -> None:
    """The stewards of an epoch, with households and offices, and its keys."""
    households, offices = dict(policy.rules.households), dict(policy.rules.offices)
    for steward in policy.stewards:
        household = f"{HOUSEHOLD}{households[steward]}" if steward in households else ""
        EpochSteward.objects.create(epoch=epoch, steward_id=steward, household=household, office=offices.get(steward, ""))
    for key in policy.keys:
        EpochKey.objects.create(epoch=epoch, key=StewardKey.objects.get(campaign=epoch.campaign_id, fingerprint=key.id))


@transaction.atomic
def bind_proposal(
    *, proposal: Proposal, signs: str, required: int, offices: int = 0, cool_down: int = 0, not_before: date | None = None,
    by_paper: bool = False,
) -> Proposal:  # fmt: skip
    """Say, once, what keys sign and what the policy asks for it: called by the book when the proposal stands in its log."""
    if proposal.signs:
        return proposal
    proposal.signs, proposal.required, proposal.offices = signs, required, offices
    proposal.cool_down, proposal.not_before, proposal.by_paper = cool_down, not_before, by_paper
    proposal.save(update_fields=["signs", "required", "offices", "cool_down", "not_before", "by_paper"])
    return proposal


@transaction.atomic
def file_proposal(
    *, campaign: Campaign, purpose: str, payload: dict[str, Any], filed_by: Role, expires_on: date, request_id: str
) -> Proposal:
    """Put a payload before the stewards; the same request gives the first answer again."""
    epoch = lock_campaign(campaign)
    body = canonical_json(payload)
    digest = digest_of({"purpose": purpose, "payload": payload, "expires_on": expires_on.isoformat(), "campaign": str(campaign.pk)})
    first = Proposal.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        if first.digest == digest:
            return first
        raise Refused(conflict())
    if epoch is None:
        raise Refused(Problem("campaign_has_no_policy", "No policy says how many stewards decide. Set it first: awna setup asks for it."))
    if filed_by.campaign_id != campaign.pk:
        raise Refused(Problem("role_of_another_campaign", "This role belongs to another campaign. Sign in with a role of this one."))
    if expires_on < timezone.localdate():
        raise Refused(
            Problem(
                "proposal_expires_in_the_past",
                "The proposal would expire on %(asked)s, which has passed. Choose a later day.",
                {"asked": expires_on},
                "expires_on",
            )
        )
    if len(body) > PAYLOAD_BYTES_MAX:
        raise Refused(Problem("proposal_too_large", "The proposal is longer than the log can hold. Split it."))
    return Proposal.objects.create(
        campaign=campaign, epoch=epoch, purpose=purpose, payload=body.decode(), digest=digest,
        expires_on=expires_on, filed_by=filed_by, request_id=request_id)  # fmt: skip


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, author: Role) -> Proposal:
    """Take a proposal back; only the role that filed it or a steward may, and nothing more can be posted under it."""
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if author.campaign_id != proposal.campaign_id or (author.pk != proposal.filed_by_id and author.name != STEWARD):
        raise Refused(Problem("not_your_proposal", "Only the person who filed this proposal, or a steward, can withdraw it."))
    if proposal.withdrawn_at is None:
        proposal.withdrawn_at = timezone.now()
        proposal.save(update_fields=["withdrawn_at"])
    return proposal


def current_epoch(campaign: Campaign) -> PolicyEpoch | None:
    return PolicyEpoch.objects.filter(campaign=campaign).order_by("-number").first()


def lock_campaign(campaign: Campaign) -> PolicyEpoch | None:
    """One writer per campaign: its row is locked first, then its newest epoch is read."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    return current_epoch(campaign)


def _refuse_unless_policy_change(proposal: Proposal | None, *, campaign: Campaign, required: int) -> None:
    fits = proposal is not None and proposal.campaign_id == campaign.pk and proposal.purpose == "policy"
    if not (fits and proposal is not None and proposal.content.get("required") == required and is_approved(proposal)):
        raise Refused(
            Problem(
                "policy_change_needs_consent",
                "The policy changes only when the stewards of the present policy approve a proposal for exactly this number.",
            )
        )


def conflict() -> Problem:
    return Problem("request_already_used", "This form was sent before with other content. Reload the page and send it again.")


def is_of_older_policy(proposal: Proposal) -> bool:
    """Whether the stewards' rules changed since it was filed: nobody can agree to it any more."""
    return PolicyEpoch.objects.filter(campaign=proposal.campaign_id, number__gt=proposal.epoch.number).exists()


def older_policy() -> Problem:
    return Problem("proposal_of_older_policy", "The stewards changed since this was proposed. File it again under the new policy.")
