"""A lost sign-in: the same answer for every address, a mailed link, two colleagues, and no way around them."""

import pytest
from allauth.account.internal.flows.manage_email import emit_email_changed
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.core import mail
from django_tasks_db.models import DBTaskResult

from awna.core.problems import Refused
from awna.parties import services as parties
from awna.parties.models import LostSignIn, RoleChange, User
from awna.parties.people import services

pytestmark = pytest.mark.django_db
NEW = "quarry lime sand"


def codes(act, **values):
    with pytest.raises(Refused) as refused:
        act(**values)
    return refused.value.codes


def begin(user):
    """The token of the link, and the code that its page shows."""
    Authenticator.objects.get_or_create(user=user, type=Authenticator.Type.TOTP, defaults={"data": {"secret": "x"}})
    token = services.begin_lost_sign_in(user=user, language="en").rstrip("/").rsplit("/", 1)[1]
    return token, services.code_of(token)


def lost_of(token):
    return services.find_lost(token)


def test_known_or_not_the_page_answers_alike_and_asks_the_database_alike(world, client, django_assert_num_queries, mailed):
    answers, jobs = [], []
    for email in (world.rami.user.email, "nobody@example.org"):
        DBTaskResult.objects.all().delete()
        with django_assert_num_queries(0):
            answer = client.post("/lost/", {"email": email})
        mailed(lambda email=email: jobs.append(client.post("/lost/", {"email": email})))
        answers.append((answer.status_code, answer.content.replace(email.encode(), b"")))
        assert email not in str(list(DBTaskResult.objects.filter(task_path__contains="lost").values_list("args_kwargs", flat=True)))
    assert answers[0] == answers[1]
    assert [letter.to for letter in mail.outbox] == [[world.rami.user.email]]


def test_nobody_learns_by_signing_up_who_has_a_user_here(world, client):
    answers = [
        client.post("/accounts/signup/", {"email": email, "password1": NEW})
        for email in (world.rami.user.email, "nobody@example.org")
    ]  # fmt: skip
    assert answers[0].content == answers[1].content and "by invitation" in answers[0].content.decode()
    assert not User.objects.filter(email="nobody@example.org").exists()


def test_a_flood_of_addresses_is_stopped_at_the_gate(world, client):
    answers = [client.post("/lost/", {"email": f"one{number}@example.org"}).status_code for number in range(25)]
    assert (answers[0], answers[-1]) == (200, 422)


def test_asked_again_at_once_no_second_mail_leaves(world, mailed):
    mailed(lambda: services.ask_for_link(email=world.rami.user.email, language="ar"))
    mailed(lambda: services.ask_for_link(email=world.rami.user.email, language="ar"))
    assert ["/ar/lost/" in letter.body for letter in mail.outbox] == [True]


