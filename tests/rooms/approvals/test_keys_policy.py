"""The founding, changes of the policy, suspension and recovery through the pages, with keys that sign as browsers do."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from awna import paper
from awna.approvals.keys.signing import FIELDS
from awna.books.models import Entry
from awna.books.services import open_book
from awna.consent.models import FoundingWord, PolicyEpoch, Proposal, StewardKey, Suspension
from awna.consent.services import enrol_key
from awna.core.consent.policy import PAPER
from awna.core.consent.quorum import word_code
from tests.authenticator import RP, SITE, Authenticator
from tests.world import make_world

FOUNDING, POLICY = "/desk/clinic/founding/", "/desk/clinic/policy/"
CAMPAIGN_KEYS = "/c/clinic/keys/"


class Ring:
    """Each steward's soft keys, and how she signs what a page shows."""

    def __init__(self, world):
        self.world, self.devices = world, {}
        for role in (world.salma, world.yusuf):
            for name, kind in (("phone", "passkey"), ("stick", "passkey"), ("paper", PAPER)):
                self.enrol(role, name, kind)

    def enrol(self, role, name, kind="passkey"):
        device = Authenticator(f"{name} of {role.user}", kind)
        where = {} if kind == PAPER else {"credential_id": name, "rp": RP, "site": SITE}
        key = enrol_key(steward=role, kind=kind, public=device.key.public, label=name, request_id=f"{role.pk}{name}", **where)
        self.devices[role.pk, name] = device
        return key

    def sign(self, page, role, name):
        """The hidden fields after this key has signed what stands on the page."""
        request = paper.read_request(
            re.search(r"awna:[a-z]+\?d=[0-9a-f]{64}&amp;n=[0-9a-f]{64}&amp;s=\S+?(?=<)", page)[0].replace("&amp;", "&")
        )
        said = self.devices[role.pk, name].sign(paper.challenge_of(request), nonce=request.nonce)
        return {field: said.get(field.removeprefix("signed_"), "") for field in FIELDS}


@pytest.fixture
def ring(db, settings):
    settings.AWNA_KEY_RP, settings.AWNA_KEY_SITE = RP, SITE
    world = make_world()
    open_book(campaign=world.campaign, author=world.salma, required=2, keyed=True)
    return Ring(world)


def as_(client, who):
    client.force_login(getattr(who, "user", who), backend="django.contrib.auth.backends.ModelBackend")
    return client


def found(ring, client, **rules):
    for role in (ring.world.salma, ring.world.yusuf):
        as_(client, role)
        if rules and role == ring.world.salma:
            assert client.post(f"{FOUNDING}policy/", {"required": "2", **rules}).status_code == 302
        for name in ("phone", "stick", "paper"):
            page = client.get(FOUNDING).content.decode()
            assert client.post(FOUNDING, ring.sign(page, role, name) | {"request_id": name}).status_code == 302


def yes(ring, client, role, proposal, name):
    """A steward's signed yes on the page of any question."""
    address = f"/desk/clinic/approvals/of/{proposal.pk}/"
    asked = {"choice": "approve", "request_id": f"{role.pk}{name}"}
    page = as_(client, role).post(address, asked).content.decode()
    return client.post(address, asked | {"confirmed": "on"} | ring.sign(page, role, name))


def change(client, **asked):
    address = f"{POLICY}change/{asked.pop('query', '')}"
    epoch = PolicyEpoch.objects.order_by("-number").first()
    people = [str(one.steward_id) for one in epoch.stewards.all()]
    until = timezone.localdate() + timedelta(days=60)
    return client.post(address, {"required": "2", "people": people, "expires_on": until.isoformat(), "request_id": "change"} | asked)


def test_every_key_signs_and_the_book_begins(ring, client):
    assert "0 of 6 keys have signed" in as_(client, ring.world.salma).get(FOUNDING).content.decode()
    found(ring, client)
    assert PolicyEpoch.objects.get().keyed
    assert Entry.objects.get(seq=0).kind == "policy"
    page = client.get(POLICY).content.decode()
    assert "2 of 2 stewards must agree." in page
    assert "counts in the policy in force" in page
    public = client.get(CAMPAIGN_KEYS).content.decode()
    for device in ring.devices.values():
        assert word_code(device.key.id) in public
    assert "Salma" not in public
    assert "A payment outside it is found at the next statement and shown in red." in public
    listed = client.get("/c/clinic/keys/stewards.txt").content.decode()
    assert {tuple(line.split()) for line in listed.splitlines() if line[0] != "#"} == {
        (str(role), device.key.id) for (role, _name), device in ring.devices.items()
    }  # fmt: skip


