"""Somebody complains without an account, the people in charge answer in time, and what was answered is forgotten in time."""

import io
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from PIL import Image

from awna.core.problems import Refused
from awna.kit import crowd
from awna.kit.gate import NETWORK
from awna.kit.jobs import work_off
from awna.voices import services
from awna.voices.models import Voice, VoicePhoto
from tests.rooms.campaigns.conftest import camera_picture

from .conftest import signed_in

WORDS = "The gate was shut at noon and my mother waited in the sun."
FORM = {"kind": "complaint", "text": WORDS, "request_id": "r1"}


def told(world, **given):
    return services.tell(**{"campaign": world.campaign, "kind": "complaint", "text": WORDS, "language": "en", "request_id": "r", **given})


def answered(world, **given):
    voice = told(world, **given).voice
    return services.answer_voice(
        voice=voice, answer="There is a roof now.", public_text="The gate was shut." if voice.wants_public else "", author=world.salma
    )


def test_a_complaint_has_a_number_a_private_page_and_an_answer(world):
    client = Client()
    sent = client.post("/c/clinic/voices/tell/", {**FORM, "email": "dana@example.org", "name": "Dana", "wants_public": "on"})
    assert sent.status_code == 302 and "/voices/case/" in sent["Location"]
    voice = Voice.objects.get()
    page = client.get(sent["Location"])
    assert voice.code in page.content.decode() and "You get an answer by" in page.content.decode() and "no-store" in page["Cache-Control"]
    work_off()
    mails = {message.to[0]: message.body for message in mail.outbox}
    assert sent["Location"] in mails["dana@example.org"] and WORDS not in "".join(mails.values())
    assert {"salma@example.org", "karim@example.org", "nour@example.org"} <= set(mails) and "nils@example.org" not in mails
    desk = signed_in(world.salma)
    assert WORDS in desk.get(f"/desk/clinic/voices/{voice.pk}/").content.decode()
    answer = {"answer": "There is a roof now.", "public_text": "The gate was shut at noon."}
    assert desk.post(f"/desk/clinic/voices/{voice.pk}/", answer).status_code == 302
    public, mine = client.get("/c/clinic/voices/").content.decode(), client.get(sent["Location"]).content.decode()
    assert (
        "There is a roof now." in public and "The gate was shut at noon." in public and "my mother" not in public and "Dana" not in public
    )
    assert "There is a roof now." in mine
    work_off()
    assert any(message.to == ["dana@example.org"] and "has an answer" in message.body for message in mail.outbox)


def test_open_and_late_ones_are_counted_beside_answered_ones(world):
    answered(world, request_id="1", wants_public=True)
    answered(world, request_id="2")
    told(world, request_id="3")
    late = told(world, request_id="4").voice
    Voice.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    assert services.public_figures(world.campaign) == {"all": 4, "answered": 2, "open": 2, "late": 1, "shown": 1}
    page = Client().get("/c/clinic/voices/").content.decode()
    assert page.count("There is a roof now.") == 1 and "Late" in page
    work_off()
    mail.outbox.clear()
    assert services.remind_late(campaign=world.campaign) == 1
    assert services.remind_late(campaign=world.campaign) == 0
    work_off()
    assert [message.to[0] for message in mail.outbox].count("salma@example.org") == 1


def test_nothing_is_public_without_both(world):
    quiet, refused_one = told(world, request_id="1").voice, told(world, request_id="2", wants_public=True).voice
    with pytest.raises(Refused) as refused:
        services.answer_voice(voice=quiet, answer="Yes.", public_text="Words", author=world.salma)
    assert refused.value.codes == ["voice_is_private"]
    services.answer_voice(voice=refused_one, answer="Yes.", author=world.salma)
    assert not Voice.objects.exclude(published_at=None).exists()


def test_whom_it_is_about_does_not_read_it(world):
    about_steward = told(world, request_id="1", about=["steward"]).voice
    about_nour = told(world, request_id="2").voice
    services.bar_person(voice=about_nour, user=world.nour.user, author=world.salma)
    of_north = told(world, request_id="3", section=world.north).voice
    for role, readable in (
        (world.salma, {about_nour, of_north}), (world.yusuf, {about_nour, of_north}), (world.karim, {about_steward, about_nour, of_north}),
        (world.nour, {about_steward, of_north}), (world.north_treasurer, {of_north}), (world.south_treasurer, set()),
    ):  # fmt: skip
        desk = signed_in(role)
        listed = desk.get("/desk/clinic/voices/").content.decode()
        for voice in (about_steward, about_nour, of_north):
            page = desk.get(f"/desk/clinic/voices/{voice.pk}/")
            assert (page.status_code == 200) == (voice in readable) == (voice.code in listed), (role, voice)
            if voice not in readable:
                with pytest.raises(Refused) as refused:
                    services.answer_voice(voice=voice, answer="No.", author=role)
                assert refused.value.codes == ["voice_not_yours"]
    work_off()
    about = [message.to[0] for message in mail.outbox if about_steward.code in message.subject]
    assert "karim@example.org" in about and not {"salma@example.org", "yusuf@example.org"} & set(about)


