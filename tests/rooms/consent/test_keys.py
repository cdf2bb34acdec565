"""Keys: each attack on a signature is refused once by its code, and what is right is proven by the verifier."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from awna.books import services as books
from awna.consent import services as consent
from awna.consent.models import Decision, Proposal
from awna.core.consent.paper import Answer, write_answer
from awna.core.consent.policy import PAPER, PASSKEY
from awna.core.consent.signatures import approval_challenge
from awna.core.problems import Refused
from awna.parties import services as parties
from tests.keyed import Keyed, enrol, make_keyed, proven, sign_founding, soft_key
from tests.world import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyed(db: None) -> Keyed:
    return make_keyed()


def codes(act, *args, **given):
    with pytest.raises(Refused) as refused:
        act(*args, **given)
    return refused.value.codes


def say(keyed: Keyed, proposal, steward, signed, request_id="r"):
    return consent.decide(proposal=proposal, steward=steward, choice="approve", request_id=request_id, signed=signed)


def test_two_keys_release_and_the_verifier_proves_it(keyed):
    proposal = keyed.ask(5_000_00)
    keyed.approve(proposal, keyed.stewards[0])
    assert codes(keyed.release, proposal) == ["proposal_not_approved"]
    keyed.approve(proposal, keyed.stewards[1], kind=PAPER)
    assert keyed.release(proposal).kind == "release"
    assert keyed.pay(proposal, 4_000_00).kind == "pay"
    assert proven(keyed.book)


def test_a_yes_without_a_signature_is_refused(keyed):
    assert codes(say, keyed, keyed.ask(1_00), keyed.stewards[0], None) == ["decision_not_signed"]


def test_a_signature_for_another_proposal_is_refused(keyed):
    one, other, salma = keyed.ask(1_00), keyed.ask(2_00), keyed.stewards[0]
    assert codes(say, keyed, other, salma, keyed.signed(keyed.soft(salma), one)) == ["nonce_unknown"]


def test_a_signature_used_once_is_used_up(keyed):
    proposal, salma = keyed.ask(1_00), keyed.stewards[0]
    signed = keyed.signed(keyed.soft(salma), proposal)
    assert say(keyed, proposal, salma, signed, "click") == say(keyed, proposal, salma, signed, "click")
    assert codes(say, keyed, proposal, salma, signed, "again") == ["steward_has_decided"]


def test_the_key_of_another_steward_is_refused(keyed):
    proposal, (salma, yusuf, _) = keyed.ask(1_00), keyed.stewards
    signed = keyed.signed(keyed.soft(yusuf), proposal, steward=salma)
    assert codes(say, keyed, proposal, salma, signed) == ["key_of_another_steward"]


def test_three_keys_of_one_steward_count_once(keyed):
    proposal, salma = keyed.ask(1_00), keyed.stewards[0]
    keyed.approve(proposal, salma)
    for n, kind in ((1, PASSKEY), (0, PAPER)):
        signed = keyed.signed(keyed.soft(salma, kind, n), proposal)
        assert codes(say, keyed, proposal, salma, signed, f"{kind}") == ["steward_has_decided"]


def test_a_key_that_no_policy_names_is_refused(keyed):
    proposal, salma = keyed.ask(1_00), keyed.stewards[0]
    keyed.add_key(salma)
    assert codes(say, keyed, proposal, salma, keyed.signed(keyed.holders[salma.pk][-1], proposal)) == ["key_not_in_policy"]


@pytest.mark.parametrize(
    ("change", "code"),
    [({"flags": 0x01}, "user_not_verified"), ({"site": "https://evil.example"}, "site_wrong"), ({"rp": "evil.example"}, "site_wrong")],
)
def test_unverified_users_and_other_sites_are_refused(keyed, change, code):
    proposal, salma = keyed.ask(1_00), keyed.stewards[0]
    signed = keyed.signed(replace(keyed.soft(salma), **change), proposal)
    assert code in codes(say, keyed, proposal, salma, signed)
    assert not Decision.objects.exists()


def test_a_key_of_another_book_is_refused(keyed):
    elsewhere = parties.create_campaign(slug="elsewhere", title="Elsewhere", owner_name="Other body")
    twin = parties.give_role(campaign=elsewhere, user=keyed.world.salma.user, name="steward")
    soft, proposal, salma = soft_key(twin, PASSKEY, "there"), keyed.ask(1_00), keyed.stewards[0]
    enrol(twin, soft)
    assert codes(say, keyed, proposal, salma, keyed.signed(soft, proposal, steward=salma)) == ["key_of_another_steward"]


def test_a_suspended_key_is_refused_and_another_key_serves(keyed):
    salma, yusuf, _ = keyed.stewards
    suspend(keyed, keyed.soft(salma), yusuf)
    proposal = keyed.ask(1_00)
    assert codes(say, keyed, proposal, salma, keyed.signed(keyed.soft(salma), proposal)) == ["key_is_suspended"]
    say(keyed, proposal, salma, keyed.signed(keyed.soft(salma, n=1), proposal))
    assert codes(suspend, keyed, keyed.soft(salma), yusuf, "again") == ["too_soon_again"]


def test_a_clock_set_back_before_the_suspension_is_no_way_around_it(keyed):
    salma, yusuf, _ = keyed.stewards
    proposal = keyed.ask(1_00)
    suspend(keyed, keyed.soft(salma), yusuf)
    signed = keyed.signed(keyed.soft(salma), proposal)
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=False):
        assert codes(say, keyed, proposal, salma, signed) == ["key_is_suspended"]


def test_what_a_key_signed_before_it_was_suspended_counts_no_more(keyed):
    salma, yusuf, third = keyed.stewards
    proposal = keyed.ask(1_00)
    keyed.approve(proposal, salma)
    keyed.approve(proposal, third)
    suspend(keyed, keyed.soft(salma), yusuf)
    assert codes(keyed.release, proposal) == ["proposal_not_approved"]


def suspend(keyed, soft, by, request_id="s"):
    until = timezone.localdate() + timedelta(days=7)
    key = keyed.key(soft)
    payload = books.suspension_payload(book=keyed.book, key=key, steward=by, until=until)
    return books.suspend_key(
        book=keyed.book, key=key, steward=by, until=until, signed=keyed.said(keyed.soft(by), payload), request_id=request_id
    )


def test_one_steward_pauses_and_the_quorum_resumes(keyed):
    salma, yusuf, third = keyed.stewards
    proposal, until = keyed.ask(1_00), timezone.localdate() + timedelta(days=14)
    keyed.approve(proposal, yusuf)
    keyed.approve(proposal, third)
    payload = books.pause_payload(book=keyed.book, steward=salma, until=until)
    given = {"book": keyed.book, "steward": salma, "until": until, "signed": keyed.said(keyed.soft(salma), payload), "request_id": "p"}
    assert books.pause(**given) == books.pause(**given)
    assert codes(keyed.release, proposal) == ["proposal_not_approved"]
    assert consent.state_of(proposal).state == "paused"
    go_on = books.propose_resume(book=keyed.book, filed_by=yusuf, expires_on=until, request_id="go")
    keyed.approve(go_on, yusuf)
    assert codes(books.resume, proposal=go_on, author=yusuf) == ["proposal_not_approved"]
    keyed.approve(go_on, third)
    assert books.resume(proposal=go_on, author=yusuf) == books.resume(proposal=go_on, author=yusuf)
    assert keyed.release(proposal).kind == "release"
    assert proven(keyed.book)


def test_a_decline_stands_in_the_log(keyed):
    salma, proposal = keyed.stewards[0], keyed.ask(1_00)
    consent.decide(proposal=proposal, steward=salma, choice="decline", reason="Too dear", request_id="no")
    signed = keyed.said(keyed.soft(salma), books.decline_payload(proposal=proposal, steward=salma))
    entry = books.record_decline(proposal=proposal, steward=salma, signed=signed, request_id="log no")
    assert entry is not None and b"Too dear" not in bytes(entry.leaf)
    assert proven(keyed.book)


def test_a_tie_to_the_payee_bars_a_yes(keyed):
    salma, proposal = keyed.stewards[0], keyed.ask(1_00)
    consent.declare_interest(role=salma, custody_id=str(keyed.payee.pk), reason="My brother's firm")
    assert codes(keyed.approve, proposal, salma) == ["steward_is_interested"]
    consent.end_interest(role=salma, custody_id=str(keyed.payee.pk), reason="He sold it")
    keyed.approve(proposal, salma)


def test_who_is_tied_to_the_payee_or_asked_for_the_money_does_not_pay(keyed):
    salma, yusuf, third = keyed.stewards
    proposal = keyed.ask(1_00)
    for steward in (yusuf, third):
        keyed.approve(proposal, steward)
    keyed.release(proposal)
    consent.declare_interest(role=salma, custody_id=str(keyed.payee.pk), reason="My brother's firm")
    given = {"proposal": proposal, "milestone": "1", "movement": keyed.line(-1_00), "request_id": "pay"}
    assert codes(books.pay_released, author=salma, **given) == ["payer_is_interested"]
    assert codes(books.pay_released, author=yusuf, second=salma, **given) == ["payer_is_interested"]
    assert codes(books.pay_released, author=keyed.world.karim, **given) == ["payer_is_the_proposer"]
    assert books.pay_released(author=yusuf, **given).kind == "pay"


def test_the_answer_of_a_paper_key_comes_back_as_text(keyed):
    salma, proposal = keyed.stewards[0], keyed.ask(1_00)
    soft = keyed.soft(salma, PAPER)
    nonce = consent.ask_nonce(steward=salma, about=f"approve:{proposal.signs}")
    signature = base64.b64decode(soft.sign(approval_challenge(proposal.signs, nonce=nonce), nonce=nonce)["signature"])
    text = write_answer(Answer(proposal.signs[:16], soft.key.id[:16], nonce, signature))
    decision = consent.take_paper_answer(campaign=keyed.book.campaign, text=text, request_id="sheet")
    assert (decision.steward, decision.key) == (salma, keyed.key(soft))
    assert consent.take_paper_answer(campaign=keyed.book.campaign, text=text.lower(), request_id="sheet") == decision


def test_founding_waits_for_every_key(db):
    keyed = make_keyed(stewards=2, money=0)
    assert (keyed.book.entries.count(), consent.current_epoch(keyed.book.campaign).keyed) == (1, True)
    other = parties.create_campaign(slug="late", title="Late", owner_name="Late body")
    stewards = [parties.give_role(campaign=other, user=person(f"Late {n}"), name="steward") for n in (1, 2)]
    book = books.open_book(campaign=other, author=stewards[0], required=2, keyed=True)
    holders = {role.pk: [soft_key(role, PASSKEY, "1"), soft_key(role, PAPER, "2")] for role in stewards}
    enrol(stewards[0], holders[stewards[0].pk][0])
    assert {one.missing for one in books.ceremony_of(book)} == {
        ("second_passkey", "paper"), ("passkey", "second_passkey", "paper")}  # fmt: skip
    assert codes(books.post_entry, book=book, kind="memo", rows=(), author=stewards[0], memo={"about": "note"}, request_id="x") == [
        "book_waits_for_founding"
    ]
    for role, softs in zip(stewards, holders.values(), strict=True):
        for soft in softs:
            enrol(role, soft)
    assert sign_founding(book, holders).seq == 0
    assert proven(book)


def test_eve_cannot(keyed):
    eve = parties.give_role(campaign=keyed.book.campaign, user=keyed.world.eve, name="treasurer")
    proposal = keyed.ask(1_00)
    soft = soft_key(eve, PASSKEY, "eve")
    assert codes(enrol, eve, soft) == ["not_a_steward"]
    assert codes(say, keyed, proposal, eve, keyed.signed(keyed.soft(keyed.stewards[0]), proposal)) == ["not_a_steward"]
    assert not Proposal.objects.get(pk=proposal.pk).decisions.exists()
