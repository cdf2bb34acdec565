"""Stewards make their keys through the pages; what a page refuses."""

import re
from dataclasses import replace

import pytest

from awna import paper
from awna.consent.models import Founding, StewardKey
from awna.core.consent.quorum import word_code
from tests.authenticator import RP, SITE, Authenticator
from tests.passkeys import made_for, unverified
from tests.world import make_world

PASSKEY, PAPER_PAGE = "/desk/clinic/keys/passkey/", "/desk/clinic/keys/paper/"
SEED = bytes(range(32))


@pytest.fixture
def world(db, settings):
    settings.AWNA_KEY_RP, settings.AWNA_KEY_SITE = RP, SITE
    return make_world()


def as_(client, who):
    client.force_login(getattr(who, "user", who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def attribute(page, name):
    return re.search(rf'data-{name}="([^"]*)"', page)[1]


def enrol(client, device, request_id="k1", **made):
    challenge = attribute(client.get(PASSKEY).content.decode(), "challenge")
    return client.post(PASSKEY, made_for(challenge, device=device, **made) | {"request_id": request_id})


def make_paper(client, seed=SEED, request_id="p1", typed=None):
    page = client.get(PAPER_PAGE).content.decode()
    request = paper.read_request(re.search(r"sign (?:&quot;|\")(awna:[^<]*?)(?:&quot;|\")", page)[1].replace("&amp;", "&"))
    answer = paper.write_answer(paper.answer_request(seed, request))
    public = paper.write_public(paper.public_of(seed))
    return client.post(PAPER_PAGE, {"public": public, "answer": answer, "request_id": request_id} | (typed or {}))


def test_a_steward_makes_two_passkeys_and_a_paper_key(world, client):
    as_(client, world.salma)
    page = client.get("/desk/clinic/keys/").content.decode()
    assert "Two passkeys" in page
    first, second = Authenticator("one"), Authenticator("two")
    assert enrol(client, first).status_code == 302
    assert "A second passkey" in client.get("/desk/clinic/keys/").content.decode()
    assert enrol(client, second, request_id="k2").status_code == 302
    assert make_paper(client).status_code == 302
    page = client.get("/desk/clinic/keys/").content.decode()
    assert "Nothing: two passkeys and a paper key." in page
    assert {key.fingerprint for key in StewardKey.objects.all()} == {
        first.key.id, second.key.id, paper.fingerprint(paper.public_of(SEED))
    }  # fmt: skip
    assert word_code(first.key.id) in page
    stored = StewardKey.objects.get(fingerprint=first.key.id)
    assert (stored.rp, stored.site, stored.label) == (RP, SITE, "telephone")


@pytest.mark.parametrize(
    ("device", "made", "says"),
    [
        (unverified(Authenticator("salma")), {}, "did not ask who you are"),
        (replace(Authenticator("salma"), flags=0x04), {}, "does not belong to this site and page"),
        (replace(Authenticator("salma"), rp="evil.example"), {}, "does not belong to this site and page"),
        (Authenticator("salma"), {"origin": "https://evil.example"}, "does not belong to this site and page"),
        (Authenticator("salma"), {"kind": "webauthn.get"}, "does not belong to this site and page"),
        (Authenticator("salma"), {"alg": -8}, "of a kind that the book does not know"),
    ],
)
def test_a_key_that_was_not_made_here_by_its_person_is_refused(world, client, device, made, says):
    answer = enrol(as_(client, world.salma), device, **made)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not StewardKey.objects.exists()


def test_an_answer_to_an_older_page_is_refused(world, client):
    as_(client, world.salma)
    old = attribute(client.get(PASSKEY).content.decode(), "challenge")
    client.get(PASSKEY)
    answer = client.post(PASSKEY, made_for(old, device=Authenticator("salma")) | {"request_id": "k"})
    assert answer.status_code == 422
    assert not StewardKey.objects.exists()


@pytest.mark.parametrize("part", ["client", "attestation", "credential_id"])
@pytest.mark.parametrize("value", ["", "%%%", "AAAA", "x" * 50_000])
def test_rubbish_in_place_of_a_key_is_refused_in_words(world, client, part, value):
    as_(client, world.salma)
    challenge = attribute(client.get(PASSKEY).content.decode(), "challenge")
    answer = client.post(PASSKEY, made_for(challenge, device=Authenticator("salma")) | {"request_id": "k", part: value})
    assert answer.status_code in {302, 422}
    assert answer.status_code == 422 or part == "credential_id"


def test_the_same_key_is_not_two_people_s(world, client):
    assert enrol(as_(client, world.salma), Authenticator("salma")).status_code == 302
    answer = enrol(as_(client, world.yusuf), Authenticator("salma"), request_id="other")
    assert answer.status_code == 422
    assert "enrolled already" in answer.content.decode()


def test_a_paper_key_shows_that_it_can_sign_for_this_steward(world, client):
    as_(client, world.salma)
    other = paper.write_public(paper.public_of(bytes(32)))
    answer = make_paper(client, typed={"public": other})
    assert answer.status_code == 422
    assert "does not fit this public key" in answer.content.decode()
    assert other in answer.content.decode()
    assert make_paper(client, typed={"answer": "AWNA1 nothing"}).status_code == 422
    as_(client, world.yusuf)
    request = paper.Request("enrol", "ab" * 32, bytes(32))
    wrong = make_paper(client, typed={"answer": paper.write_answer(paper.answer_request(SEED, request))})
    assert wrong.status_code == 422
    assert not StewardKey.objects.exists()


def test_a_key_that_no_policy_names_can_be_taken_back_by_its_steward_alone(world, client):
    enrol(as_(client, world.salma), Authenticator("salma"))
    key = StewardKey.objects.get()
    assert as_(client, world.yusuf).post(f"/desk/clinic/keys/{key.pk}/drop/").status_code == 404
    assert as_(client, world.salma).post(f"/desk/clinic/keys/{key.pk}/drop/").status_code == 302
    assert not StewardKey.objects.exists()


def test_eve_reaches_no_page_of_keys(world, client):
    as_(client, world.eve)
    for path in (
        "keys/",
        "keys/passkey/",
        "keys/paper/",
        "keys/pins/",
        "keys/sheet/",
        "founding/",
        "founding/policy/",
        "policy/",
        "policy/change/",
        "answer/",
    ):
        assert client.get(f"/desk/clinic/{path}").status_code == 403


def test_the_first_policy_is_written_before_anybody_signs(world, client):
    as_(client, world.salma)
    answer = client.post("/desk/clinic/founding/policy/", {"required": "2", "cool_down": "3", f"office_{world.salma.pk}": "medical"})
    assert answer.status_code == 302
    found = Founding.objects.get()
    assert found.required == 2
    assert found.said_rules == {"cool_down": 3, "offices": [{"steward": str(world.salma.pk), "office": "medical"}]}
    page = client.get("/desk/clinic/founding/").content.decode()
    assert "Money moves 3 days after the deciding yes." in page
    assert "needs a passkey" in page


def test_bands_and_caps_by_amount_are_kept_and_shown_again(world, client):
    as_(client, world.salma)
    asked = {"required": "1", "band1_currency": "EUR", "band1_upto": "1000.00", "band1_k": "1", "band2_currency": "EUR", "band2_k": "2"}
    address = "/desk/clinic/founding/policy/"
    assert client.post(address, asked | {"cap1_currency": "EUR", "cap1_per_day": "5000"}).status_code == 302
    rules = Founding.objects.get().said_rules
    euro = rules["caps"][0]["commodity"]
    assert rules["bands"] == [{"commodity": euro, "k": 1, "upto": "100000"}, {"commodity": euro, "k": 2}]
    assert rules["caps"] == [{"commodity": euro, "per_day": "500000"}]
    page = client.get("/desk/clinic/founding/").content.decode()
    assert "Releases of more in EUR: 2 must agree." in page
    assert 'value="1000.00"' in client.get(address).content.decode()
    answer = client.post(address, {"required": "1", "band1_currency": "EUR", "band1_upto": "much", "cap1_per_day": "5"})
    assert answer.status_code == 422
    for words in ("Say how many stewards must agree in this band.", "Choose the currency of this amount."):
        assert words in answer.content.decode()


def test_the_tool_is_handed_out_as_it_is(client, db):
    answer = client.get("/paper.py")
    assert answer.status_code == 200
    assert b"def answer_request" in answer.content
