"""The second page of a word: signed by the demonstration key, by a typed paper answer, or refused, and then nothing that was typed is lost."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from awna import paper
from awna.approvals import services
from awna.approvals.models import CarriedOut
from awna.books import services as books
from awna.books.models import Entry
from awna.consent.demo_keys import KINDS, enrol_demo_keys, sign_about
from awna.consent.models import Decision, StewardKey
from awna.core.consent.policy import PAPER
from tests.authenticator import Authenticator
from tests.duress import ask_release
from tests.keyed import make_keyed
from tests.rooms.approvals.test_duress import as_
from tests.world import make_world

pytestmark = pytest.mark.django_db
RELEASE, ANSWER, PAUSE = "/desk/clinic/approvals/1/", "/desk/clinic/answer/", "/desk/clinic/approvals/pause/"


@pytest.fixture
def keyed(db):
    return make_keyed()


def text_of(answer):
    return html.unescape(answer.content.decode())


def typed_answer(keyed, page, steward):
    """What awna-paper says to the request that stands on the page."""
    request = paper.read_request(re.search(r"awna:[a-z]+\?d=\S+?(?=<)", page)[0])
    return paper.write_answer(paper.answer_request(keyed.soft(steward, PAPER).secret, request))


def asks(client, steward, choice="approve", **more):
    asked = {"choice": choice, "request_id": f"{choice} {steward.pk}", **more}
    return asked, text_of(as_(client, steward).post(RELEASE, asked))


def test_a_paper_answer_typed_on_the_second_page_counts(keyed, client):
    proposal, (salma, yusuf, _third) = ask_release(keyed), keyed.stewards
    for steward in (salma, yusuf):
        asked, page = asks(client, steward)
        answer = client.post(RELEASE, asked | {"confirmed": "on", "signed_answer": typed_answer(keyed, page, steward).lower()})
        assert answer.status_code == 302
    assert {one.key.kind for one in Decision.objects.select_related("key")} == {PAPER}
    assert Entry.objects.filter(kind="release", proposal=proposal).count() == 1


def test_a_no_is_signed_on_the_second_page_too(keyed, client):
    proposal, salma = ask_release(keyed), keyed.stewards[0]
    asked, page = asks(client, salma, "decline", reason="Too dear")
    answer = client.post(RELEASE, asked | {"confirmed": "on", "signed_answer": typed_answer(keyed, page, salma)})
    assert answer.status_code == 302
    assert proposal.decisions.get().reason == "Too dear"


@pytest.mark.parametrize("choice", ["approve", "decline"])
def test_a_refused_signature_loses_nothing_that_was_typed(keyed, client, choice):
    ask_release(keyed)
    salma, yusuf, _third = keyed.stewards
    _asked, others = asks(client, yusuf, choice, reason="So")
    foreign = typed_answer(keyed, others, yusuf)
    asked, _page = asks(client, salma, choice, reason="The price <was> agreed", in_public="on")
    for answered, says in (
        ({"signed_answer": foreign}, "not from a paper key of yours"), ({"signed_answer": "AWNA1 half an ans"}, "AWNA1 half an ans"),
        ({}, "This book counts signatures only"),
        ({"signed_key": keyed.soft(salma).key.id, "signed_nonce": "zz", "signed_signature": "AA"}, "Open the page again and sign anew"),
    ):  # fmt: skip
        answer = client.post(RELEASE, asked | {"confirmed": "on"} | answered)
        page = text_of(answer)
        assert answer.status_code == 422
        assert says in page
        assert 'value="The price <was> agreed"' in page and 'name="in_public" value="on"' in page
        assert answered.get("signed_answer", "") in page
        assert f'value="{asked["request_id"]}"' in page and "data-signing" in page
    assert not Decision.objects.exists()


def test_the_authenticator_that_did_not_ask_who_it_is_is_refused_in_words(keyed, client):
    proposal, salma = ask_release(keyed), keyed.stewards[0]
    asked, _page = asks(client, salma)
    soft = keyed.soft(salma)
    hasty = keyed.signed(Authenticator(soft.key.steward, rp=soft.rp, site=soft.site, seed=soft.seed, flags=0x01), proposal)
    fields = {f"signed_{name}": getattr(hasty, name) for name in ("key", "nonce", "signature", "auth", "client")}
    answer = client.post(RELEASE, asked | {"confirmed": "on"} | fields)
    assert answer.status_code == 422
    assert "did not" in text_of(answer) and "Approve this release?" in text_of(answer)
    assert not proposal.decisions.exists()


def test_a_paper_yes_brought_by_anybody_completes_the_quorum_and_releases_at_once(keyed, client):
    proposal, (salma, yusuf, _third) = ask_release(keyed), keyed.stewards
    keyed.approve(proposal, salma)
    _asked, page = asks(client, yusuf)
    as_(client, keyed.world.karim)
    answer = client.post(ANSWER, {"text": typed_answer(keyed, page, yusuf), "request_id": "brought"}, follow=True)
    assert "Enough stewards agreed; it is done." in text_of(answer)
    assert Entry.objects.filter(kind="release", proposal=proposal).count() == 1
    assert CarriedOut.objects.filter(proposal=proposal).exists()


def test_an_answer_that_cannot_be_carried_out_today_can_be_brought_tomorrow(client, monkeypatch):
    euro = str(books.ensure_commodity(code="EUR", kind="money", scale=2, name="EUR").pk)
    keyed = make_keyed(founding_rules={"caps": [{"commodity": euro, "per_day": "300000"}]})
    earlier, (salma, yusuf, _third) = keyed.ask(290_000), keyed.stewards
    for steward in (salma, yusuf):
        keyed.approve(earlier, steward)
    keyed.release(earlier)
    proposal = ask_release(keyed)
    keyed.approve(proposal, salma)
    _asked, page = asks(client, yusuf)
    text = typed_answer(keyed, page, yusuf)
    answer = as_(client, keyed.world.karim).post(ANSWER, {"text": text, "request_id": "today"})
    assert answer.status_code == 422
    assert text in text_of(answer)
    assert proposal.decisions.count() == 1
    later = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda *args: later)
    assert client.post(ANSWER, {"text": text, "request_id": "tomorrow"}).status_code == 302
    assert Entry.objects.filter(kind="release", proposal=proposal).count() == 1


def test_the_demonstration_key_signs_a_yes_a_no_and_a_pause(client):
    world = make_world()
    world.campaign.is_demo = True
    world.campaign.save(update_fields=["is_demo"])
    stewards = (world.salma, world.yusuf)
    book = books.open_book(campaign=world.campaign, author=world.salma, required=2, keyed=True)
    for steward in stewards:
        steward.refresh_from_db()
        enrol_demo_keys(steward=steward)
    for steward in stewards:
        for kind, n in KINDS:
            signed = sign_about(steward=steward, about="found", digest=books.founding_digest(book), kind=kind, n=n)
            key = StewardKey.objects.get(fingerprint=signed.key)
            books.sign_founding(book=book, key=key, signed=signed, request_id=signed.nonce)
    until = timezone.localdate() + timedelta(days=20)
    asked = books.propose_policy(book=book, required=1, filed_by=world.salma, expires_on=until, request_id="one")
    address = f"/desk/clinic/approvals/of/{asked.pk}/"
    for steward, choice, status in ((world.salma, "approve", 302), (world.yusuf, "decline", 302)):
        form = {"choice": choice, "reason": "So", "request_id": choice}
        page = text_of(as_(client, steward).post(address, form))
        assert "Sign with the demonstration key" in page
        about = re.search(r'name="signed_about" value="([^"]*)"', page)[1]
        wrong = client.post(address, form | {"confirmed": "on", "demo_key": "on", "signed_about": "approve:zz"})
        assert wrong.status_code == 422
        assert 'value="So"' in text_of(wrong)
        assert client.post(address, form | {"confirmed": "on", "demo_key": "on", "signed_about": about}).status_code == status
    stop = {"reason": "A telephone is gone", "until": until - timedelta(days=15), "request_id": "stop"}
    about = re.search(r'name="signed_about" value="([^"]*)"', text_of(client.post(PAUSE, stop)))[1]
    assert client.post(PAUSE, stop | {"confirmed": "on", "demo_key": "on", "signed_about": about}).status_code == 302


def test_a_pause_whose_signature_is_refused_keeps_its_reason_and_day(keyed, client):
    salma = keyed.stewards[0]
    stop = {"reason": "A telephone is gone", "until": timezone.localdate() + timedelta(days=5), "request_id": "stop"}
    page = text_of(as_(client, salma).post(PAUSE, stop))
    refused = client.post(PAUSE, stop | {"confirmed": "on", "signed_answer": "AWNA1 half"})
    assert refused.status_code == 422
    assert all(part in text_of(refused) for part in ("A telephone is gone", "AWNA1 half", "data-signing"))
    assert client.post(PAUSE, stop | {"confirmed": "on", "signed_answer": typed_answer(keyed, page, salma)}).status_code == 302
    assert not services.carry_out_all_ready(campaign=keyed.book.campaign)
