"""Bands, households, offices, waits and stops: what a policy may say, and what a proposal then needs."""

import random
from dataclasses import replace

import pytest

from awna import verify
from awna.core.consent.measures import Pause, Suspension, check_pause, check_suspension, is_paused, is_suspended
from awna.core.consent.policy import Policy, check_policy, policy_payload, read_policy
from awna.core.consent.proposal import Milestone, Proposal, proposal_digest, proposal_value
from awna.core.consent.quorum import (
    Decision,
    Needed,
    check_caps,
    check_decision,
    decided_on,
    fingerprint_code,
    has_enough,
    needed,
    ready_on,
    word_code,
)
from awna.core.consent.rules import Band, Cap, Rules, check_rules, later, read_rules, rules_value
from tests.core.consent.keyed import POLICY, RULES, STEWARDS, paper, passkey, succeeding

BY_NAME = Policy("book-clinic", "log.example/clinic", 2, STEWARDS, rules=RULES)


def asking(*amounts: int, commodity: str = "EUR", **fields: object) -> Proposal:
    milestones = tuple(Milestone(str(n), "bank-1", "general", commodity, amount) for n, amount in enumerate(amounts, 1))
    return Proposal("book-clinic", "buy", "release", "00" * 32, "2026-06-30", "0c" * 16, milestones=milestones, **fields)


def test_a_policy_without_rules_keeps_its_bytes_and_one_with_rules_is_read_back():
    assert "rules" not in policy_payload(replace(BY_NAME, rules=Rules()))
    assert read_policy(policy_payload(POLICY)).rules == RULES
    assert rules_value(RULES)["bands"] == [{"commodity": "EUR", "k": 2, "upto": "50000"}, {"commodity": "EUR", "k": 3, "offices": 2}]
    assert rules_value(Rules(recovery_wait=30, pause_days=3)) == {"pause_days": 3}
    assert read_rules(rules_value(replace(RULES, suspend_days=0))) == replace(RULES, suspend_days=0, offices=tuple(sorted(RULES.offices)))


@pytest.mark.parametrize(
    ("proposal", "need"),
    [
        (asking(50_000), Needed(2)),
        (asking(50_001), Needed(3, 2)),
        (asking(25_000, 25_001), Needed(3, 2)),
        (asking(10**9, commodity="USD"), Needed(2)),
        (asking(), Needed(3, 2)),
        (asking(1, payload={"about": "note"}), Needed(3, 2)),
        (asking(1, least_arrival=1), Needed(3, 2)),
    ],
)
def test_the_amount_chooses_the_band(proposal, need):
    assert needed(BY_NAME, proposal=proposal) == need


def test_above_every_band_the_strictest_holds_and_no_band_is_below_the_policy():
    bands = (Band("EUR", 1, upto=100), Band("EUR", 3, upto=200, offices=1))
    policy = replace(BY_NAME, rules=replace(RULES, bands=bands))
    assert needed(policy, proposal=asking(100)) == Needed(2)
    assert needed(policy, proposal=asking(201)) == Needed(3, 1)


def test_households_and_offices_are_counted_once():
    assert not has_enough(BY_NAME, need=Needed(2), stewards=["salma", "selim"])
    assert has_enough(BY_NAME, need=Needed(2), stewards=["salma", "sara"])
    assert not has_enough(BY_NAME, need=Needed(2, 2), stewards=["salma", "sara"])
    assert has_enough(BY_NAME, need=Needed(2, by_paper=True), stewards=["salma", "selim"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"bands": (Band("EUR", 4),)}, "band_impossible"),
        ({"bands": (Band("EUR", 0),)}, "band_impossible"),
        ({"bands": (Band("EUR", 2, offices=3),)}, "band_impossible"),
        ({"bands": (Band("EUR", 2), Band("EUR", 3))}, "band_twice"),
        ({"bands": (Band("EUR", 2, upto=0),)}, "band_amount_wrong"),
        ({"caps": (Cap("EUR", 0),)}, "cap_wrong"),
        ({"caps": (Cap("EUR", 1), Cap("EUR", 2))}, "cap_wrong"),
        ({"offices": (("eve", "site"),)}, "office_or_household_wrong"),
        ({"households": (("salma", "hill"), ("salma", "sea"))}, "office_or_household_wrong"),
        ({"households": (("salma", ""),)}, "name_too_long"),
        ({"households": tuple((one, "hill") for one in STEWARDS)}, "households_too_few"),
        ({"suspend_days": 8}, "days_wrong"),
        ({"pause_days": 15}, "days_wrong"),
        ({"cool_down": 367}, "days_wrong"),
        ({"change_wait": -1}, "days_wrong"),
    ],
)
def test_rules_that_these_stewards_cannot_keep_are_refused(changes, code):
    assert check_rules(RULES, stewards=STEWARDS, k=2) == []
    assert code in [problem.code for problem in check_policy(replace(BY_NAME, rules=replace(RULES, **changes)))]


