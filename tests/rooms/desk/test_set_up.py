"""The first day of an association: step by step on pages, on a terminal or from a file; left, taken up again, refused with its reasons."""

import io
import json
import re
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from awna.books.models import BankAccount, Entry
from awna.books.services import open_book
from awna.core.consent.policy import PAPER, PASSKEY
from awna.desk.hourly import hourly_jobs
from awna.desk.setup.door import setup_token
from awna.desk.setup.next_steps import left_to_do, next_steps, settle_all
from awna.kit.backups.sealing import new_key
from awna.kit.outbox.proof import proven_at
from awna.kit.policies import Actor
from awna.parties.models import Campaign, Invitation, Role
from awna.parties.services import accept_invitation, give_role, register_user
from awna.parties.setup.models import SetUp, SetUpStep
from tests.keyed import enrol, sign_founding, soft_key

pytestmark = pytest.mark.django_db
QUERIES_MAX = 12
FIELDS = {
    "title": "Harbour School", "slug": "harbour-school", "place": "Harbour district", "goal": "90000.00", "goal_currency": "USD",
    "owner_name": "Harbour School Board", "owner_iban": "XX 0001", "stewards": ["a@example.org", "b@example.org"], "required": 2,
    "sections": ["Neighbours North; DE; EUR; DE02120300000000202051; t@example.org"], "treasurer": "k@example.org",
}  # fmt: skip
STEPS: dict[str, dict[str, Any]] = {
    "kind": {"kind": "empty"},
    "owner": {"owner_name": "Harbour School Board", "owner_country": "xx"},
    "campaign": {"title": "Harbour School", "slug": "harbour-school", "place": "Harbour district", "goal": "90000.00", "goal_currency": "usd"},
    "languages": {"languages": ["ar", "en"], "source_language": "en", "site_language": "ar"},
    "exposure": {"publication_delay_days": "14", "gifts": "sheltered", "public_metres": "20000"},
    "sections": {"row-0-name": "Neighbours North", "row-0-country": "DE", "row-0-currency": "EUR"},
    "accounts": {
        "row-0-body": "@owner", "row-0-number": "XX 0001", "row-0-currency": "USD",
        "row-1-body": "Neighbours North", "row-1-number": "DE02 1203 0000 0000 2020 51", "row-1-currency": "EUR",
    },
    "stewards": {"required": "2", "row-0-email": "a@example.org", "row-2-email": "B@example.org"},
    "people": {
        "row-0-role": "treasurer", "row-0-email": "k@example.org", "row-0-body": "@owner",
        "row-1-role": "treasurer", "row-1-email": "t@example.org", "row-1-body": "Neighbours North",
    },
}  # fmt: skip


@pytest.fixture
def server(tmp_path, settings) -> dict[str, str]:
    """The answers of a server with a folder for backups and a third one."""
    backups, guard = tmp_path / "backups", tmp_path / "guard"
    backups.mkdir()
    guard.mkdir()
    return {"origin": settings.AWNA_ORIGIN, "backup_dir": str(backups), "backup_key": new_key()[1], "guard_dir": str(guard)}


def page(step: str = "") -> str:
    return f"/setup/{setup_token()}/" + (f"{step}/" if step else "")


def send(step: str, **other: Any) -> Any:
    return Client().post(page(step), {**STEPS.get(step, {}), **other})


def answer_all(server: dict[str, str]) -> None:
    send("server", **server)
    for step in STEPS:
        assert send(step).status_code == 302, step


def test_step_by_step_the_pages_make_the_campaign_and_invite_everyone(server):
    answer_all(server)
    review = Client().get(page("review")).content.decode()
    assert "Create the campaign" in review
    assert "t@example.org" in review
    assert not Campaign.objects.exists()
    done = Client().post(page("review"), follow=True)
    campaign = Campaign.objects.get(slug="harbour-school")
    assert (campaign.owner.name, campaign.owner.country, campaign.goal_minor) == ("Harbour School Board", "XX", 90_000_00)
    assert (campaign.languages, campaign.publication_delay_days, campaign.book.exposure) == ("en,ar", 14, "sheltered")
    asked = Invitation.objects.order_by("email").values_list("email", "role_name", "section__name")
    assert list(asked) == [
        ("a@example.org", "steward", None), ("b@example.org", "steward", None), ("k@example.org", "treasurer", None),
        ("t@example.org", "treasurer", "Neighbours North"),
    ]  # fmt: skip
    assert sorted(BankAccount.objects.values_list("iban", "section__name")) == [
        ("DE02120300000000202051", "Neighbours North"),
        ("XX0001", None),
    ]
    assert done.content.decode().count("/join/") == 4
    assert "What to do next" in done.content.decode()
    assert "no-store" in done.headers["Cache-Control"]


