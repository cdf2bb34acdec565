"""A report about harm is sealed for the leads: the server cannot read it, whom it is about cannot, the leads can with their own keys."""

import io
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from awna.core.problems import Refused
from awna.kit.jobs import work_off
from awna.kit.policies import declared_policies
from awna.parties import services as parties
from awna.voices import boxes, services
from awna.voices.models import Voice
from tests.rooms.campaigns.conftest import camera_picture
from tests.world import person

from .conftest import signed_in

CANARY = "CANARY-7731 a driver hurt a child"


def reported(leads, **given):
    return services.report_harm(**{"campaign": leads.world.campaign, "text": CANARY, "language": "en", "request_id": "r", **given})


def everything_stored() -> bytes:
    """Every row of every table, as its bytes."""
    out = io.BytesIO()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # names of our own tables
            for row in cursor.fetchall():
                out.write(b"|".join(value if isinstance(value, bytes) else str(value).encode() for value in row))
    return out.getvalue()


def test_a_report_is_read_with_a_leads_key_and_by_nobody_else(leads, tmp_path):
    sent = Client().post(
        "/c/clinic/voices/report/", {"text": CANARY, "contact": "the baker", "request_id": "r1", "photo": io.BytesIO(camera_picture())}
    )
    assert sent.status_code == 302
    voice = Voice.objects.get()
    assert (voice.text, voice.email, voice.photos.count()) == ("", "", 0)
    stored = everything_stored()
    assert b"CANARY" not in stored and b"the baker" not in stored and leads.secrets[0].encode() not in stored
    box = signed_in(leads.mona).get(f"/desk/clinic/voices/sealed/{voice.pk}/report.age")
    assert box.status_code == 200
    key, sealed = tmp_path / "key", tmp_path / "case.age"
    key.write_text(f"# mine\n{leads.secrets[0]}\n")
    sealed.write_bytes(box.content)
    said = io.StringIO()
    call_command("opensealed", str(sealed), key=str(key), stdout=said)
    assert CANARY in said.getvalue() and "the baker" in said.getvalue() and voice.code in said.getvalue()
    call_command("opensealed", str(sealed), key=str(key), into=str(tmp_path / "out"), stdout=io.StringIO())
    assert (tmp_path / "out" / "photo-1.webp").read_bytes()[:4] == b"RIFF"
    key.write_text(boxes.new_pair()[0])
    with pytest.raises(SystemExit):
        call_command("opensealed", str(sealed), key=str(key), stderr=io.StringIO())
    work_off()
    assert {message.to[0] for message in mail.outbox if voice.code in message.subject} == {"mona@example.org", "jonas@example.org"}
    assert CANARY not in "".join(message.body for message in mail.outbox)


def test_no_page_of_another_role_has_a_word_or_a_byte_of_it(leads):
    case = reported(leads).voice
    client = signed_in(leads.world.salma)
    for role in ("treasurer", "coordinator", "site_lead"):
        parties.give_role(campaign=leads.world.campaign, user=leads.world.salma.user, name=role)
    opened = 0
    for route, _name, _policies in declared_policies():
        if "voices" in route:
            path = "/" + route.replace("<slug:slug>", "clinic").replace("<uuid:voice>", str(case.pk)).replace("<int:photo>", "1")
            path = path.replace("<int:key>", str(leads.keys[0].pk)).replace("<str:token>", "x")
            for answer in (client.get(path), client.post(path)):
                opened += 1
                body = answer.content.decode(errors="replace")
                assert case.code not in body and CANARY not in body and bytes(case.sealed)[-40:] not in answer.content, path
    assert opened > 20


def test_the_lead_whom_it_is_about_neither_reads_nor_learns_of_it(leads):
    case = reported(leads, but=[leads.keys[1].pk]).voice
    with pytest.raises(Refused):
        boxes.open_with_secrets(bytes(case.sealed), [leads.secrets[1]])
    assert boxes.open_with_secrets(bytes(case.sealed), [leads.secrets[0]])
    jonas = signed_in(leads.jonas)
    assert case.code not in jonas.get("/desk/clinic/voices/sealed/").content.decode()
    assert jonas.get(f"/desk/clinic/voices/sealed/{case.pk}/report.age").status_code == 404
    work_off()
    assert {message.to[0] for message in mail.outbox if case.code in message.subject} == {"mona@example.org"}
    with pytest.raises(Refused) as refused:
        services.answer_sealed(voice=case, answer="I see.", author=leads.jonas)
    assert refused.value.codes == ["report_not_for_you"]
    with pytest.raises(Refused) as refused:
        reported(leads, request_id="2", but=[key.pk for key in leads.keys])
    assert refused.value.codes == ["no_lead_to_read"]


