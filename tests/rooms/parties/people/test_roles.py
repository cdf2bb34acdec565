"""Who gives and withdraws roles, what needs a second person, and what each step leaves in the log."""

import pytest

from awna.core.problems import Refused
from awna.parties import services as parties
from awna.parties.models import Invitation, Role, RoleAsk, RoleChange
from awna.parties.people import services
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db


def codes(act, **values):
    with pytest.raises(Refused) as refused:
        act(**values)
    return refused.value.codes


def told(letters):
    return sorted(letter.to[0].split("@")[0] for letter in letters)


def steps():
    return list(RoleChange.objects.order_by("pk").values_list("what", flat=True))


def invite(world, author, email="new@example.org", role_name="coordinator", section=None, language="ar"):
    return services.invite_person(
        campaign=world.campaign, email=email, role_name=role_name, section=section, language=language, author=author
    )


def test_an_invitation_is_mailed_in_the_language_of_its_reader(world, mailed):
    letters = mailed(lambda: invite(world, world.salma))
    letter = next(one for one in letters if one.to == ["new@example.org"])
    assert "/ar/join/" in letter.body
    assert (told(letters), steps()) == (["new", "salma", "yusuf"], ["invited"])


def test_sent_again_the_old_link_opens_nothing(world, mailed):
    invitation = invite(world, world.salma)
    old = Invitation.objects.get().token_digest
    mailed(lambda: services.send_again(invitation=invitation, author=world.yusuf))
    assert Invitation.objects.get().token_digest != old
    assert steps() == ["invited", "sent_again"]


def test_taken_back_the_link_opens_nothing_and_twice_is_once(world, client, mailed):
    letters = mailed(lambda: invite(world, world.salma, language="en"))
    link = next(line for line in letters[0].body.splitlines() if "/join/" in line)
    assert client.get(link).status_code == 200
    for _time in range(2):
        services.take_back(invitation=Invitation.objects.get(), author=world.salma)
    assert client.get(link).status_code == 400
    assert steps() == ["invited", "taken_back"]


def test_what_an_invitation_refuses(world):
    invite(world, world.salma)
    assert codes(lambda: invite(world, world.salma)) == ["invited_already"]
    assert codes(lambda: invite(world, world.salma, email=world.rami.user.email, section=world.north)) == ["role_held_already"]
    assert codes(lambda: invite(world, world.salma, email="Salma@example.org")) == ["role_for_oneself"]
    assert codes(lambda: invite(world, world.rami)) == ["role_may_not_do_this"]
    assert codes(lambda: invite(world, world.north_treasurer, section=world.south)) == ["role_not_yours_to_give"]
    assert codes(lambda: invite(world, world.north_treasurer, role_name="buyer", section=world.north)) == ["role_not_yours_to_give"]


def test_a_section_s_treasurer_needs_a_steward_for_another_treasurer(world, mailed):
    invite(world, world.north_treasurer, role_name="treasurer", section=world.north)
    ask = RoleAsk.objects.get()
    assert Invitation.objects.get().sent_at is None
    assert codes(services.answer_ask, ask=ask, agree=True, author=world.north_treasurer) == ["second_person_needed"]
    assert codes(services.answer_ask, ask=ask, agree=True, author=world.karim) == ["second_person_needed_of"]
    letters = mailed(lambda: services.answer_ask(ask=ask, agree=True, author=world.salma))
    assert "new" in told(letters)
    assert steps() == ["asked_invite", "agreed", "invited"]
    services.answer_ask(ask=ask, agree=True, author=world.salma)
    assert codes(services.answer_ask, ask=ask, agree=False, author=world.yusuf) == ["ask_is_over"]


def test_a_no_takes_the_invitation_back(world):
    invite(world, world.salma, role_name="steward")
    services.answer_ask(ask=RoleAsk.objects.get(), agree=False, author=world.yusuf)
    assert Invitation.objects.get().taken_back_at
    assert steps() == ["asked_invite", "refused"]


def test_the_first_steward_invites_the_second_alone(world):
    Role.objects.exclude(pk=world.salma.pk).update(ended_on="2026-01-01")
    assert invite(world, world.salma, role_name="steward").sent_at


def test_a_colleague_gets_one_more_role_and_a_stranger_does_not(world):
    role = services.give_colleague_role(campaign=world.campaign, person=world.rami.user, role_name="shift_lead", author=world.salma)
    assert services.give_colleague_role(campaign=world.campaign, person=world.rami.user, role_name="shift_lead", author=world.salma) == role
    assert steps() == ["given"]
    refused = codes(services.give_colleague_role, campaign=world.campaign, person=world.eve, role_name="volunteer", author=world.salma)
    assert refused == ["person_not_here"]
    refused = codes(services.give_colleague_role, campaign=world.campaign, person=world.salma.user, role_name="buyer", author=world.salma)
    assert refused == ["role_for_oneself"]