def test_each_step_is_kept_by_itself_and_the_set_up_goes_on_where_it_was_left(server):
    assert page("server") in send("kind").url
    send("owner")
    begin = Client().get(page()).content.decode()
    assert "2 of 11 stones are laid" in begin
    assert f'href="{page("server")}"' in begin
    assert 'value="Harbour School Board"' in Client().get(page("owner")).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM parties_setupstep WHERE name = 'owner'")
        assert "Harbour" not in cursor.fetchone()[0]
    for step in ("kind", "owner"):
        assert SetUpStep.objects.filter(name=step, is_good=True).exists()
    refused = Client().post(page("review"))
    assert "is not answered yet" in refused.content.decode()
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(("step", "other", "says"), [
    ("stewards", {"required": "1"}, "One steward alone"),
    ("stewards", {"row-2-email": "a@example.org"}, "different stewards"),
    ("stewards", {"row-2-email": "nobody"}, "valid email"),
    ("sections", {"row-0-country": ""}, "but not this"),
    ("sections", {"row-0-currency": "euros"}, "has at most 3 characters"),
    ("accounts", {"row-1-number": "DE02120300000000202052"}, "a sign is mistyped"),
    ("accounts", {"row-1-body": "@owner"}, "has no account yet"),
    ("people", {"row-1-body": "@owner"}, "has no treasurer yet"),
    ("campaign", {"goal": "many"}, "is not an amount"),
    ("campaign", {"slug": "harbour school"}, "slug"),
    ("languages", {"source_language": "fr"}, "You write first in a language"),
    ("exposure", {"at_risk": "on", "gifts": "open"}, "single gifts can betray"),
    ("server", {"origin": "http://rebuild.example.org"}, "Without https"),
    ("server", {"backup_dir": "/nowhere/at/all"}, "mkdir -p"),
    ("server", {"backup_key": "age1short"}, "no public key"),
    ("owner", {"owner_name": ""}, "required"),
])  # fmt: skip
def test_what_is_wrong_is_said_beside_its_step_and_kept(server, step, other, says):
    for earlier in ("owner", "sections"):
        send(earlier)
    answer = send(step, **({**server, **other} if step == "server" else other))
    assert answer.status_code == 200
    assert says in answer.content.decode()
    kept = json.loads(SetUpStep.objects.get(name=step).typed)
    assert {name: value for name, value in other.items() if value}.items() <= kept.items()
    assert not SetUpStep.objects.get(name=step).is_good
    assert says in Client().get(page(step)).content.decode()


def test_a_secret_key_that_is_typed_by_mistake_is_refused_and_not_kept(server):
    secret, _public = new_key()
    answer = send("server", **{**server, "backup_key": secret})
    assert "This is the secret line" in answer.content.decode()
    assert secret not in SetUpStep.objects.get(name="server").typed


def test_a_row_is_added_without_losing_what_was_typed():
    answer = send("sections", more="1")
    assert answer.url.endswith("?rows=3#row-2")
    shown = Client().get(answer.url).content.decode()
    assert 'name="row-2-name"' in shown
    assert 'value="Neighbours North"' in shown


def test_a_section_that_got_another_name_leaves_its_account_to_be_mended(server):
    answer_all(server)
    send("sections", **{"row-0-name": "Neighbours of the North"})
    assert "is not one of the available choices" in Client().get(page("accounts")).content.decode()
    refused = Client().post(page("review")).content.decode()
    assert "“Bank accounts” needs a correction" in refused
    assert not Campaign.objects.exists()


def test_an_address_that_the_server_does_not_have_yet_stops_the_beginning(server):
    answer_all(server)
    send("server", **{**server, "origin": "https://rebuild.example.org"})
    refused = Client().post(page("review")).content.decode()
    assert "AWNA_ORIGIN=https://rebuild.example.org" in refused
    assert not Campaign.objects.exists()


