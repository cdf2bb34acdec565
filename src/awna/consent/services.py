"""The only writers of consent: set the policy, file a proposal, decide, withdraw."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.core.digest import canonical_json, digest_of
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role

from .models import Decision, PolicyEpoch, Proposal

STEWARD = "steward"
PAYLOAD_BYTES_MAX = 60_000


@transaction.atomic
def set_policy(*, campaign: Campaign, required: int, author: Role | None = None, proposal: Proposal | None = None) -> PolicyEpoch:
    """Start a new policy epoch; epoch 0 is founded freely, each later one needs a proposal approved under the old one."""
    _lock(campaign)
    last = current_epoch(campaign)
    if required < 1:
        raise Refused(
            Problem("policy_needs_a_steward", "“%(asked)s” stewards cannot decide. Ask for at least one.", {"asked": required}, "required")
        )
    if last is not None and last.required == required:
        return last
    if last is not None:
        _refuse_unless_policy_change(proposal, campaign=campaign, required=required)
    return PolicyEpoch.objects.create(campaign=campaign, number=last.number + 1 if last else 0, required=required)


@transaction.atomic
def file_proposal(
    *, campaign: Campaign, purpose: str, payload: dict[str, Any], filed_by: Role, expires_on: date, request_id: str
) -> Proposal:
    """Put a payload before the stewards; the same request gives the first answer again."""
    epoch = _lock(campaign)
    body = canonical_json(payload)
    digest = digest_of({"purpose": purpose, "payload": payload, "expires_on": expires_on.isoformat(), "campaign": str(campaign.pk)})
    first = Proposal.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        if first.digest == digest:
            return first
        raise Refused(_conflict())
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
def decide(*, proposal: Proposal, steward: Role, choice: str, reason: str = "", request_id: str) -> Decision:
    """Record what one steward says. Approving and declining are final, and count once for each person."""
    _lock(proposal.campaign)
    # Locked and read again, so that a withdrawal or a second click cannot slip in between check and write.
    proposal = Proposal.objects.select_for_update().get(pk=proposal.pk)
    first = Decision.objects.filter(proposal=proposal, request_id=request_id).first()
    if first is not None:
        if (first.steward_id, first.choice, first.reason) == (steward.pk, choice, reason):
            return first
        raise Refused(_conflict())
    problems = _decision_problems(proposal, steward, choice, reason)
    if problems:
        raise Refused(problems)
    return Decision.objects.create(proposal=proposal, steward=steward, choice=choice, reason=reason, request_id=request_id)


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


def count_approvals(proposal: Proposal) -> int:
    """Distinct people, not roles: one person with two roles counts once."""
    return proposal.decisions.filter(choice=Decision.APPROVE).values("steward__user").distinct().count()


def is_approved(proposal: Proposal, *, on: date | None = None) -> bool:
    """Enough stewards of the proposal's epoch agreed, it was not withdrawn, and it has not expired on that day."""
    if Proposal.objects.filter(pk=proposal.pk, withdrawn_at__isnull=False).exists():
        return False
    return proposal.expires_on >= (on or timezone.localdate()) and count_approvals(proposal) >= proposal.epoch.required


def _lock(campaign: Campaign) -> PolicyEpoch | None:
    """One writer per campaign: its row is locked first, then its newest epoch is read."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    return current_epoch(campaign)


def _decision_problems(proposal: Proposal, steward: Role, choice: str, reason: str) -> list[Problem]:
    problems = []
    if choice not in dict(Decision.CHOICES):
        problems.append(
            Problem("choice_unknown", "“%(asked)s” is not a decision. Choose approve, ask or decline.", {"asked": choice}, "choice")
        )
    if steward.name != STEWARD or steward.campaign_id != proposal.campaign_id:
        problems.append(Problem("not_a_steward", "Only a steward of this campaign can decide. Ask one of them."))
    if proposal.withdrawn_at is not None:
        problems.append(Problem("proposal_withdrawn", "This proposal was withdrawn. File a new one if it is still needed."))
    if proposal.expires_on < timezone.localdate():
        problems.append(
            Problem("proposal_expired", "This proposal expired on %(expired)s. File it again.", {"expired": proposal.expires_on})
        )
    if choice in (Decision.ASK, Decision.DECLINE) and not reason.strip():
        problems.append(Problem("decision_needs_a_reason", "Say why, so that the others can answer.", {}, "reason"))
    same_person = proposal.decisions.filter(steward__user=steward.user_id).exclude(choice=Decision.ASK)
    if same_person.exists():
        problems.append(Problem("steward_has_decided", "You have decided on this proposal already. One person counts once."))
    return problems


def _refuse_unless_policy_change(proposal: Proposal | None, *, campaign: Campaign, required: int) -> None:
    fits = proposal is not None and proposal.campaign_id == campaign.pk and proposal.purpose == "policy"
    if not (fits and proposal is not None and proposal.content.get("required") == required and is_approved(proposal)):
        raise Refused(
            Problem(
                "policy_change_needs_consent",
                "The policy changes only when the stewards of the present policy approve a proposal for exactly this number.",
            )
        )


def _conflict() -> Problem:
    return Problem("request_already_used", "This form was sent before with other content. Reload the page and send it again.")