def test_a_yes_to_somebody_who_was_deactivated_meanwhile_gives_nothing(world):
    ask = services.give_colleague_role(campaign=world.campaign, person=world.rami.user, role_name="steward", author=world.salma)
    services.deactivate_person(campaign=world.campaign, person=world.rami.user, author=world.salma)
    assert codes(services.answer_ask, ask=ask, agree=True, author=world.yusuf) == ["person_not_here"]
    assert RoleAsk.objects.get().answered_at is None


def test_a_withdrawn_role_opens_nothing_and_its_sessions_end(world, client, mailed):
    client.force_login(world.rami.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/desk/{world.campaign.slug}/").status_code == 200
    letters = mailed(lambda: services.end_role(role=world.rami, author=world.salma))
    assert told(letters) == ["rami", "salma", "yusuf"]
    assert client.get(f"/desk/{world.campaign.slug}/").status_code == 302
    client.force_login(world.rami.user.__class__.objects.get(pk=world.rami.user.pk), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/desk/{world.campaign.slug}/").status_code == 403
    services.end_role(role=world.rami, author=world.salma)
    assert steps() == ["ended"]


def test_a_role_that_ended_begins_again_as_the_same_author(world):
    services.end_role(role=world.rami, author=world.salma)
    again = parties.give_role(campaign=world.campaign, user=world.rami.user, name="coordinator", section=world.north)
    assert (again.pk, again.ended_on) == (world.rami.pk, None)


def test_no_single_steward_removes_another(world):
    ask = services.end_role(role=world.yusuf, author=world.salma)
    assert isinstance(ask, RoleAsk)
    assert services.end_role(role=world.yusuf, author=world.salma) == ask
    assert codes(services.answer_ask, ask=ask, agree=True, author=world.yusuf) == ["second_person_needed"]
    services.answer_ask(ask=ask, agree=True, author=world.karim)
    world.yusuf.refresh_from_db()
    assert world.yusuf.ended_on
    assert steps() == ["asked_end", "agreed", "ended"]


def test_the_last_steward_stays(world):
    services.end_role(role=world.yusuf, author=world.yusuf)
    assert codes(services.end_role, role=world.salma, author=world.salma) == ["last_steward"]


def test_the_last_treasurer_leaves_only_when_it_is_meant(world, mailed):
    assert codes(services.end_role, role=world.north_treasurer, author=world.salma) == ["last_treasurer"]
    letters = mailed(lambda: services.end_role(role=world.north_treasurer, author=world.salma, even_last=True))
    assert steps() == ["ended", "left_none"]
    assert told(letters).count("yusuf") == 2


def test_eve_withdraws_nothing(world):
    other = parties.create_campaign(slug="school", title="A school", owner_name="A board")
    eve = parties.give_role(campaign=other, user=world.eve, name="steward")
    assert codes(services.end_role, role=world.rami, author=eve) == ["role_of_another_campaign"]
    assert codes(services.end_role, role=world.rami, author=world.store) == ["role_may_not_do_this"]
    assert codes(services.sign_out_person, person=world.rami.user, author=eve) == ["role_may_not_do_this"]


def test_deactivated_nobody_signs_in_until_invited_anew(world, client, mailed):
    services.deactivate_person(campaign=world.campaign, person=world.rami.user, author=world.salma)
    client.post("/accounts/login/", {"login": world.rami.user.email, "password": PASSWORD})
    assert client.get("/my/sign-in/").status_code == 302
    assert steps() == ["ended", "deactivated"]
    letters = mailed(lambda: invite(world, world.salma, email=world.rami.user.email, language="en"))
    token = next(one for one in letters if "/join/" in one.body).body.split("/join/")[1].split("/")[0]
    role = parties.accept_invitation(token=token, name="Rami", password="a new password")
    assert role.user.is_active
    assert role.user.check_password("a new password")
    assert [one.name for one in Role.objects.held(world.campaign).filter(user=role.user)] == ["coordinator"]


def test_what_deactivating_refuses(world):
    def act(**values):
        return codes(services.deactivate_person, campaign=world.campaign, **values)

    assert act(person=world.rami.user, author=world.karim) == ["role_may_not_do_this"]
    assert act(person=world.salma.user, author=world.salma) == ["not_oneself"]
    assert act(person=world.eve, author=world.salma) == ["person_not_here"]
    other = parties.create_campaign(slug="school", title="A school", owner_name="A board")
    parties.give_role(campaign=other, user=world.rami.user, name="steward")
    assert act(person=world.rami.user, author=world.salma) == ["roles_elsewhere"]


def test_an_address_that_never_came_is_forgotten(world):
    invitation = invite(world, world.salma)
    assert services.forget_invitations() == 0
    Invitation.objects.filter(pk=invitation.pk).update(expires_at="2020-01-01T00:00Z")
    assert services.forget_invitations() == 1
    assert RoleChange.objects.get().invitation is None