def test_without_a_lead_nothing_is_taken_unsealed(world):
    page = Client().get("/c/clinic/voices/report/").content.decode()
    assert "Not possible here today" in page and "<textarea" not in page
    sent = Client().post("/c/clinic/voices/report/", {"text": CANARY, "request_id": "r1"})
    assert sent.status_code == 422 and not Voice.objects.exists()


def test_the_answer_opens_with_the_private_link_alone(leads):
    case = reported(leads)
    answer = "Come to the office on Monday; CANARY-8842 will be there."
    sent = signed_in(leads.mona).post(f"/desk/clinic/voices/sealed/{case.voice.pk}/answer/", {"answer": answer})
    assert sent.status_code == 302 and b"CANARY-8842" not in everything_stored()
    assert answer in Client().get(case.path).content.decode()
    close = f"/desk/clinic/voices/sealed/{case.voice.pk}/close/"
    assert signed_in(leads.mona).post(close, {"delete_on": "2001-01-01"}).status_code == 422
    assert signed_in(leads.mona).post(close, {"delete_on": str(timezone.localdate())}).status_code == 302
    assert services.forget_closed(campaign=leads.world.campaign) == 1
    row = Voice.objects.get()
    assert (row.sealed, row.sealed_answer, row.link_key) == (None, None, None)
    with pytest.raises(Refused) as refused:
        services.close_sealed(voice=row, delete_on=timezone.localdate() + timedelta(days=4_000), author=leads.mona)
    assert refused.value.codes == ["report_not_for_you"]


def test_an_ended_key_gets_nothing_new_and_each_ends_her_own(leads):
    with pytest.raises(Refused) as refused:
        services.end_lead_key(key=leads.keys[0], author=leads.jonas)
    assert refused.value.codes == ["lead_key_not_yours"]
    assert signed_in(leads.mona).post(f"/desk/clinic/voices/sealed/key/{leads.keys[0].pk}/end/").status_code == 302
    case = reported(leads).voice
    with pytest.raises(Refused):
        boxes.open_with_secrets(bytes(case.sealed), [leads.secrets[0]])


def test_a_key_is_checked_before_anything_is_sealed_for_it(leads):
    secret, public = boxes.new_pair()
    cases = (("", public, "lead_without_title"), ("Mona", "age1nonsense", "public_key_wrong"), ("Mona", secret, "secret_key_pasted"),
             ("Mona", leads.keys[1].public_key, "lead_key_used"))  # fmt: skip
    for title, key, code in cases:
        with pytest.raises(Refused) as refused:
            services.add_lead_key(role=leads.mona, title=title, public_key=key)
        assert refused.value.codes == [code]
    assert services.add_lead_key(role=leads.mona, title="Mona", public_key=leads.keys[0].public_key) == leads.keys[0]
    assert signed_in(leads.mona).post("/desk/clinic/voices/sealed/", {"title": "Mona, new phone", "public_key": public}).status_code == 302
    with pytest.raises(Refused) as refused:
        services.add_lead_key(role=leads.world.salma, title="Salma", public_key=public)
    assert refused.value.codes == ["role_may_not_do_this"]
    stranger = parties.give_role(campaign=leads.world.campaign, user=person("Lea"), name="safeguarding")
    assert services.add_lead_key(role=stranger, title="Lea", public_key=boxes.new_pair()[1]).role == stranger
    work_off()
    assert {message.to[0] for message in mail.outbox if message.subject == "A new lead of safeguarding"} >= {
        "mona@example.org",
        "jonas@example.org",
    }


def test_the_command_makes_a_key_that_opens_and_overwrites_none(tmp_path, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "stone upon stone")
    said = io.StringIO()
    call_command("safeguardingkey", out=str(tmp_path / "key"), passphrase=True, stdout=said)
    public = said.getvalue().strip()
    assert b"AGE-SECRET" not in (tmp_path / "key").read_bytes() and (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "box").write_bytes(boxes.seal(boxes.pack({boxes.REPORT: CANARY.encode()}), [public]))
    opened = io.StringIO()
    call_command("opensealed", str(tmp_path / "box"), key=str(tmp_path / "key"), stdout=opened)
    assert CANARY in opened.getvalue()
    for args in ({"out": str(tmp_path / "key")}, {"out": str(tmp_path / "no" / "folder")}):
        with pytest.raises(SystemExit):
            call_command("safeguardingkey", **args, stderr=io.StringIO())
    (tmp_path / "box").write_bytes(boxes.seal(b"no zip", [public]))
    with pytest.raises(SystemExit):
        call_command("opensealed", str(tmp_path / "box"), key=str(tmp_path / "key"), stderr=io.StringIO())