def test_the_deciding_yes_starts_the_cool_down_in_whatever_order_they_stand():
    proposal = asking(40_000)
    digest = proposal_digest(proposal)
    said = [Decision("sara", digest, "2026-03-09"), Decision("sami", digest, "2026-03-05"), Decision("salma", digest, "2026-03-03")]
    assert decided_on(BY_NAME, proposal=proposal, decisions=said) == "2026-03-05"
    assert ready_on(BY_NAME, proposal=proposal, decisions=said, filed_on="2026-03-01") == "2026-03-07"
    assert ready_on(BY_NAME, proposal=proposal, decisions=said[:1], filed_on="2026-03-01") == ""


def test_only_keys_of_the_policy_count_and_none_that_is_suspended():
    proposal, sara = asking(40_000), passkey("sara")
    said = Decision("sara", proposal_digest(proposal), "2026-03-05", key=sara.key.id)
    held = [Suspension(sara.key.id, "selim", "2026-03-05", "2026-03-06")]
    assert check_decision(said, policy=POLICY, proposal=proposal, earlier=[]) == []
    for wrong in (replace(said, key=""), replace(said, key=passkey("sami").key.id)):
        assert [one.code for one in check_decision(wrong, policy=POLICY, proposal=proposal, earlier=[])] == ["key_unknown"]
    found = check_decision(said, policy=POLICY, proposal=proposal, earlier=[], suspensions=held)
    assert [one.code for one in found] == ["key_suspended"]
    assert [is_suspended(sara.key.id, on=f"2026-03-0{day}", suspensions=held) for day in (4, 5, 6, 7)] == [False, True, True, False]


def test_a_new_policy_waits_and_a_recovery_waits_longer():
    for signers, by, ready in (
        ([passkey("salma"), passkey("sami"), paper("sara")], "", "2026-03-09"),
        ([paper("salma"), paper("sami"), paper("selim")], "paper", "2026-04-01"),
    ):
        new = succeeding(swap=[passkey("sara", seed=bytes(31) + b"\x07")], by=by)
        proposal = replace(asking(), purpose="policy", payload=policy_payload(new))
        said = [Decision(one.steward, proposal_digest(proposal), "2026-03-03", key=one.key.id) for one in signers]
        assert ready_on(POLICY, proposal=proposal, decisions=said, filed_on="2026-03-02") == ready
        assert ready_on(POLICY, proposal=proposal, decisions=said[:2], filed_on="2026-03-02") == ""


def test_a_recovery_is_a_later_policy_with_keys():
    assert "recovery_impossible" in [one.code for one in check_policy(replace(POLICY, by="paper"))]
    assert check_policy(succeeding(by="paper")) == []


