"""Legal pages: published, versioned, translated, reviewed; and no gift of money anywhere while one is missing."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from awna.books import services as books
from awna.core.problems import Refused
from awna.donations import services as donations
from awna.donations.debit.mandates import Asked, sign_mandate
from awna.donations.debit.runs import make_run
from awna.donations.providers.services import configure, open_provider
from awna.parties.legal.drafts import propose
from awna.parties.legal.models import REQUIRED, LegalText
from awna.parties.legal.rules import collecting_problem, collecting_problems, may_collect, owners_that_may_collect
from awna.parties.legal.services import note_lawyer, publish_legal_texts, reading_of, source_of, text_sources
from awna.parties.models import Campaign, Translation
from awna.parties.services import change_section, review_text, translate_text
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
SITE = "https://site.example"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def account(world):
    book = books.open_book(campaign=world.campaign, author=world.karim)
    return books.open_bank_account(book=book, section=world.north, holder="Neighbours North", iban="DE02120300000000202051", currency="EUR")


def publish(world, *, section, text="New words.", kind="terms", author=None, language="en"):
    return publish_legal_texts(
        campaign=world.campaign, section=section, texts={kind: text}, language=language, author=author or world.karim
    )


def lose(section, kind="privacy"):
    """As if the page had never been written; no service takes one away."""
    LegalText.objects.filter(section=section, kind=kind).delete()


def signed_in(role) -> Client:
    client = Client()
    client.force_login(role.user)
    return client


def test_a_new_wording_leaves_the_old_one_readable(world):
    publish(world, section=world.north, text="You may ask for your money back within 7 days.")
    assert publish(world, section=world.north, text="You may ask for your money back within 7 days. ") == []
    base = f"/c/clinic/legal/{world.north.pk.hex}/terms/"
    now, old = Client().get(base).content.decode(), Client().get(f"{base}1/").content.decode()
    assert "within 7 days" in now and "Wording 2" in now and "not reviewed by a lawyer" in now.casefold()
    assert "The terms page of Neighbours North" in old and "Not in force any more" in old
    assert [Client().get(base + "9/").status_code, Client().get("/c/clinic/legal/owner/nothing/").status_code] == [404, 404]
    assert Client().get("/c/clinic/legal/no-body/terms/").status_code == 404


def test_a_review_has_a_name_and_a_day_and_ends_with_a_new_wording(world):
    row = LegalText.objects.get(section=world.north, kind="terms")
    note_lawyer(legal_text=row, lawyer="Advocate Lara Sample", lawyer_on=date(2026, 1, 5), author=world.north_treasurer)
    base = f"/c/clinic/legal/{world.north.pk.hex}/terms/"
    assert "Advocate Lara Sample" in Client().get(base).content.decode()
    publish(world, section=world.north)
    assert "Not reviewed by a lawyer" in Client().get(base).content.decode()
    for lawyer, day, code in (
        ("", date(2026, 1, 5), "lawyer_without_name"),
        ("L", timezone.localdate() + timedelta(days=1), "lawyer_read_later"),
    ):
        with pytest.raises(Refused) as refused:
            note_lawyer(legal_text=row, lawyer=lawyer, lawyer_on=day, author=world.karim)
        assert refused.value.codes == [code]


def test_a_translation_that_nobody_reviewed_stands_beside_the_original(world):
    (row,) = publish(world, section=world.north, text="You may ask for your money back.")
    translated = translate_text(
        campaign=world.campaign,
        source=source_of(row),
        language="ar",
        text="يمكنك طلب استرداد مالك.",
        author=world.rami,
        state=Translation.MACHINE,
    )
    page = f"/ar/c/clinic/legal/{world.north.pk.hex}/terms/"
    both = Client().get(page).content.decode()
    assert "يمكنك" in both and "You may ask for your money back." in both
    review_text(translation=translated, source=source_of(row), reviewer=world.salma)
    alone = Client().get(page).content.decode()
    assert "يمكنك" in alone and "You may ask for your money back." not in alone
    publish(world, section=world.north, text="You may not ask for it.")
    stale = Client().get(page).content.decode()
    assert "يمكنك" in stale and "You may not ask for it." in stale
    reading, _rows = reading_of(campaign=world.campaign, section=world.north, kind="terms", language="de")
    assert reading.translated is None
    assert len(text_sources(world.campaign)) == 3 * len(REQUIRED)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"texts": {"terms": " "}}, "legal_page_empty"),
        ({"texts": {"terms": "x" * 50_001}}, "legal_page_too_long"),
        ({"texts": {"terms": "Write to ⟦e-mail address⟧."}}, "legal_page_has_blanks"),
        ({"texts": {"menu": "Soup"}}, "legal_page_unknown"),
        ({"language": "xx"}, "legal_language_unknown"),
    ],
)
def test_what_is_no_page_is_refused(world, change, code):
    with pytest.raises(Refused) as refused:
        publish_legal_texts(
            **{
                "campaign": world.campaign,
                "section": world.north,
                "texts": {"terms": "Text"},
                "language": "en",
                "author": world.karim,
                **change,
            }
        )
    assert refused.value.codes == [code]
    assert not LegalText.objects.filter(number=2).exists()


def test_only_the_own_treasurer_or_the_campaigns_writes(world):
    for section, author, code in (
        (world.north, world.south_treasurer, "section_is_not_yours"), (world.north, world.rami, "role_may_not_do_this"),
        (None, world.north_treasurer, "pages_of_the_owner"), (None, world.nour, "role_may_not_do_this"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            publish(world, section=section, author=author)
        assert refused.value.codes == [code]
    eve = Client()
    eve.force_login(world.eve)
    assert eve.get("/desk/clinic/legal/").status_code == 403
    assert signed_in(world.south_treasurer).get(f"/desk/clinic/legal/{world.north.pk.hex}/terms/").status_code == 404


def test_the_proposal_takes_what_the_record_says_and_must_be_finished(world):
    change_section(section=world.north, author=world.karim, values={"address": "Hafenweg 1", "register_body": "Court of Northtown"})
    world.north.refresh_from_db()
    client, address = signed_in(world.north_treasurer), f"/desk/clinic/legal/{world.north.pk.hex}/imprint/?proposal"
    page = client.get(address).content.decode()
    assert "Hafenweg 1" in page and "Court of Northtown" in page and "VR 1" in page
    text = propose(campaign=world.campaign, section=world.north, kind="imprint", origin=SITE)
    refused = client.post(address, {"text": text, "language": "en"})
    assert refused.status_code == 422 and "still to be filled in" in refused.content.decode() and "Hafenweg 1" in refused.content.decode()
    finished = text.replace("⟦", "").replace("⟧", "")
    assert client.post(address, {"text": finished, "language": "en"}).status_code == 302
    assert "Court of Northtown" in Client().get(f"/c/clinic/legal/{world.north.pk.hex}/imprint/").content.decode()
    review = f"/desk/clinic/legal/{world.north.pk.hex}/imprint/read/"
    assert client.post(review, {"lawyer": "Lara Sample", "lawyer_on": "2026-01-05"}).status_code == 302
    assert "Lara Sample" in client.get("/desk/clinic/legal/").content.decode()
    for kind in REQUIRED:
        with translation.override("ar"):
            assert propose(campaign=world.campaign, section=None, kind=kind, origin=SITE)


def test_the_rule_says_the_same_of_one_of_all_and_in_the_database(world):
    for missing in (None, world.north, world.south):
        if missing:
            lose(missing)
        problems = collecting_problems(world.campaign)
        for section in (world.north, world.south):
            alone = collecting_problem(campaign=world.campaign, section=section)
            assert (section.pk in problems) == (alone is not None) == (not may_collect().filter(pk=section.pk).exists())
    assert owners_that_may_collect().exists() and collecting_problem(campaign=world.campaign, section=None) is None
    lose(None)
    assert not owners_that_may_collect().exists() and None in collecting_problems(world.campaign)
    assert Campaign.objects.exists()


def test_without_its_pages_a_section_takes_nothing_by_any_way(world, account):
    pledge = donations.pledge_gift(bank_account=account, amount_minor=50_00, request_id="before")
    provider = open_provider(settles_to=account, name="stripe")
    before = Client().get("/c/clinic/").content.decode()
    assert "Give money" in before
    lose(world.north)
    campaign, give = Client().get("/c/clinic/").content.decode(), Client().get("/c/clinic/give/").content.decode()
    assert (
        "Give money" not in campaign and "Privacy notice" in campaign and "Offer goods" in campaign and "Sign the open letter" in campaign
    )
    assert "Nobody may collect at present" in give and "Privacy notice" in give
    assert "Privacy notice" in Client().get("/c/clinic/book/accounts/").content.decode()
    done = Client().get(f"/c/clinic/give/{pledge.donor.token}/").content.decode()
    assert "Please do not send it now" in done and "DE02" not in done
    assert Client().get(f"/c/clinic/give/{pledge.donor.token}/payment.pdf").status_code == 409
    asked = Asked(
        name="Dana", iban="DE02120300000000202051", town="Town", country="DE", text="I agree.", signed_on=timezone.localdate(), once=True
    )
    ways = (
        lambda: donations.pledge_gift(bank_account=account, amount_minor=50_00, request_id="after"),
        lambda: sign_mandate(bank_account=account, asked=asked, author=world.north_treasurer, request_id="mandate"),
        lambda: make_run(bank_account=account, collect_on=timezone.localdate(), author=world.north_treasurer, request_id="run"),
        lambda: configure(provider=provider, enabled=True, secret="s" * 40),
    )
    for way in ways:
        with pytest.raises(Refused) as refused:
            way()
        assert refused.value.codes == ["legal_pages_missing"]
    publish(world, section=world.north, kind="privacy")
    assert "Give money" in Client().get("/c/clinic/").content.decode()
    configure(provider=provider, enabled=True, secret="s" * 40)


def test_another_section_still_takes_gifts(world, account):
    books.open_bank_account(book=account.book, section=world.south, holder="Neighbours South", iban="XX00 3333", currency="GBP")
    lose(world.north)
    give = Client().get("/c/clinic/give/").content.decode()
    assert "How much would you like to give?" in give and "Neighbours South" in give and "Neighbours North collects nothing" in give
    assert "Give money" in Client().get("/c/clinic/").content.decode()
