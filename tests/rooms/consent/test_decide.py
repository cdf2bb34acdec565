"""Deciding: k of n different people, once each, on exactly what was filed, in time."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from awna.consent import services as consent
from awna.consent.models import Decision, Proposal
from awna.core.problems import Refused
from awna.parties import services as parties
from awna.parties.models import Role, User
from tests.world import World, make_world

PAYLOAD = {"text": "Roof sheets", "milestones": []}


@pytest.fixture
def world(db: None) -> World:
    world = make_world()
    consent.set_policy(campaign=world.campaign, required=2)
    return world


def file(world: World, **more: object) -> Proposal:
    given = {"campaign": world.campaign, "purpose": "release", "payload": PAYLOAD, "filed_by": world.nour,
             "expires_on": timezone.localdate() + timedelta(days=30), "request_id": "r1"}  # fmt: skip
    return consent.file_proposal(**(given | more))


def refused_codes(act, **given):
    with pytest.raises(Refused) as refused:
        act(**given)
    return refused.value.codes


def yes(proposal: Proposal, steward, request_id: str = "") -> Decision:
    return consent.decide(proposal=proposal, steward=steward, choice="approve", request_id=request_id or str(steward.pk))


def test_two_stewards_approve(world):
    proposal = file(world)
    yes(proposal, world.salma)
    assert not consent.is_approved(proposal)
    assert list(Proposal.objects.open_for(world.campaign)) == [proposal]
    yes(proposal, world.yusuf)
    assert consent.is_approved(proposal)
    assert not Proposal.objects.open_for(world.campaign).exists()


def test_filed_twice_is_filed_once(world):
    assert file(world) == file(world)
    assert refused_codes(file, world=world, payload={"text": "Other"}) == ["request_already_used"]


def test_a_second_decision_is_refused_and_a_repeated_request_is_not(world):
    proposal = file(world)
    first = yes(proposal, world.salma, "click")
    assert yes(proposal, world.salma, "click") == first
    assert refused_codes(yes, proposal=proposal, steward=world.salma, request_id="again") == ["steward_has_decided"]


def test_one_person_with_two_roles_counts_once(world):
    proposal = file(world)
    twin = parties.give_role(campaign=world.campaign, user=world.salma.user, name="steward", section=world.north)
    yes(proposal, world.salma)
    assert refused_codes(yes, proposal=proposal, steward=twin) == ["steward_has_decided"]
    assert not consent.is_approved(proposal)


def test_a_question_leaves_the_decision_open(world):
    proposal = file(world)
    consent.decide(proposal=proposal, steward=world.salma, choice="ask", reason="Which roof?", request_id="q")
    yes(proposal, world.salma)
    assert consent.count_approvals(proposal) == 1


def test_declining_says_why(world):
    assert refused_codes(consent.decide, proposal=file(world), steward=world.salma, choice="decline", request_id="d") == [
        "decision_needs_a_reason"
    ]


def test_only_stewards_of_the_campaign_decide(world):
    proposal = file(world)
    other = make_other_steward()
    assert refused_codes(yes, proposal=proposal, steward=world.karim) == ["not_a_steward"]
    assert refused_codes(yes, proposal=proposal, steward=other) == ["not_a_steward"]


def test_a_steward_whose_role_was_withdrawn_decides_no_more(world):
    proposal = file(world)
    Role.objects.filter(pk=world.salma.pk).update(ended_on=timezone.localdate())
    world.salma.refresh_from_db()
    assert refused_codes(yes, proposal=proposal, steward=world.salma) == ["role_may_not_do_this"]


def make_other_steward():
    campaign = parties.create_campaign(slug="other", title="Other", owner_name="Other body")
    user = User.objects.create_user("other@example.org", "stone upon stone", name="Other")
    return parties.give_role(campaign=campaign, user=user, name="steward")


def test_an_expired_or_withdrawn_proposal_takes_no_decision(world):
    proposal = file(world)
    Proposal.objects.filter(pk=file(world, request_id="r2").pk)
    consent.withdraw_proposal(proposal=proposal, author=world.nour)
    assert refused_codes(yes, proposal=proposal, steward=world.salma) == ["proposal_withdrawn"]
    assert refused_codes(file, world=world, request_id="r3", expires_on=date(2020, 1, 1)) == ["proposal_expires_in_the_past"]
    assert not consent.is_approved(proposal)


def test_approval_ends_with_the_proposal(world):
    proposal = file(world)
    yes(proposal, world.salma)
    yes(proposal, world.yusuf)
    assert not consent.is_approved(proposal, on=proposal.expires_on + timedelta(days=1))


def test_only_the_filer_or_a_steward_withdraws(world):
    assert refused_codes(consent.withdraw_proposal, proposal=file(world), author=world.karim) == ["not_your_proposal"]


def test_the_policy_changes_only_by_consent(world):
    assert refused_codes(consent.set_policy, campaign=world.campaign, required=1) == ["policy_change_needs_consent"]
    proposal = file(world, purpose="policy", payload={"required": 1})
    yes(proposal, world.salma)
    yes(proposal, world.yusuf)
    assert consent.set_policy(campaign=world.campaign, required=1, proposal=proposal).number == 1