def test_two_colleagues_let_somebody_in(world, client, mailed):
    token, code = begin(world.rami.user)
    assert client.post(f"/lost/{token}/", {"act": "finish", "password": NEW}).status_code == 422
    letters = mailed(lambda: client.post(f"/lost/{token}/", {"act": "ask"}))
    assert {"nour", "lina", "salma"} <= {letter.to[0].split("@")[0] for letter in letters}
    assert f"{code[:4]} {code[4:]}" in client.get(f"/lost/{token}/").content.decode()
    for colleague in (world.nour, world.nour, world.shift_lead):
        assert not services.is_confirmed(lost_of(token))
        services.confirm_lost(lost=lost_of(token), code=f"{code[:4]} {code[4:]}", author=colleague)
    client.force_login(world.rami.user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/lost/{token}/", {"act": "finish", "password": NEW}).status_code == 302
    assert client.get("/my/sign-in/").status_code == 302
    assert User.objects.get(pk=world.rami.user.pk).check_password(NEW)
    assert not Authenticator.objects.filter(user=world.rami.user).exists()
    assert client.get(f"/lost/{token}/").status_code == 404
    steps = list(RoleChange.objects.order_by("pk").values_list("what", flat=True))
    assert steps == ["lost_asked", "lost_confirmed", "lost_confirmed", "lost_done"]


def test_for_a_treasurer_one_of_the_two_is_a_steward(world):
    token, code = begin(world.karim.user)
    services.ask_colleagues(lost=lost_of(token))
    for colleague in (world.nour, world.shift_lead):
        services.confirm_lost(lost=lost_of(token), code=code, author=colleague)
    assert codes(services.finish_lost, lost=lost_of(token), password=NEW) == ["not_confirmed_yet"]
    services.confirm_lost(lost=lost_of(token), code=code, author=world.salma)
    assert services.finish_lost(lost=lost_of(token), password=NEW) == world.karim.user


def test_who_may_not_confirm(world):
    token, code = begin(world.rami.user)
    assert codes(services.confirm_lost, lost=lost_of(token), code=code, author=world.nour) == ["lost_is_over"]
    services.ask_colleagues(lost=lost_of(token))
    helper = parties.give_role(campaign=world.campaign, user=world.eve, name="volunteer")
    other = parties.create_campaign(slug="school", title="A school", owner_name="A board")
    stranger = parties.give_role(campaign=other, user=world.eve, name="steward")
    for author in (world.rami, helper, stranger):
        assert codes(services.confirm_lost, lost=lost_of(token), code=code, author=author) == ["not_a_colleague"]


def test_each_campaign_of_the_person_must_confirm(world):
    other = parties.create_campaign(slug="school", title="A school", owner_name="A board")
    parties.give_role(campaign=other, user=world.rami.user, name="steward")
    token, _code = begin(world.rami.user)
    assert codes(services.ask_colleagues, lost=lost_of(token)) == ["too_few_colleagues"]


def test_somebody_without_a_role_is_let_in_by_nobody(world):
    token, _code = begin(world.eve)
    assert codes(services.ask_colleagues, lost=lost_of(token)) == ["too_few_colleagues"]
    assert codes(services.finish_lost, lost=lost_of(token), password=NEW) == ["not_confirmed_yet"]


def test_after_five_wrong_codes_all_is_stopped(world):
    token, code = begin(world.rami.user)
    lost = services.ask_colleagues(lost=lost_of(token))
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    refusals = [codes(services.confirm_lost, lost=lost, code=wrong, author=world.nour) for _time in range(5)]
    assert refusals == [["code_wrong"]] * 4 + [["lost_stopped"]]
    assert codes(services.confirm_lost, lost=lost, code=code, author=world.nour) == ["lost_is_over"]


def test_a_colleague_or_the_person_stops_it(world, client):
    token, _code = begin(world.rami.user)
    services.refuse_lost(lost=services.ask_colleagues(lost=lost_of(token)), author=world.nour)
    assert codes(lost_of, token=token) == ["lost_link_not_valid"]
    token, _code = begin(world.rami.user)
    services.ask_colleagues(lost=lost_of(token))
    client.force_login(world.rami.user, backend="django.contrib.auth.backends.ModelBackend")
    client.post("/my/sign-in/", {"act": "stop"})
    assert codes(lost_of, token=token) == ["lost_link_not_valid"]


def test_a_confirmation_of_somebody_who_left_counts_no_more(world):
    token, code = begin(world.rami.user)
    services.ask_colleagues(lost=lost_of(token))
    for colleague in (world.nour, world.shift_lead):
        services.confirm_lost(lost=lost_of(token), code=code, author=colleague)
    services.end_role(role=world.shift_lead, author=world.salma)
    assert not services.is_confirmed(lost_of(token))


def test_an_old_link_opens_nothing(world, client):
    token, _code = begin(world.rami.user)
    LostSignIn.objects.update(expires_at="2020-01-01T00:00Z")
    assert client.get(f"/lost/{token}/").status_code == 404


def test_panic_signs_out_every_device(world, client, mailed):
    phone = client.__class__()
    for device in (client, phone):
        device.force_login(world.rami.user, backend="django.contrib.auth.backends.ModelBackend")
    letters = mailed(lambda: client.post("/my/sign-in/", {"act": "out"}))
    assert phone.get("/my/sign-in/").status_code == 302
    assert {"rami", "salma", "yusuf"} == {letter.to[0].split("@")[0] for letter in letters}
    token, _code = begin(world.rami.user)
    phone.force_login(User.objects.get(pk=world.rami.user.pk), backend="django.contrib.auth.backends.ModelBackend")
    client.post(f"/lost/{token}/", {"act": "out"})
    assert phone.get("/my/sign-in/").status_code == 302
    assert list(RoleChange.objects.order_by("pk").values_list("what", "way")) == [("signed_out_self", "page"), ("signed_out_self", "link")]


def test_a_lost_device_takes_its_factor_along(world, client):
    begin(world.rami.user)
    factor = Authenticator.objects.get()
    client.force_login(world.rami.user, backend="django.contrib.auth.backends.ModelBackend")
    foreign = Authenticator.objects.create(user=world.nour.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    services.report_lost_device(user=world.rami.user, authenticators=[factor.pk, foreign.pk])
    assert list(Authenticator.objects.all()) == [foreign]
    assert client.get("/my/sign-in/").status_code == 302


def test_a_forgotten_password_is_one_mail_and_answers_alike(world, client, mailed):
    answers = []
    for email in (world.rami.user.email, "nobody@example.org"):
        letters = mailed(lambda email=email: answers.append(client.post("/accounts/password/reset/", {"email": email})))
        assert [letter.to for letter in letters] == [[email]]
    assert (answers[0].status_code, answers[0].url) == (answers[1].status_code, answers[1].url)
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    page = client.get(link.replace("http://localhost:8000", ""), follow=True)
    mailed(lambda: client.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW}))
    assert User.objects.get(pk=world.rami.user.pk).check_password(NEW)
    assert list(RoleChange.objects.values_list("what", "way")) == [("password_reset", "link")]
    assert client.post("/accounts/login/", {"login": world.rami.user.email, "password": NEW}).status_code == 302


def test_a_new_address_is_told_to_the_old_one(world, rf, mailed):
    old, new = (EmailAddress(user=world.rami.user, email=email) for email in ("rami@example.org", "rami2@example.org"))
    request = rf.get("/")
    with context.request_context(request):
        letters = mailed(lambda: emit_email_changed(request, old, new))
    assert [letter.to for letter in letters] == [["rami@example.org"]]
    assert list(RoleChange.objects.values_list("what", flat=True)) == ["address_changed"]


def test_a_request_that_is_long_over_is_forgotten(world):
    lost = lost_of(begin(world.rami.user)[0])
    assert services.forget_lost() == 0
    LostSignIn.objects.filter(pk=lost.pk).update(expires_at="2020-01-01T00:00Z")
    assert services.forget_lost() == 1 and not LostSignIn.objects.exists()
