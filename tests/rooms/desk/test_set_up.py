"""The first day of an association: one page or one file makes the campaign, and everyone gets a link."""

import json

import pytest
from django.core.management import call_command
from django.test import Client

from awna.books.models import Entry
from awna.books.services import open_book
from awna.core.consent.policy import PAPER, PASSKEY
from awna.desk.services import setup_token
from awna.parties.models import Campaign, Invitation, Role
from awna.parties.services import accept_invitation
from tests.keyed import enrol, sign_founding, soft_key

pytestmark = pytest.mark.django_db
FIELDS = {
    "title": "Harbour School", "slug": "harbour-school", "place": "Harbour district", "goal": "90000.00", "goal_currency": "USD",
    "owner_name": "Harbour School Board", "owner_iban": "XX 0001", "stewards": "a@example.org\nb@example.org", "required": "2",
    "sections": "Neighbours North; DE; EUR; DE02120300000000202051; t@example.org", "treasurer": "k@example.org",
}  # fmt: skip


def page() -> str:
    return f"/setup/{setup_token()}/"


def test_the_page_makes_the_campaign_and_invites_everyone():
    answer = Client().post(page(), FIELDS)
    assert answer.status_code == 200, answer.content.decode()
    campaign = Campaign.objects.get(slug="harbour-school")
    assert (campaign.owner.name, campaign.goal_minor) == ("Harbour School Board", 90_000_00)
    assert sorted(Invitation.objects.values_list("role_name", flat=True)) == ["steward", "steward", "treasurer", "treasurer"]
    assert sorted(account.iban for account in campaign.book.bank_accounts.all()) == ["DE02120300000000202051", "XX0001"]


def test_the_book_opens_when_every_key_of_the_stewards_who_joined_has_signed():
    links = Client().post(page(), FIELDS).context["links"]
    for who, link in links.items():
        if who.startswith("steward"):
            accept_invitation(token=link.rstrip("/").rsplit("/", 1)[1], name=who, password="stone upon stone")
    campaign = Campaign.objects.get()
    stewards = list(Role.objects.filter(name="steward"))
    open_book(campaign=campaign, author=stewards[0])
    assert not Entry.objects.filter(book=campaign.book).exists()
    holders = {role.pk: [soft_key(role, PASSKEY, "one"), soft_key(role, PAPER, "sheet")] for role in stewards}
    for role in stewards:
        for soft in holders[role.pk]:
            enrol(role, soft)
    sign_founding(campaign.book, holders)
    assert [entry.kind for entry in Entry.objects.filter(book=campaign.book)] == ["policy"]
    assert campaign.policy_epochs.get().required == 2


def test_the_page_is_closed_without_its_token_and_once_a_campaign_stands():
    assert Client().get("/setup/guess/").status_code == 404
    Client().post(page(), FIELDS)
    assert Client().get(page()).status_code == 404


@pytest.mark.parametrize(("field", "value", "says"), [
    ("required", "1", "required"),
    ("stewards", "a@example.org\na@example.org", "different stewards"),
    ("stewards", "a@example.org\nnobody", "valid email"),
    ("sections", "Neighbours North; DE", "Line 1"),
    ("goal", "many", "is not an amount"),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_made(field, value, says):
    answer = Client().post(page(), {**FIELDS, field: value})
    assert says in answer.content.decode()
    assert 'value="Harbour School"' in answer.content.decode()
    assert not Campaign.objects.exists()


def test_a_file_does_the_same(tmp_path, capsys):
    file = tmp_path / "setup.json"
    file.write_text(json.dumps({**FIELDS, "stewards": ["a@example.org", "b@example.org"]}))
    call_command("setup", file=str(file), dry_run=True)
    assert not Campaign.objects.exists()
    call_command("setup", file=str(file))
    assert Campaign.objects.count() == 1
    assert "/join/" in capsys.readouterr().out


def test_a_wrong_file_is_refused_with_its_fields(tmp_path, capsys):
    file = tmp_path / "setup.json"
    file.write_text(json.dumps({**FIELDS, "goal_currency": "dollars"}))
    with pytest.raises(SystemExit) as stopped:
        call_command("setup", file=str(file))
    assert stopped.value.code == 1
    assert "goal_currency" in capsys.readouterr().err


def test_without_a_file_the_command_names_the_page(capsys):
    call_command("setup")
    assert page() in capsys.readouterr().out
