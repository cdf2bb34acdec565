"""k different stewards, to exactly one text, in time."""

from dataclasses import replace

import pytest

from awna.core.consent.policy import Policy, check_policy, policy_digest, policy_payload, read_policy
from awna.core.consent.proposal import ExactRow, Milestone, Proposal, check_proposal, proposal_digest
from awna.core.consent.quorum import Decision, approving_stewards, check_decision, is_approved, word_code

POLICY = Policy("book-clinic", "log.example/clinic", 2, ("salma", "sami", "sara"))
MILESTONE = Milestone("1", "bank-1", "general", "EUR", 70_000, ("invoice",), "2026-03-01")
PROPOSAL = Proposal("book-clinic", "buy", "release", policy_digest(POLICY), "2026-06-30", "0c" * 16, milestones=(MILESTONE,))
DIGEST = proposal_digest(PROPOSAL)
SALMA, SAMI = Decision("salma", DIGEST, "2026-03-02"), Decision("sami", DIGEST, "2026-03-03")


def approved(*decisions: Decision, today: str = "2026-03-05") -> bool:
    return is_approved(POLICY, proposal=PROPOSAL, decisions=decisions, today=today)


def test_two_of_three_stewards_are_enough_and_one_is_not():
    assert approved(SALMA, SAMI)
    assert not approved(SALMA)


def test_one_steward_counts_once():
    assert not approved(SALMA, replace(SALMA, date="2026-03-04"))


def test_a_yes_to_another_text_by_nobody_or_too_late_does_not_count():
    assert not approved(SALMA, replace(SAMI, digest="00" * 32))
    assert not approved(SALMA, replace(SAMI, steward="eve"))
    assert not approved(SALMA, replace(SAMI, date="2026-07-01"), today="2026-07-02")
    assert not approved(SALMA, SAMI, today="2026-07-01")
    assert not approved(SALMA, SAMI, today="2026-03-02")


def test_who_refuses_does_not_approve():
    decisions = [SALMA, SAMI, replace(SAMI, approves=False)]
    assert approving_stewards(POLICY, proposal=PROPOSAL, decisions=decisions, today="2026-03-05") == {"salma"}


def test_every_part_of_a_proposal_changes_its_digest():
    changed = [
        replace(PROPOSAL, id="other"),
        replace(PROPOSAL, payee="ab" * 32),
        replace(PROPOSAL, target="bank-2"),
        replace(PROPOSAL, nonce="0d" * 16),
        replace(PROPOSAL, expiry="2026-07-30"),
        replace(PROPOSAL, documents=("ab" * 32,)),
        replace(PROPOSAL, milestones=(replace(MILESTONE, ceiling=70_001),)),
        replace(PROPOSAL, milestones=(replace(MILESTONE, evidence=()),)),
        replace(PROPOSAL, rows=(ExactRow("a", "b", 1),)),
        replace(PROPOSAL, seen=(1, "ab" * 32)),
    ]
    assert len({proposal_digest(one) for one in [PROPOSAL, *changed]}) == len(changed) + 1


def test_a_fitting_proposal_can_be_filed():
    assert check_proposal(PROPOSAL, policy=POLICY, today="2026-03-01") == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (replace(PROPOSAL, purpose="gift"), "purpose_unknown"),
        (replace(PROPOSAL, policy="00" * 32), "policy_not_in_force"),
        (replace(PROPOSAL, book="another"), "policy_not_in_force"),
        (replace(PROPOSAL, expiry="2026-02-28"), "proposal_expired"),
        (replace(PROPOSAL, nonce="0c"), "nonce_too_short"),
        (replace(PROPOSAL, milestones=()), "milestones_missing"),
        (replace(PROPOSAL, purpose="reclass"), "rows_missing"),
        (replace(PROPOSAL, milestones=(MILESTONE, MILESTONE)), "milestone_twice"),
        (replace(PROPOSAL, rows=(ExactRow("a", "b", 0),)), "row_amount_wrong"),
        (replace(PROPOSAL, milestones=(replace(MILESTONE, ceiling=0),)), "ceiling_wrong"),
        (replace(PROPOSAL, milestones=(replace(MILESTONE, n="first"),)), "milestone_number_wrong"),
        (replace(PROPOSAL, milestones=(replace(MILESTONE, earliest="soon"),)), "earliest_date_wrong"),
    ],
)
def test_a_proposal_that_does_not_fit_is_refused_with_its_reason(changed, code):
    assert code in [problem.code for problem in check_proposal(changed, policy=POLICY, today="2026-03-01")]


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (replace(SAMI, steward="eve"), "not_a_steward"),
        (replace(SAMI, digest="00" * 32), "decision_about_another_text"),
        (replace(SAMI, date="2026-07-01"), "proposal_expired"),
        (SALMA, "decided_twice"),
    ],
)
def test_a_decision_that_does_not_count_is_refused_with_its_reason(decision, code):
    problems = check_decision(decision, policy=POLICY, proposal=PROPOSAL, earlier=[SALMA])
    assert [problem.code for problem in problems] == [code]
    assert check_decision(SAMI, policy=POLICY, proposal=PROPOSAL, earlier=[SALMA]) == []


def test_a_policy_is_possible_and_is_read_back():
    assert check_policy(POLICY) == []
    assert read_policy(policy_payload(POLICY)) == POLICY
    assert [problem.code for problem in check_policy(replace(POLICY, k=4))] == ["quorum_impossible"]
    assert [problem.code for problem in check_policy(replace(POLICY, stewards=("salma", "salma")))] == ["steward_named_twice"]


def test_the_word_code_differs_for_each_byte_value():
    assert word_code("00" * 32) == "babo-babo-babo-babo-babo-babo"
    assert len({word_code(f"{byte:02x}" * 32) for byte in range(256)}) == 256
