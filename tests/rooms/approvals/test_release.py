"""From a request to released money: held when filed, released when k stewards have signed, freed when taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from awna.approvals import services
from awna.approvals.models import Release
from awna.books.models import Entry
from awna.books.services import balance_of
from awna.consent.services import decide
from awna.core.problems import Refused
from awna.parties.services import create_campaign, give_role
from tests.rooms.funded import make_funded


@pytest.fixture
def funded(db):
    return make_funded()


def money(funded):
    return {stage: balance_of(funded.book, stage=stage, commodity=funded.eur) for stage in ("free", "held", "released")}


def codes(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.codes


def test_a_request_holds_its_ceiling(funded):
    release = funded.propose()
    assert money(funded) == {"free": 3_710_000, "held": 290_000, "released": 0}
    assert (release.number, str(release.payee)) == (1, "Omar Building Supplies")


def test_k_of_n_release_it_and_the_last_word_posts(funded):
    release = funded.propose(funded.ask(200_000), funded.ask(90_000, n="2"))
    for steward in (funded.world.salma, funded.world.yusuf):
        services.decide(proposal=release.proposal, steward=steward, choice="approve", request_id=f"yes:{steward.pk}")
    assert money(funded) == {"free": 3_710_000, "held": 0, "released": 290_000}
    assert services.release(proposal=release.proposal, author=funded.world.salma).kind == "release"
    assert Entry.objects.filter(kind="release").count() == 1


def test_asked_twice_is_once(funded):
    assert funded.propose() == funded.propose()
    assert money(funded)["held"] == 290_000
    assert codes(funded.propose, funded.ask(1)) == ["request_already_used"]


def test_one_signature_is_not_enough(funded):
    release = funded.propose()
    decide(proposal=release.proposal, steward=funded.world.salma, choice="approve", request_id="y")
    assert codes(services.release, proposal=release.proposal, author=funded.world.salma) == ["proposal_not_approved"]
    assert money(funded)["released"] == 0


def test_above_the_balance_is_refused_even_in_parts(funded):
    half = 2_100_000
    assert codes(funded.propose, funded.ask(half), funded.ask(half, n="2")) == ["release_exceeds_restricted_balance"]
    assert not Release.objects.exists()
    assert money(funded)["held"] == 0


def test_money_held_cannot_be_asked_again(funded):
    funded.propose(funded.ask(3_000_000))
    assert codes(funded.propose, funded.ask(3_000_000), request_id="p2") == ["release_exceeds_restricted_balance"]


def test_what_is_refused_when_filed(funded):
    world = funded.world
    assert codes(funded.propose, payee=funded.store.custody) == ["payee_unknown"]
    assert codes(funded.propose, payee=funded.account.custody) == ["purse_unknown"]
    assert codes(funded.propose, text="") == ["release_needs_a_text"]
    assert codes(funded.propose, funded.ask(), funded.ask()) == ["milestones_wrong"]
    assert codes(funded.propose, funded.ask(0)) == ["ceiling_not_positive"]
    assert codes(funded.propose, funded.ask(fund=funded.book.fund("unidentified"))) == ["fund_cannot_be_released"]
    assert codes(funded.propose, expires_on=timezone.localdate() - timedelta(days=1)) == ["proposal_expires_in_the_past"]
    assert codes(funded.propose, filed_by=world.rami) == ["role_may_not_do_this"]
    assert not Release.objects.exists()


def test_an_expired_proposal_is_not_released(funded, monkeypatch):
    release = funded.propose()
    funded.sign(release)
    later = timezone.localdate() + timedelta(days=11)
    monkeypatch.setattr(timezone, "localdate", lambda *args: later)
    assert codes(services.release, proposal=release.proposal, author=funded.world.salma) == ["proposal_expired"]


def test_only_a_steward_releases_and_eve_cannot(funded):
    release = funded.propose()
    funded.sign(release)
    eve = give_role(campaign=create_campaign(slug="x", title="X", owner_name="X"), user=funded.world.eve, name="steward")
    assert codes(services.release, proposal=release.proposal, author=funded.world.karim) == ["role_may_not_do_this"]
    assert codes(services.release, proposal=release.proposal, author=eve) == ["role_of_another_campaign"]
    assert codes(funded.propose, filed_by=eve, request_id="p2") == ["role_of_another_campaign"]


def test_void_frees_what_was_held(funded):
    release = funded.propose()
    services.void(proposal=release.proposal, author=funded.world.nour, request_id="v")
    assert money(funded) == {"free": 4_000_000, "held": 0, "released": 0}
    services.void(proposal=release.proposal, author=funded.world.nour, request_id="v")
    assert Entry.objects.filter(kind="void").count() == 1
    assert codes(services.release, proposal=release.proposal, author=funded.world.salma) == ["proposal_withdrawn"]


def test_void_frees_what_was_released_and_not_ordered(funded):
    release = funded.propose()
    funded.sign(release)
    services.release(proposal=release.proposal, author=funded.world.salma)
    services.void(proposal=release.proposal, author=funded.world.salma, request_id="v")
    assert money(funded) == {"free": 4_000_000, "held": 0, "released": 0}