def test_one_steward_stops_for_some_days_and_not_soon_again():
    sara, salma = passkey("sara"), passkey("salma")

    def suspension(since: str, until: str, *, earlier: tuple = (), by: str = "salma") -> list[str]:
        asked = Suspension(sara.key.id, by, since, until)
        return [one.code for one in check_suspension(POLICY, asked=asked, earlier=earlier, sealed_by=salma.key.id)]

    first = Suspension(sara.key.id, "sami", "2026-03-01", "2026-03-08")
    assert suspension("2026-03-01", "2026-03-08") == []
    assert suspension("2026-03-01", "2026-03-09") == suspension("2026-03-02", "2026-03-01") == ["days_wrong"]
    assert suspension("2026-04-06", "2026-04-08", earlier=(first,)) == ["too_soon_again"]
    assert suspension("2026-04-07", "2026-04-08", earlier=(first,)) == []
    assert suspension("2026-03-01", "2026-03-02", by="eve") == ["not_a_steward"]
    pause = Pause("salma", "2026-03-01", "2026-03-15")
    assert check_pause(POLICY, asked=pause, earlier=[], sealed_by=salma.key.id) == []
    assert [one.code for one in check_pause(POLICY, asked=pause, earlier=[], sealed_by=sara.key.id)] == ["not_a_steward"]
    assert [one.code for one in check_pause(POLICY, asked=pause, earlier=[pause], sealed_by=salma.key.id)] == ["too_soon_again"]
    assert check_pause(BY_NAME, asked=pause, earlier=[]) == []
    assert is_paused([pause], on="2026-03-15") and is_paused([pause], on="2026-02-01") and not is_paused([pause], on="2026-03-16")
    assert not is_paused([replace(pause, ended=True)], on="2026-03-15")


def test_a_day_has_its_cap():
    assert check_caps(POLICY, released={"EUR": 50_000}, asked={"EUR": 40_000}) == []
    assert [one.code for one in check_caps(POLICY, released={"EUR": 50_000}, asked={"EUR": 40_001})] == ["cap_exceeded"]
    assert check_caps(POLICY, released={}, asked={"USD": 10**9}) == []


def test_the_words_of_a_key_and_the_days():
    key = passkey("salma").key
    assert fingerprint_code(key) == word_code(key.id) == verify.word_code(key.id)
    assert later("2026-02-27", days=2) == "2026-03-01"


def test_the_verifier_has_the_same_rules():
    """Thrown policies and proposals: our copy and the verifier's own ask for the same, and find the same deciding day."""
    for seed in range(400):
        dice = random.Random(seed)
        rules = thrown_rules(dice)
        policy = replace(BY_NAME, k=dice.randint(1, 2), rules=rules)
        book = verify.Book()
        book.policy = policy_payload(policy)
        possible = not check_policy(policy)
        try:
            book.take_rules(rules_value(rules), set(STEWARDS))
        except verify.Wrong:
            assert not possible, seed
            continue
        assert possible, seed
        proposal = asking(*(dice.randint(1, 300) for _ in range(dice.randint(0, 3))), commodity=dice.choice(["EUR", "USD"]))
        need = needed(policy, proposal=proposal)
        assert (need.k, need.offices) == book.needed(proposal_value(proposal)), seed
        said = {one: f"2026-03-0{dice.randint(1, 9)}" for one in dice.sample(STEWARDS, dice.randint(0, 4))}
        ours = [Decision(one, proposal_digest(proposal), day) for one, day in said.items()]
        theirs = book.decided_on({one: (day, "") for one, day in said.items()}, need.k, need.offices, book.homes)
        assert decided_on(policy, proposal=proposal, decisions=ours) == theirs, seed


def thrown_rules(dice: random.Random) -> Rules:
    bands = [
        Band(dice.choice(["EUR", "USD"]), dice.randint(1, 4), dice.choice([None, 100, 200, 400]), dice.randint(0, 2)) for _ in range(3)
    ]
    return Rules(
        bands=tuple(bands[: dice.randint(0, 3)]),
        offices=tuple((one, dice.choice(["site", "treasury"])) for one in STEWARDS if dice.random() < 0.7),
        households=tuple((one, dice.choice(["hill", "sea"])) for one in STEWARDS if dice.random() < 0.4),
        cool_down=dice.choice([0, 3]),
        suspend_days=dice.choice([0, 7, 7, 7, 8]),
    )