def test_somebody_in_charge_is_left_or_it_is_refused(world):
    with pytest.raises(Refused) as refused:
        told(world, about=["steward", "treasurer", "coordinator", "site_lead"])
    assert refused.value.codes == ["voice_nobody_left"]
    with pytest.raises(Refused) as refused:
        services.bar_person(voice=told(world).voice, user=world.salma.user, author=world.salma)
    assert refused.value.codes == ["bars_herself"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": " "}, "voice_without_words"),
        ({"text": "x" * 8_001}, "voice_too_long"),
        ({"kind": "harm"}, "voice_kind_wrong"),
        ({"about": ["bishop"]}, "voice_about_unknown"),
        ({"way": "paper"}, "voice_way_wrong"),
    ],
)
def test_what_is_no_case_is_refused_and_nothing_is_kept(world, change, code):
    with pytest.raises(Refused) as refused:
        told(world, **change)
    assert refused.value.codes == [code]
    assert not Voice.objects.exists()


def test_a_form_with_a_fault_keeps_what_was_typed(world):
    back = Client().post("/c/clinic/voices/tell/", {**FORM, "kind": "harm"})
    assert back.status_code == 422 and WORDS in back.content.decode()


def test_twice_is_once(world):
    assert told(world).voice == told(world).voice
    voice = Voice.objects.get()
    first = services.answer_voice(voice=voice, answer="Yes.", author=world.salma)
    assert services.answer_voice(voice=voice, answer="Yes.", author=world.yusuf).answered_by == first.answered_by
    with pytest.raises(Refused) as refused:
        services.answer_voice(voice=voice, answer="No.", author=world.karim)
    assert refused.value.codes == ["voice_answered_already"]


def test_a_flood_waits_and_loses_nothing(world):
    client = Client()
    for number in range(NETWORK.burst):
        crowd.gate.admit(network=crowd.network_of("127.0.0.1"), domain=str(number))
    held = client.post("/c/clinic/voices/tell/", FORM)
    assert held.status_code == 429 and WORDS in held.content.decode() and not Voice.objects.exists()


def test_paper_is_typed_in_by_somebody_with_a_role_and_by_nobody_else(world):
    typed = signed_in(world.store).post("/desk/clinic/voices/enter/", {**FORM, "way": "paper"})
    assert typed.status_code == 302 and Voice.objects.get().typed_by == world.store
    assert signed_in(world.store).get(f"/desk/clinic/voices/{Voice.objects.get().pk}/").status_code == 403
    eve = Client()
    eve.force_login(world.eve)
    assert eve.get("/desk/clinic/voices/enter/").status_code == 403 and eve.get("/desk/clinic/voices/").status_code == 403


def test_a_photo_comes_without_what_the_camera_wrote(world):
    sent = Client().post("/c/clinic/voices/tell/", {**FORM, "photo": io.BytesIO(camera_picture())})
    assert sent.status_code == 302
    photo = VoicePhoto.objects.get()
    shown = signed_in(world.salma).get(f"/desk/clinic/voices/{photo.voice_id}/photo/{photo.pk}/").content
    assert not Image.open(io.BytesIO(shown)).getexif() and bytes(photo.data) != shown
    broken = Client().post("/c/clinic/voices/tell/", {**FORM, "request_id": "r2", "photo": io.BytesIO(b"GIF89a nothing")})
    assert broken.status_code == 422 and WORDS in broken.content.decode()


def test_personal_parts_go_when_the_stated_time_is_over(world):
    services.set_rules(campaign=world.campaign, answer_days=5, keep_days=10, author=world.salma)
    case = told(world, wants_public=True, name="Dana", email="dana@example.org")
    assert case.voice.due_on == timezone.localdate() + timedelta(days=5)
    services.answer_voice(voice=case.voice, answer="There is a roof now.", public_text="The gate was shut.", author=world.salma)
    assert services.forget_closed(campaign=world.campaign) == 0
    Voice.objects.update(delete_on=timezone.localdate())
    assert services.forget_closed(campaign=world.campaign) == 1
    assert services.forget_closed(campaign=world.campaign) == 0
    row = Voice.objects.get()
    assert (row.text, row.name, row.email, row.answer, row.link_key) == ("", "", "", "", None)
    assert Client().get(case.path).status_code == 404
    assert "The gate was shut." in Client().get("/c/clinic/voices/").content.decode()
    for days, code in (
        ({"answer_days": 0, "keep_days": 10}, "voice_days_wrong"),
        ({"answer_days": 5, "keep_days": 366}, "voice_days_wrong"),
    ):
        with pytest.raises(Refused) as refused:
            services.set_rules(campaign=world.campaign, author=world.salma, **days)
        assert refused.value.codes == [code]
    with pytest.raises(Refused) as refused:
        services.set_rules(campaign=world.campaign, answer_days=5, keep_days=10, author=world.karim)
    assert refused.value.codes == ["role_may_not_do_this"]


def test_whoever_has_the_link_takes_everything_back(world):
    case = told(world, wants_public=True)
    services.answer_voice(voice=case.voice, answer="Yes.", public_text="Words", author=world.salma)
    assert Client().post(case.path).status_code == 200
    assert not Voice.objects.exists() and Client().get(case.path).status_code == 404
    assert Client().get("/c/clinic/voices/case/no-such-token/").status_code == 404
