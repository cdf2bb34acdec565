"""The database itself, on both engines, refuses what the services would never write: unsigned, borrowed, late or rewritten consent."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.services import proposals
from awna.consent import services as consent
from awna.consent.models import Decision, EpochKey, EpochSteward, Pause, PolicyEpoch, Proposal, StewardKey, Suspension
from awna.core.problems import Refused
from tests.keyed import Keyed, make_keyed

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyed(db: None) -> Keyed:
    return make_keyed()


def refused(code, act):
    with pytest.raises(DatabaseError, match=code), transaction.atomic():
        act()


def row(proposal, steward, **more):
    return {
        "proposal": proposal, "steward": steward, "choice": "approve", "request_id": f"raw {steward.pk}"[:80],
        "decided_on": timezone.localdate(), "digest": proposal.signs} | more  # fmt: skip


def test_a_yes_without_signature_or_day(keyed):
    proposal, salma = keyed.ask(1_00), keyed.stewards[0]
    key = keyed.key(keyed.soft(salma))
    signed = {"key": key, "signature": "c2ln", "nonce": "ab"}
    refused("decision_not_signed", lambda: Decision.objects.create(**row(proposal, salma)))
    refused("decision_not_signed", lambda: Decision.objects.create(**row(proposal, salma, **signed, digest="0" * 64)))
    refused("decision_without_a_day", lambda: Decision.objects.create(**row(proposal, salma, **signed, decided_on=None)))


def test_a_yes_with_the_key_of_somebody_else_or_of_no_policy(keyed):
    proposal, (salma, yusuf, _) = keyed.ask(1_00), keyed.stewards
    signed = {"signature": "c2ln", "nonce": "ab"}
    borrowed = keyed.key(keyed.soft(yusuf))
    refused("key_of_another_steward", lambda: Decision.objects.create(**row(proposal, salma, **signed, key=borrowed)))
    refused("key_of_another_steward", lambda: Decision.objects.create(**row(proposal, salma, **signed, key=keyed.add_key(salma))))


def test_one_nonce_serves_once(keyed):
    proposal, (salma, yusuf, _) = keyed.ask(1_00), keyed.stewards
    nonce = keyed.approve(proposal, salma).nonce
    again = row(proposal, yusuf, signature="c2ln", nonce=nonce, key=keyed.key(keyed.soft(yusuf)))
    refused("nonce", lambda: Decision.objects.create(**again))


def test_a_suspended_key(keyed):
    salma, yusuf, _ = keyed.stewards
    key, today = keyed.key(keyed.soft(salma)), timezone.localdate()
    Suspension.objects.create(key=key, by=yusuf, since=today, until=today + timedelta(days=7), entry_seq=0)
    signed = row(keyed.ask(1_00), salma, signature="c2ln", nonce="ab", key=key)
    refused("key_is_suspended", lambda: Decision.objects.create(**signed))


def test_what_was_proposed_and_what_it_needs_never_changes(keyed):
    proposal = keyed.ask(1_00)
    for change in ({"required": 1}, {"signs": "1" * 64}, {"cool_down": 1}, {"not_before": timezone.localdate()}, {"offices": 1}):
        refused("proposal_cannot_change", lambda change=change: Proposal.objects.filter(pk=proposal.pk).update(**change))


def test_keys_and_stewards_of_a_policy_in_use_are_settled(keyed):
    keyed.ask(1_00)
    epoch, salma = consent.current_epoch(keyed.book.campaign), keyed.stewards[0]
    refused("epoch_is_settled", lambda: EpochKey.objects.create(epoch=epoch, key=keyed.add_key(salma)))
    refused("epoch_is_settled", lambda: EpochSteward.objects.create(epoch=epoch, steward=keyed.world.karim))
    refused("row_never_changes|permission", lambda: PolicyEpoch.objects.filter(pk=epoch.pk).update(required=1))
    refused("row_never_changes|permission", lambda: EpochSteward.objects.update(household=""))
    refused("row_never_goes|permission", lambda: EpochKey.objects.all()._raw_delete("default"))


def test_no_policy_follows_without_consent(keyed):
    given = {"campaign": keyed.book.campaign, "number": 1, "required": 1, "keyed": False}
    refused("policy_change_needs_consent", lambda: PolicyEpoch.objects.create(**given))
    refused("policy_change_needs_consent", lambda: PolicyEpoch.objects.create(**given, proposal=keyed.ask(1_00)))


def test_a_key_never_changes_and_one_in_use_never_goes(keyed):
    key = keyed.key(keyed.soft(keyed.stewards[0]))
    refused("key_cannot_change", lambda: StewardKey.objects.filter(pk=key.pk).update(fingerprint="0" * 64))
    refused("key_is_in_use", lambda: StewardKey.objects.filter(pk=key.pk)._raw_delete("default"))


def test_a_pause_neither_changes_nor_ends_without_consent(keyed):
    until = timezone.localdate() + timedelta(days=3)
    salma = keyed.stewards[0]
    payload = books.pause_payload(book=keyed.book, steward=salma, until=until)
    books.pause(book=keyed.book, steward=salma, until=until, signed=keyed.said(keyed.soft(salma), payload), request_id="p")
    refused("pause_cannot_change|resume_needs_consent", lambda: Pause.objects.update(until=timezone.localdate()))
    refused("resume_needs_consent", lambda: Pause.objects.update(ended_by=keyed.ask(1_00)))
    refused("row_never_goes|permission", lambda: Pause.objects.all()._raw_delete("default"))


def test_the_guard_counts_where_the_service_was_told_not_to(keyed, monkeypatch):
    monkeypatch.setattr(proposals, "_refuse_early", lambda *_, **__: None)
    proposal = keyed.ask(1_00)
    keyed.approve(proposal, keyed.stewards[0])
    with pytest.raises(Refused) as few:
        keyed.release(proposal)
    assert few.value.codes == ["proposal_not_approved"]
    keyed.approve(proposal, keyed.stewards[1])
    assert keyed.release(proposal).kind == "release"
