"""One queue for everything that the stewards are asked: who, what, how much, who said what, what is new, and what is done by itself."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from awna.approvals import services
from awna.approvals.models import CarriedOut, Look, PublicReason, QuoteRule, Told
from awna.approvals.services.questions import note_look, waiting_for
from awna.books.services import balance_of
from awna.books.services.rates import propose_rates, wanted_of
from awna.core.consent.quorum import word_code
from awna.core.problems import Refused
from awna.kit.jobs import work_off
from tests.keyed import make_keyed
from tests.rooms.funded import make_funded

QUEUE = "/desk/clinic/approvals/"


@pytest.fixture
def funded(db):
    return make_funded()


def as_(client, role):
    client.force_login(role.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ask_rate(funded, request_id="r"):
    cells = {"from": "UAH", "to": "EUR", "rate": "0.0205", "date": "2026-03-02", "source": "National bank"}
    return propose_rates(
        book=funded.book, rates=[wanted_of(cells, decimal="point")], filed_by=funded.world.karim,
        expires_on=timezone.localdate() + timedelta(days=5), request_id=request_id,
    )  # fmt: skip


def approve(proposal, *stewards):
    for one in stewards:
        services.decide(proposal=proposal, steward=one, choice="approve", request_id=f"yes {one.pk}")


def waiting(funded, reader=None, since=None):
    return waiting_for(campaign=funded.world.campaign, reader=reader or funded.world.salma, since=since)


def test_everything_stands_in_one_list_oldest_first(funded, client):
    first = funded.propose()
    ask_rate(funded)
    second = funded.propose(funded.ask(10_000), request_id="p2", text="Sand", expires_on=timezone.localdate() + timedelta(days=2))
    assert [row.title for row in waiting(funded)] == ["Cement for the roof", "Write down rates of exchange", "Sand"]
    page = as_(client, funded.world.salma).get(QUEUE).content.decode()
    assert page.index("Cement for the roof") < page.index("rates of exchange") < page.index("Sand")
    assert f"Release {first.number}" in page and f"Release {second.number}" in page
    assert ("Nour" in page and "2\u202f900.00" in page.replace("\u00a0", "\u202f").replace("\u2009", "\u202f")) or "900.00" in page


def test_each_row_says_who_signed_who_asked_and_who_declined(funded):
    asked = funded.propose().proposal
    services.decide(proposal=asked, steward=funded.world.salma, choice="ask", reason="Which cement?", request_id="q")
    services.decide(proposal=asked, steward=funded.world.salma, choice="approve", request_id="y")
    services.decide(proposal=asked, steward=funded.world.yusuf, choice="decline", reason="Too dear", request_id="n")
    (row,) = waiting(funded)
    assert [(one.reason, str(one.steward.user)) for one in (*row.asked, *row.declined)] == [
        ("Which cement?", "Salma"),
        ("Too dear", "Yusuf"),
    ]
    assert (row.voices, row.required, row.stones, row.mine.choice) == (1, 2, ["done", "yet"], "approve")


def test_what_is_new_since_the_last_visit_is_marked_for_this_steward_alone(funded):
    asked, visit = funded.propose().proposal, timezone.now() - timedelta(hours=3)
    assert note_look(reader=funded.world.salma) is None
    Look.objects.filter(role=funded.world.salma).update(looked_at=visit)
    since = note_look(reader=funded.world.salma)
    assert since == visit and note_look(reader=funded.world.salma) == visit  # one visit, however many pages
    assert waiting(funded, since=since)[0].news == "New since your last visit"
    now = timezone.now()
    services.decide(proposal=asked, steward=funded.world.yusuf, choice="ask", reason="Why?", request_id="q")
    assert waiting(funded, since=now)[0].news == "Answered since your last visit"
    assert waiting(funded, funded.world.yusuf, since=now)[0].news == ""


def test_the_queue_asks_no_question_for_each_row(funded, client, django_assert_max_num_queries):
    as_(client, funded.world.karim)
    funded.propose(funded.ask(1_000))
    services.tell_stewards(campaign=funded.world.campaign)
    with django_assert_max_num_queries(80) as few:
        client.get(QUEUE)
    for n in range(2, 8):
        funded.propose(funded.ask(1_000), request_id=f"p{n}", text=f"Sand {n}")
    services.tell_stewards(campaign=funded.world.campaign)
    with django_assert_max_num_queries(len(few)):
        client.get(QUEUE)


def test_there_is_no_way_to_approve_many_at_once(funded, client):
    funded.propose()
    funded.propose(funded.ask(10_000), request_id="p2", text="Sand")
    as_(client, funded.world.salma)
    assert client.post(QUEUE, {"choice": "approve"}).status_code == 405
    assert client.get(QUEUE).content.decode().count('value="approve"') == 1


def test_rates_are_written_by_the_last_word_and_a_question_of_another_campaign_is_not_found(funded, client):
    asked = ask_rate(funded)
    approve(asked, funded.world.salma)
    assert not CarriedOut.objects.exists()
    approve(asked, funded.world.yusuf)
    assert CarriedOut.objects.get().proposal == asked
    assert services.carry_out(proposal=asked, author=funded.world.salma)
    as_(client, funded.world.salma)
    assert client.get(f"{QUEUE}of/{asked.pk}/").status_code == 200
    assert client.get(f"{QUEUE}of/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_a_book_by_name_says_so_in_red_and_works_without_signing(funded, client):
    funded.propose()
    page = as_(client, funded.world.salma).get(QUEUE).content.decode()
    assert "Decided by name" in page
    assert "data-signing" not in client.post(QUEUE + "1/", {"choice": "approve", "reason": "", "request_id": "w"}).content.decode()


# -- what binds, the word code, and the confirm step ----------------------------------------------------------------


def test_the_page_shows_what_is_bound_and_the_code_to_compare(funded, client):
    asked = funded.propose().proposal
    asked.refresh_from_db()
    page = as_(client, funded.world.karim).get(QUEUE + "1/").content.decode()
    for word in word_code(asked.signs).split("-"):
        assert f"<bdi>{word}</bdi>" in page
    (digest,) = asked.content["documents"]
    assert digest[:16] in page and "The request itself, word for word" in page
    answer = client.get(reverse("proposal_document", kwargs={"slug": "clinic", "proposal": asked.pk, "digest": digest}))
    assert answer["Content-Disposition"].startswith("attachment") and b"Cement for the roof" in answer.content
    assert client.get(reverse("proposal_document", kwargs={"slug": "clinic", "proposal": asked.pk, "digest": "0" * 64})).status_code == 404


def test_the_text_of_a_request_is_bound_by_what_the_stewards_sign(funded):
    one, other = funded.propose(text="Cement"), funded.propose(text="Sand", request_id="p2")
    assert one.proposal.content["documents"] != other.proposal.content["documents"]


def test_a_decline_may_publish_its_reason(funded, client):
    funded.propose()
    said = {"choice": "decline", "reason": "One quote only", "request_id": "n", "confirmed": "on"}
    assert as_(client, funded.world.salma).post(QUEUE + "1/", said | {"in_public": "on"}).status_code == 302
    as_(client, funded.world.yusuf).post(QUEUE + "1/", said | {"reason": "Kept inside", "request_id": "n2"})
    assert [one.text for one in PublicReason.objects.all()] == ["One quote only"]
    public = client.get("/c/clinic/releases/").content.decode()
    assert "One quote only" in public and "Kept inside" not in public and "Declined" in public


# -- waiting days, force ---------------------------------------------------------------------------------------------


def keyed_release(keyed, minor=290_000):
    return services.propose_release(
        campaign=keyed.book.campaign, payee=keyed.payee, text="Cement", filed_by=keyed.world.buyer, request_id="k1",
        milestones=[services.MilestoneAsk("1", keyed.account.custody, keyed.book.fund("unallocated"), keyed.eur, minor, timezone.localdate())],
        expires_on=timezone.localdate() + timedelta(days=60),
    )  # fmt: skip


def sign(keyed, proposal, steward, **more):
    return services.decide(
        proposal=proposal, steward=steward, choice="approve", request_id=f"yes {steward.pk}",
        signed=keyed.signed(keyed.soft(steward), proposal), **more,
    )  # fmt: skip


@pytest.mark.django_db
def test_agreed_money_cools_down_and_is_released_by_itself_on_its_day(client, monkeypatch):
    keyed = make_keyed(founding_rules={"cool_down": 2})
    asked = keyed_release(keyed).proposal
    for steward in keyed.stewards[:2]:
        sign(keyed, asked, steward)
    page = as_(client, keyed.stewards[0]).get(QUEUE + "1/").content.decode()
    assert "Agreed, in its waiting days" in page
    assert services.carry_out_all_ready(campaign=keyed.book.campaign) == 0
    assert balance_of(keyed.book, stage="released", commodity=keyed.eur) == 0
    later = timezone.localdate() + timedelta(days=2)
    monkeypatch.setattr(timezone, "localdate", lambda *args: later)
    assert services.carry_out_all_ready(campaign=keyed.book.campaign) == 1
    assert balance_of(keyed.book, stage="released", commodity=keyed.eur) == 290_000
    assert services.carry_out_all_ready(campaign=keyed.book.campaign) == 0


@pytest.mark.django_db
def test_a_forced_yes_looks_like_any_other_until_its_day_and_then_everybody_is_told(client, monkeypatch):
    from awna.consent.services import set_pin

    keyed = make_keyed(founding_rules={"cool_down": 2})
    asked, (first, second) = keyed_release(keyed).proposal, keyed.stewards[:2]
    set_pin(steward=first, pin="garden gate", duress_pin="garden wall", cool_down=2)
    sign(keyed, asked, first, pin="garden wall")
    sign(keyed, asked, second)
    assert "Agreed, in its waiting days" in as_(client, second).get(QUEUE + "1/").content.decode()
    assert not Told.objects.filter(what=Told.HELD).exists()
    later = timezone.localdate() + timedelta(days=2)
    monkeypatch.setattr(timezone, "localdate", lambda *args: later)
    assert services.carry_out_all_ready(campaign=keyed.book.campaign) == 0
    assert balance_of(keyed.book, stage="released", commodity=keyed.eur) == 0
    assert Told.objects.filter(what=Told.HELD).count() == 3
    assert "Somebody may have been forced" in client.get(QUEUE + "1/").content.decode()


@pytest.mark.django_db
def test_in_a_book_with_keys_a_yes_and_a_no_are_signed_on_the_second_page(client):
    keyed = make_keyed()
    asked = keyed_release(keyed).proposal
    as_(client, keyed.stewards[0])
    for choice in ("approve", "decline"):
        page = client.post(QUEUE + "1/", {"choice": choice, "reason": "So", "request_id": "w"}).content.decode()
        assert "data-signing" in page and word_code(type(asked).objects.get(pk=asked.pk).signs).split("-")[0] in page
    assert client.post(QUEUE + "1/", {"choice": "approve", "request_id": "w", "confirmed": "on"}).status_code == 422
    assert not asked.decisions.exists()


# -- mails -----------------------------------------------------------------------------------------------------------


def test_each_steward_is_told_once_with_the_code_and_no_secret(funded, django_capture_on_commit_callbacks):
    asked = funded.propose().proposal
    asked.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.tell_stewards(campaign=funded.world.campaign) == 2
        assert services.tell_stewards(campaign=funded.world.campaign) == 0
    work_off()
    assert sorted(one.to[0] for one in mail.outbox) == ["salma@example.org", "yusuf@example.org"]
    assert all(word_code(asked.signs) in one.body and f"/approvals/of/{asked.pk}/" in one.body for one in mail.outbox)


# -- three quotes ----------------------------------------------------------------------------------------------------


def test_above_the_sum_that_the_stewards_set_quotes_or_a_reason_are_needed(funded):
    w = funded.world
    rule = services.propose_quote_rule(
        commodity=funded.eur, above=100_000, filed_by=w.salma, expires_on=timezone.localdate() + timedelta(days=5), request_id="rule"
    )
    funded.propose(request_id="before")  # the rule does not hold yet
    approve(rule, w.salma, w.yusuf)
    assert QuoteRule.objects.get().above_minor == 100_000
    with pytest.raises(Refused) as refused:
        funded.propose()
    assert refused.value.codes == ["quotes_missing"]
    funded.propose(funded.ask(100_000), request_id="small")
    assert funded.propose(quotes_reason="Nobody else sells cement here.").proposal.content["quotes_reason"].startswith("Nobody")


def test_three_quotes_of_one_seller_are_one(funded):
    from awna.books.services import store_document

    w = funded.world
    rule = services.propose_quote_rule(
        commodity=funded.eur, above=0, filed_by=w.salma, expires_on=timezone.localdate() + timedelta(days=5), request_id="rule"
    )
    approve(rule, w.salma, w.yusuf)

    def quotes(*sellers):
        paper = [
            store_document(book=funded.book, data=f"%PDF {n}".encode(), name="q.pdf", media_type="application/pdf", kind="quote")
            for n, _ in enumerate(sellers)
        ]
        return [services.QuoteAsk(seller, funded.eur, 290_000 + n, paper[n]) for n, seller in enumerate(sellers)]

    with pytest.raises(Refused):
        funded.propose(quotes=quotes("Omar", "omar ", "OMAR"))
    release = funded.propose(quotes=quotes("Omar", "Lina", "Sami"))
    assert len(release.proposal.content["documents"]) == 4