def test_nobody_signs_with_another_s_key_or_twice_or_something_else(ring, client):
    salma, yusuf = ring.world.salma, ring.world.yusuf
    page = as_(client, salma).get(FOUNDING).content.decode()
    hers = ring.sign(page, salma, "phone")
    assert as_(client, yusuf).post(FOUNDING, hers).status_code == 422
    as_(client, salma)
    assert client.post(FOUNDING, hers | {"signed_nonce": "00" * 32}).status_code == 422
    assert client.post(FOUNDING, hers | {"signed_key": ring.devices[salma.pk, "stick"].key.id}).status_code == 422
    assert client.post(FOUNDING, {}).status_code == 422
    assert not FoundingWord.objects.exists()


def test_a_typed_paper_answer_signs_the_founding(ring, client):
    salma = ring.world.salma
    page = as_(client, salma).get(FOUNDING).content.decode()
    request = paper.read_request(re.search(r"awna:found[^<]*", page)[0].replace("&amp;", "&"))
    text = paper.write_answer(paper.answer_request(ring.devices[salma.pk, "paper"].secret, request))
    assert client.post(FOUNDING, {"signed_answer": text.lower(), "request_id": "a"}).status_code == 302
    assert FoundingWord.objects.get().key.kind == PAPER


def test_a_key_made_after_the_first_signature_empties_all_signatures(ring, client):
    salma = ring.world.salma
    page = as_(client, salma).get(FOUNDING).content.decode()
    client.post(FOUNDING, ring.sign(page, salma, "phone"))
    assert "1 of 6 keys have signed" in client.get(FOUNDING).content.decode()
    ring.enrol(ring.world.yusuf, "third")
    assert "0 of 7 keys have signed" in client.get(FOUNDING).content.decode()


def test_any_one_steward_suspends_a_key_with_her_signature(ring, client):
    found(ring, client)
    salma, yusuf = ring.world.salma, ring.world.yusuf
    lost = StewardKey.objects.get(fingerprint=ring.devices[yusuf.pk, "phone"].key.id)
    address, asked = f"/desk/clinic/keys/{lost.pk}/suspend/", {"days": "5", "reason": "The telephone was stolen", "request_id": "s"}
    assert as_(client, salma).post(address, asked | {"days": "8"}).status_code == 422
    page = client.post(address, asked).content.decode()
    assert word_code(lost.fingerprint) in page
    assert not Suspension.objects.exists()
    assert client.post(address, asked | ring.sign(page, salma, "stick")).status_code == 302
    assert Suspension.objects.get().key == lost
    assert "this key counts for nothing" in client.get(CAMPAIGN_KEYS).content.decode()
    assert "The telephone was stolen" not in client.get(CAMPAIGN_KEYS).content.decode()
    assert "The telephone was stolen" in client.get(POLICY).content.decode()


def test_a_lost_key_is_replaced_by_the_quorum_after_the_wait(ring, client):
    found(ring, client, change_wait="3")
    salma, yusuf = ring.world.salma, ring.world.yusuf
    lost = StewardKey.objects.get(fingerprint=ring.devices[yusuf.pk, "phone"].key.id)
    fresh = ring.enrol(yusuf, "new phone")
    asked = {"change_wait": "3", "drop": [str(lost.pk)], "add": [str(fresh.pk)]}
    assert change(as_(client, yusuf), **asked).status_code == 422
    prove = f"/desk/clinic/keys/{fresh.pk}/prove/"
    assert prove in client.get("/desk/clinic/keys/").content.decode()
    page = client.get(prove).content.decode()
    assert client.post(prove, ring.sign(page, yusuf, "stick")).status_code == 422
    assert client.post(prove, {}).status_code == 422
    assert as_(client, salma).get(prove).status_code == 404
    assert as_(client, yusuf).post(prove, ring.sign(page, yusuf, "new phone")).status_code == 302
    assert prove not in client.get("/desk/clinic/keys/").content.decode()
    form = as_(client, yusuf).get(f"{POLICY}change/?drop={lost.pk}").content.decode()
    assert re.search(rf'value="{lost.pk}"[^>]*checked', form)
    assert change(client, change_wait="3", drop=[str(lost.pk)], add=[str(fresh.pk)]).status_code == 302
    proposal = Proposal.objects.get(purpose="policy")
    for role in (salma, yusuf):
        assert yes(ring, client, role, proposal, "stick").status_code == 302
    renew = f"{POLICY}{proposal.pk}/renew/"
    assert client.post(renew).status_code == 409
    assert "Not before" in client.get(POLICY).content.decode()


def test_the_number_is_changed_by_those_who_hold_it_now(ring, client):
    found(ring, client)
    assert as_(client, ring.world.salma) and change(client, required="1").status_code == 302
    proposal = Proposal.objects.get(purpose="policy")
    assert client.post(f"{POLICY}{proposal.pk}/renew/").status_code == 409
    for role in (ring.world.salma, ring.world.yusuf):
        assert yes(ring, client, role, proposal, "phone").status_code == 302
    client.post(f"{POLICY}{proposal.pk}/renew/")
    assert PolicyEpoch.objects.order_by("-number").first().required == 1
    assert "Policy 1: 1 must agree" in client.get(CAMPAIGN_KEYS).content.decode()
