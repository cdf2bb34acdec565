"""From lost keys to the next policy, through the pages: the paper keys of all but one, after a public wait."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from awna import paper
from awna.consent.models import PolicyEpoch, Proposal
from awna.core.consent.policy import PAPER
from tests.keyed import make_keyed, proven
from tests.rooms.approvals.test_duress import as_

pytestmark = pytest.mark.django_db
POLICY = "/desk/clinic/policy/"
WAIT_DAYS = 30


@pytest.fixture
def clock(monkeypatch):
    """`clock(days)` goes on so many days."""
    real, shift = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: real() + shift[0])

    def go(days):
        shift[0] += timedelta(days=days)

    return go


def text_of(answer):
    return html.unescape(answer.content.decode())


def form_of(page):
    """What the form would send as it stands."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and ("checkbox" not in tag or " checked" in tag):
            fields.setdefault(name[1], []).append(value[1] if value else "")
    return fields


def sign_on_paper(keyed, client, proposal, steward):
    """Read on the page, signed away from it, typed in again."""
    address = f"/desk/clinic/approvals/of/{proposal.pk}/"
    asked = {"choice": "approve", "request_id": f"y{steward.pk}"}
    page = text_of(as_(client, steward).post(address, asked))
    request = paper.read_request(re.search(r"awna:[a-z]+\?d=\S+?(?=<)", page)[0])
    answer = paper.write_answer(paper.answer_request(keyed.soft(steward, PAPER).secret, request))
    return client.post(address, asked | {"confirmed": "on", "signed_answer": answer})


def test_all_devices_are_lost_and_the_paper_keys_bring_the_book_back(client, clock):
    keyed = make_keyed()
    salma, yusuf, third = keyed.stewards
    gone = [keyed.key(soft) for role in keyed.stewards for soft in keyed.holders[role.pk] if soft.kind != PAPER]
    fresh = [keyed.add_key(role, name="after the fire") for role in keyed.stewards]
    page = text_of(as_(client, salma).get(POLICY))
    assert "?recover=1" in page and f"It stands {WAIT_DAYS} days in public first" in page and "Be at least three" not in page
    page = text_of(client.get(f"{POLICY}change/?recover=1"))
    assert "Recover with the paper keys" in page and "fewer than three" not in page
    sent = form_of(page) | {"drop": [str(key.pk) for key in gone]}
    assert {str(key.pk) for key in fresh} <= set(sent["add"])
    soon = sent | {"expires_on": [(timezone.localdate() + timedelta(days=WAIT_DAYS - 1)).isoformat()]}
    assert client.post(f"{POLICY}change/?recover=1", soon).status_code == 422
    assert client.post(f"{POLICY}change/?recover=1", sent).status_code == 302
    proposal = Proposal.objects.get(purpose="policy")

    # No device counts, however many; two of three sheets do.
    refused = client.post(f"/desk/clinic/approvals/of/{proposal.pk}/", {"choice": "approve", "request_id": "d", "confirmed": "on"} | {
        f"signed_{name}": getattr(keyed.signed(keyed.soft(salma), proposal), name) for name in ("key", "nonce", "signature", "auth", "client")})  # fmt: skip
    assert refused.status_code == 422 and "keys on paper alone" in text_of(refused)
    assert sign_on_paper(keyed, client, proposal, yusuf).status_code == 302
    assert sign_on_paper(keyed, client, proposal, third).status_code == 302

    shown = text_of(client.get(POLICY))
    assert "recovery by paper keys" in shown and "Not before" in shown and "Put it in force now" not in shown
    renew = f"{POLICY}{proposal.pk}/renew/"
    clock(WAIT_DAYS - 1)
    assert as_(client, third).post(renew).status_code == 409
    clock(1)
    assert "Put it in force now" in text_of(as_(client, third).get(POLICY))
    assert client.post(renew).status_code == 302
    last = PolicyEpoch.objects.order_by("-number").first()
    assert last.number == 1
    assert {one.key_id for one in last.keys.all()} == {key.pk for key in fresh} | {
        keyed.key(keyed.soft(role, PAPER)).pk for role in keyed.stewards
    }
    assert proven(keyed.book)

    # The new device releases money.
    released = keyed.ask(100_00)
    for role in (salma, yusuf):
        soft = keyed.holders[role.pk][-1]
        said = keyed.signed(soft, released)
        fields = {f"signed_{name}": getattr(said, name) for name in ("key", "nonce", "signature", "auth", "client")}
        answer = as_(client, role).post(
            f"/desk/clinic/approvals/of/{released.pk}/", {"choice": "approve", "request_id": f"r{role.pk}", "confirmed": "on"} | fields
        )
        assert answer.status_code == 302


def test_two_stewards_are_told_to_be_three(client):
    keyed = make_keyed(stewards=2)
    as_(client, keyed.stewards[0])
    assert "Be at least three" in text_of(client.get(POLICY))
    assert "Name at least three stewards." in text_of(client.get(f"{POLICY}change/?recover=1"))


def test_a_book_by_name_takes_keys_by_a_change_of_the_policy(client, db):
    from awna.books import services as books
    from awna.consent.models import StewardKey
    from tests.keyed import enrol, prove, soft_key
    from tests.world import make_world

    world = make_world()
    book = books.open_book(campaign=world.campaign, author=world.salma, required=2)
    softs = [soft_key(role, kind, kind) for role in (world.salma, world.yusuf) for kind in ("passkey", PAPER)]
    for soft in softs:
        prove(enrol(world.salma if soft.key.steward == str(world.salma.pk) else world.yusuf, soft), soft)
    as_(client, world.salma)
    assert client.post(f"{POLICY}change/", form_of(text_of(client.get(f"{POLICY}change/")))).status_code == 302
    proposal = Proposal.objects.get(purpose="policy")
    for role in (world.salma, world.yusuf):
        said = {"choice": "approve", "request_id": f"y{role.pk}", "confirmed": "on"}
        assert as_(client, role).post(f"/desk/clinic/approvals/of/{proposal.pk}/", said).status_code == 302
    last = PolicyEpoch.objects.order_by("-number").first()
    assert last.keyed
    assert {one.key_id for one in last.keys.all()} == set(StewardKey.objects.values_list("pk", flat=True))
    assert proven(book)