def test_the_example_is_no_campaign_of_ours(server):
    answer_all(server)
    answer = Client().post(page("kind"), {"kind": "sample"}, follow=True)
    assert "awna setup --sample" in answer.content.decode()
    assert "awna setup --sample" in Client().post(page("review")).content.decode()
    assert not Campaign.objects.exists()


def test_a_test_mail_proves_the_settings_by_its_code(mailoutbox):
    Client().post(page("mail"), {"to": "me@example.org"})
    code = re.search(r"\d{6}", mailoutbox[0].body).group()
    assert proven_at() is None
    assert "That is not the code" in Client().post(page("mail"), {"to": "me@example.org", "code": "000000"}).content.decode()
    assert Client().post(page("mail"), {"to": "me@example.org", "code": code}).status_code == 302
    assert proven_at() is not None
    assert "1 of 11 stones is laid" in Client().get(page()).content.decode()


def test_a_mail_server_that_does_not_answer_is_named(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", 1
    answer = Client().post(page("mail"), {"to": "me@example.org"}).content.decode()
    assert "localhost" in answer
    assert 'value="me@example.org"' in answer
    assert proven_at() is None


def test_the_pages_are_closed_without_their_token_and_once_a_campaign_stands(server):
    for step in ("", "owner", "review", "done"):
        assert Client().get(f"/setup/guess/{step + '/' if step else ''}").status_code == 404
    answer_all(server)
    Client().post(page("review"))
    assert Client().post(page("review")).url == page("done")
    assert Campaign.objects.count() == 1
    assert Client().get(page("owner")).url == page("done")
    SetUp.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    for step in ("", "owner", "review", "done"):
        assert Client().get(page(step)).status_code == 404


def test_links_and_answers_are_not_kept_longer_than_they_serve(server):
    answer_all(server)
    Client().post(page("review"))
    assert not SetUpStep.objects.exists()
    SetUp.objects.update(finished_at=timezone.now() - timedelta(hours=25))
    next(job for job in hourly_jobs() if job.name == "setup").run()
    assert SetUp.objects.get().links == ""


def test_the_book_opens_when_every_key_of_the_stewards_who_joined_has_signed(server, django_assert_max_num_queries):
    answer_all(server)
    Client().post(page("review"))
    made = SetUp.objects.get()
    for role, email, link in made.link_list:
        if role == "steward":
            accept_invitation(token=link.rstrip("/").rsplit("/", 1)[1], name=email, password="stone upon stone")
    campaign = Campaign.objects.get()
    stewards = list(Role.objects.filter(name="steward"))
    open_book(campaign=campaign, author=stewards[0])
    assert not Entry.objects.filter(book=campaign.book).exists()
    client = Client()
    client.force_login(stewards[0].user)
    with django_assert_max_num_queries(QUERIES_MAX):
        home = client.get("/desk/harbour-school/").content.decode()
    assert "What to do next" in home
    assert "/desk/harbour-school/founding/" in home
    eve = give_role(campaign=campaign, user=register_user(email="eve@example.org", name="Eve", password="stone upon stone"), name="buyer")
    assert left_to_do(campaign, Actor(eve.user, [eve])) == []
    holders = {role.pk: [soft_key(role, PASSKEY, "one"), soft_key(role, PAPER, "sheet")] for role in stewards}
    for role in stewards:
        for soft in holders[role.pk]:
            enrol(role, soft)
    sign_founding(campaign.book, holders)
    assert [entry.kind for entry in Entry.objects.filter(book=campaign.book)] == ["policy"]
    assert campaign.policy_epochs.get().required == 2
    done = [step.address for step in next_steps(made) if step.done and step.address]
    assert "founding" in done
    assert settle_all() == 0


def test_a_file_does_the_same(tmp_path, capsys):
    file = tmp_path / "setup.json"
    file.write_text(json.dumps(FIELDS))
    call_command("setup", file=str(file), dry_run=True)
    assert not Campaign.objects.exists()
    call_command("setup", file=str(file))
    assert Campaign.objects.count() == 1
    said = capsys.readouterr().out
    assert said.count("/join/") == 4
    assert "What to do next" in said


def test_a_file_may_say_as_much_as_the_pages_ask(tmp_path):
    file = tmp_path / "setup.json"
    more = {
        "summary": "Six rooms.", "owner_country": "XX", "languages": ["ar", "en"], "site_language": "ar", "at_risk": True,
        "publication_delay_days": 30, "accounts": [{"number": "XX 0002", "currency": "EUR"}], "required": 2,
        "sections": [{"name": "Neighbours North", "country": "de", "currency": "eur", "registration": "VR 12", "number": "DE02120300000000202051",
                      "treasurer": "t@example.org"}],
        "people": [{"role": "translator", "email": "Lina@example.org"}],
    }  # fmt: skip
    file.write_text(json.dumps({**FIELDS, **more}))
    call_command("setup", file=str(file))
    campaign = Campaign.objects.get()
    assert (campaign.at_risk, campaign.languages, campaign.publication_delay_days) == (True, "ar,en", 30)
    assert campaign.sections.get().registration == "VR 12"
    assert campaign.book.bank_accounts.count() == 3
    assert Invitation.objects.filter(role_name="translator", email="lina@example.org").exists()


@pytest.mark.parametrize(("other", "says"), [
    ({"goal_currency": "dollars"}, "goal_currency"), ({"required": 1}, "One steward alone"), ({"sections": ["North; DE"]}, "Line 1"),
    ({"favourite": "tea"}, "favourite"), ({"treasurer": ""}, "has no treasurer"),
])  # fmt: skip
def test_a_wrong_file_is_refused_with_its_fields(tmp_path, capsys, other, says):
    file = tmp_path / "setup.json"
    file.write_text(json.dumps({**FIELDS, **other}))
    with pytest.raises(SystemExit) as stopped:
        call_command("setup", file=str(file))
    assert stopped.value.code == 1
    assert says in capsys.readouterr().err
    assert not Campaign.objects.exists()


def test_without_a_file_the_command_names_the_page_and_how_far_it_has_come(capsys):
    call_command("setup")
    assert page() in capsys.readouterr().out
    send("owner")
    call_command("setup")
    assert "1 steps of the set-up are kept" in capsys.readouterr().out


def test_on_a_terminal_the_same_questions_are_asked_and_the_way_may_be_left(server, settings, monkeypatch, capsys):
    settings.AWNA_BACKUP_DIR = server["backup_dir"]
    answers = {
        "kind": ["1"], "server": ["", "", "", ""], "owner wrong": ["Harbour School Board", "", "X1"], "owner": ["", "-", "XX"], "leave": ["leave"],
        "campaign": ["Harbour School", "harbour-school", "Six rooms.", "Harbour district", "90000.00", ""], "languages": ["1,2", "1", "2"],
        "exposure": ["no", "14", "3", "5"], "sections": ["Neighbours North", "DE", "EUR", "", ""],
        "accounts": ["1", "XX 0001", "USD", "2", "DE02120300000000202051", "EUR", ""], "stewards": ["2", "a@example.org", "b@example.org", ""],
        "people": ["1", "k@example.org", "1", "1", "t@example.org", "2", ""], "sure": ["yes"],
    }  # fmt: skip

    def type_in(*parts: str) -> str:
        lines = [line for part in parts for line in answers[part]]
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
        call_command("setup", ask=True)
        return capsys.readouterr().out

    said = type_in("kind", "server", "owner wrong", "owner", "leave")
    assert "Type the two letters of the country" in said
    assert "Kept. Go on with awna setup --ask" in said
    assert not Campaign.objects.exists()
    said = type_in("campaign", "languages", "exposure", "sections", "accounts", "stewards", "people", "sure")
    campaign = Campaign.objects.get(slug="harbour-school")
    assert (campaign.owner.name, campaign.languages, campaign.book.exposure) == ("Harbour School Board", "en,ar", "sheltered")
    assert said.count("/join/") == 4


def test_the_example_is_made_by_nobody_beside_a_campaign(tmp_path, capsys):
    file = tmp_path / "setup.json"
    file.write_text(json.dumps(FIELDS))
    call_command("setup", file=str(file))
    with pytest.raises(SystemExit):
        call_command("setup", sample=True)
    assert "A campaign stands already" in capsys.readouterr().err
