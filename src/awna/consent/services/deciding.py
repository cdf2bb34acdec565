"""A steward's word on a proposal: checked, with the signature of her key where the book has keys, and written once."""

import base64

from django.db import transaction
from django.utils import timezone

from awna.core.consent.paper import read_answer
from awna.core.consent.policy import PAPER
from awna.core.consent.signatures import approval_challenge
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role

from ..models import Decision, Nonce, Proposal, StewardKey
from .private import check_pin, is_interested, mark
from .proposals import STEWARD, conflict, lock_campaign, older_policy
from .signing import APPROVE, Signed, digest_to_sign, find_key, nonce_of, refuse_dead_key, verify


@transaction.atomic
def decide(
    *, proposal: Proposal, steward: Role, choice: str, reason: str = "", request_id: str, signed: Signed | None = None, pin: str = ""
) -> Decision:
    """Record what one steward says. Approving and declining are final, and count once for each person.

    In a book with keys a yes is `signed` by one of the steward's keys that the policy names, for exactly what the log holds.
    """
    in_force = lock_campaign(proposal.campaign)
    # Locked and read again, so that a withdrawal or a second click cannot slip in between check and write.
    proposal = Proposal.objects.select_for_update(of=("self",)).select_related("epoch").get(pk=proposal.pk)
    first = Decision.objects.filter(proposal=proposal, request_id=request_id).first()
    if first is not None:
        if (first.steward_id, first.choice, first.reason) == (steward.pk, choice, reason):
            return first
        raise Refused(conflict())
    problems = _decision_problems(proposal, steward, choice, reason)
    if choice == Decision.APPROVE and in_force is not None and proposal.epoch_id != in_force.pk:
        problems.append(older_policy())  # it could release nothing, and would look as if it could
    if problems:
        raise Refused(problems)
    key = _signing_key(proposal, steward, signed) if choice == Decision.APPROVE and proposal.epoch.keyed else None
    on_paper = key is not None and key.kind == PAPER
    forced = check_pin(steward, pin) if choice == Decision.APPROVE and not on_paper else None
    more = (
        {"key": key, "nonce": signed.nonce, "signature": signed.signature, "auth": signed.auth, "client": signed.client}
        if key and signed
        else {}
    )
    decision = Decision.objects.create(
        proposal=proposal, steward=steward, choice=choice, reason=reason, request_id=request_id, decided_on=timezone.localdate(),
        digest=digest_to_sign(proposal), **more)  # fmt: skip
    if forced is not None:
        mark(decision, forced=forced)
    return decision


@transaction.atomic
def take_paper_answer(*, campaign: Campaign, text: str, request_id: str) -> Decision:
    """The answer that a paper key gave on some device without a network: found by what it names, checked like every other yes."""
    answer = read_answer(text)
    key = (
        StewardKey.objects.filter(campaign=campaign, kind=PAPER, fingerprint__startswith=answer.key_start).select_related("steward").first()
    )
    if key is None:
        raise Refused(
            Problem("key_unknown", "No steward of this campaign has the key that gave this answer. Check the text for a mistake.")
        )
    nonce = Nonce.objects.filter(
        steward=key.steward, nonce=answer.nonce.hex(), about__startswith=f"{APPROVE}:{answer.digest_start}"
    ).first()
    if nonce is None:
        raise Refused(
            Problem("nonce_unknown", "This answer belongs to no sheet that was printed here for this steward. Print the sheet again.")
        )
    digest = nonce.about.partition(":")[2]
    found = list(Proposal.objects.filter(campaign=campaign, withdrawn_at=None, signs=digest)) or list(
        Proposal.objects.filter(campaign=campaign, withdrawn_at=None, signs="", digest=digest)
    )
    if not found:
        raise Refused(Problem("proposal_withdrawn", "This proposal was withdrawn. File a new one if it is still needed."))
    signed = Signed(key.fingerprint, answer.nonce.hex(), base64.b64encode(answer.signature).decode())
    return decide(proposal=found[0], steward=key.steward, choice=Decision.APPROVE, request_id=request_id, signed=signed)


def _signing_key(proposal: Proposal, steward: Role, signed: Signed | None) -> StewardKey:
    """The key that signed this yes, verified."""
    if signed is None:
        raise Refused(Problem("decision_not_signed", "This book counts signatures only. Sign with one of your keys."))
    key, digest = find_key(signed=signed, steward=steward), digest_to_sign(proposal)
    refuse_dead_key(key, epoch=proposal.epoch, on=timezone.localdate())
    if proposal.by_paper and key.kind != PAPER:
        raise Refused(Problem("paper_key_needed", "This change rests on the keys on paper alone. Sign with your paper key."))
    challenge = approval_challenge(digest, nonce=nonce_of(signed))
    verify(signed=signed, key=key, about=f"{APPROVE}:{digest}", challenge=challenge)
    return key


def _decision_problems(proposal: Proposal, steward: Role, choice: str, reason: str) -> list[Problem]:
    problems = []
    if choice not in dict(Decision.CHOICES):
        problems.append(
            Problem("choice_unknown", "“%(asked)s” is not a decision. Choose approve, ask or decline.", {"asked": choice}, "choice")
        )
    if steward.name != STEWARD or steward.campaign_id != proposal.campaign_id:
        problems.append(Problem("not_a_steward", "Only a steward of this campaign can decide. Ask one of them."))
    elif steward.ended_on is not None and not proposal.epoch.keyed:
        # In a book with keys the seat is the policy's: it stays, and is signed for, until the quorum changes the policy.
        problems.append(Problem("role_may_not_do_this", "Only these may do this: %(roles)s. Ask one of them.", {"roles": STEWARD}))
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
    return problems + _standing_problems(proposal, steward, choice)


def _standing_problems(proposal: Proposal, steward: Role, choice: str) -> list[Problem]:
    """Who may not agree to this very thing."""
    problems = []
    if choice == Decision.APPROVE and is_interested(steward, proposal):
        problems.append(
            Problem(
                "steward_is_interested",
                "You declared a tie to this payee, so you cannot agree to pay it. Others decide; you may ask or decline.",
            )
        )
    listed = proposal.epoch.stewards.all()
    if (
        choice == Decision.APPROVE
        and steward.name == STEWARD
        and proposal.epoch.keyed
        and steward.pk not in {one.steward_id for one in listed}
    ):
        problems.append(Problem("steward_not_in_policy", "The policy does not name you yet. Propose a policy that does."))
    return problems
