"""Receipts and sections in the browser's eyes: the donor's own page, the treasurer's desk, and walls between sections on every desk page."""

import re
import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from awna.books import services as books
from awna.donations import services
from awna.donations.models import Receipt
from awna.kit.jobs import work_off
from awna.kit.policies import declared_policies
from awna.parties.legal.rules import collecting_problem, may_collect
from awna.parties.services import change_section
from tests.rooms.donations.receiving import FACTS, make_receiving, review

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiving():
    return make_receiving()


def signed_in(role):
    client = Client()
    client.force_login(role.user)
    return client


def test_the_treasurer_issues_looks_and_voids(receiving):
    client, gift = signed_in(receiving.treasurer), receiving.gift()
    assert "Dana" in client.get("/desk/clinic/receipts/?state=waiting").content.decode()
    page = f"/desk/clinic/receipts/for/{gift.pk}/"
    assert "rules “DE 2026-11”" in client.get(page).content.decode()
    assert client.post(page).url == client.post(page).url == "/desk/clinic/receipts/"
    receipt = Receipt.objects.get()
    shown = client.get(f"/desk/clinic/receipts/?year={receipt.year}").content.decode()
    assert receipt.label in shown and "Plain confirmation" in shown
    assert client.get(f"/desk/clinic/receipts/{receipt.pk}.pdf").content.startswith(b"%PDF")
    void = f"/desk/clinic/receipts/{receipt.pk}/void/"
    assert client.post(void, {"reason": ""}).status_code == 422
    assert client.post(void, {"reason": "Typing error", "again": "on"}).status_code == 302
    assert "Typing error" in client.get("/desk/clinic/receipts/?state=voided").content.decode()
    assert [one.label[-5:] for one in Receipt.objects.order_by("number")] == ["00001", "00002"]


def test_a_refusal_stands_on_the_page_and_takes_no_number(receiving):
    client, gift = signed_in(receiving.treasurer), receiving.gift()
    services.freeze_gift(gift=gift, author=receiving.treasurer)
    answer = client.post(f"/desk/clinic/receipts/for/{gift.pk}/")
    assert answer.status_code == 422 and "frozen" in answer.content.decode() and not Receipt.objects.exists()
    assert "frozen" in client.get("/desk/clinic/receipts/?state=waiting").content.decode()


def test_a_receipt_whose_money_went_back_is_marked_to_be_voided(receiving):
    gift = receiving.gift()
    services.issue_receipt(gift=gift, author=receiving.treasurer)
    client = signed_in(receiving.treasurer)
    assert "to be voided:" not in client.get("/desk/clinic/receipts/").content.decode()
    back = receiving.funded.bank_line(-gift.amount_minor, account=receiving.account)
    services.record_return(gift=gift, movement=back, author=receiving.treasurer, request_id="back")
    page = client.get("/desk/clinic/receipts/").content.decode()
    assert "to be voided:" in page and "went back" in page


@pytest.mark.parametrize("query", ["year=abcd", "year=99999", "state=nothing", "page=x", "page=999999", "year=%00"])
def test_a_strange_query_shows_a_page(receiving, query):
    receiving.gift()
    assert signed_in(receiving.treasurer).get(f"/desk/clinic/receipts/?{query}").status_code == 200


def test_the_run_of_a_year_is_started_and_shows_how_far_it_is(receiving, django_capture_on_commit_callbacks):
    last = timezone.localdate().year - 1
    for number in range(3):
        receiving.gift(1_000 + number, on=date(last, 2, 1), name=f"Donor {number}")
    client, page = signed_in(receiving.treasurer), f"/desk/clinic/receipts/year/{last}/"
    assert page in client.get("/desk/clinic/receipts/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page).status_code == 302
    work_off()
    assert client.get(page).context["progress"].done == 3 and Receipt.objects.count() == 3
    refused = client.post(f"/desk/clinic/receipts/year/{last + 1}/")
    assert refused.status_code == 422 and "not over" in refused.content.decode()


def test_dana_reads_and_saves_her_receipt_by_her_link_alone(receiving, settings, tmp_path):
    settings.AWNA_PACKS_DIR = review(tmp_path, "DE")
    client, gift, other = Client(), receiving.gift(), receiving.gift(5_000, name="Ola")
    page = f"/c/clinic/receipts/{gift.donor.token}/"
    assert client.post(page, {"name": "Dana Example", "address": "Gartenweg 2"}).status_code == 302
    gift.donor.refresh_from_db()
    assert services.details_of(gift.donor) == {"name": "Dana Example", "address": "Gartenweg 2"}
    receipt, foreign = (services.issue_receipt(gift=one, author=receiving.treasurer) for one in (gift, other))
    answer = client.get(page)
    assert receipt.label in answer.content.decode() and foreign.label not in answer.content.decode()
    assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
    paper = client.get(f"{page}{receipt.pk}.pdf")
    assert paper.content == services.paper_of(receipt) and paper["Referrer-Policy"] == "no-referrer"
    assert client.get(f"{page}{foreign.pk}.pdf").status_code == 404
    assert client.get("/c/clinic/receipts/nobody/").status_code == 404


def test_a_section_says_what_it_is_and_the_page_keeps_its_history(receiving):
    client, section = signed_in(receiving.treasurer), receiving.funded.world.north
    page = f"/desk/clinic/sections/{section.pk}/"
    values = {"name": section.name, "territory": "The north", "address": "Hafenweg 1", "register_url": "https://register.example/1",
              "permit_until": "2030-01-31", **{f"fact_{name}": text for name, text in FACTS.items()}}  # fmt: skip
    assert "by nobody" in client.get(page).content.decode()
    assert client.post(page, values).status_code == 302
    section.refresh_from_db()
    assert (section.permit_until, section.receipt_facts["tax_office"]) == (date(2030, 1, 31), "Nordstadt")
    assert "2030-01-31" in client.get(page).content.decode() and "Tax office" in client.get(page).content.decode()
    assert client.post(page, {**values, "permit_from": "2031-01-01"}).status_code == 422


# -- a permit that ended ----------------------------------------------------------------------------------------------


def end_permit(receiving):
    change_section(
        section=receiving.funded.world.north, author=receiving.treasurer, values={"permit_until": timezone.localdate() - timedelta(days=1)}
    )


def test_a_section_whose_permit_ended_is_not_offered_and_the_desk_says_why(receiving):
    client, account = Client(), receiving.account
    assert str(account.pk) in client.get("/c/clinic/give/").content.decode()
    draft = services.pledge_gift(bank_account=account, amount_minor=100, request_id="draft", draft=True)
    end_permit(receiving)
    page = client.get("/c/clinic/give/").content.decode()
    assert str(account.pk) not in page and "The permit of Neighbours North ended on" in page
    asked = {"other": "10", "account": account.pk, "fund": receiving.funded.book.fund("unallocated").pk}
    assert client.post("/c/clinic/give/", asked).status_code == 422
    late = client.post(f"/c/clinic/give/{draft.donor.token}/check/")
    draft.refresh_from_db()
    assert late.status_code == 409 and "permit" in late.content.decode() and draft.state == "draft"
    assert "ended on" in signed_in(receiving.treasurer).get("/desk/clinic/sections/").content.decode()


def test_where_nobody_may_collect_the_page_says_so(receiving):
    end_permit(receiving)
    receiving.funded.account.section = receiving.funded.world.north
    receiving.funded.account.save()
    page = Client().get("/c/clinic/give/").content.decode()
    assert "Nobody may collect at present" in page and "ended on" in page


def test_days_of_a_permit_are_asked_alike_by_code_and_database(receiving):
    section, today = receiving.funded.world.north, timezone.localdate()
    for begin in (None, -1, 0, 1):
        for end in (None, -1, 0, 1):
            section.permit_from, section.permit_until = (None if days is None else today + timedelta(days=days) for days in (begin, end))
            section.save()
            found = may_collect(today).filter(pk=section.pk).exists()
            assert found == (collecting_problem(campaign=section.campaign, section=section, day=today) is None), (begin, end)


# -- walls ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_sections(receiving):
    """Both sections have gifts, pledges, lines that wait, a receipt and facts; whatever is the south's bears the word CANARY."""
    world, funded = receiving.funded.world, receiving.funded
    receiving.gift()
    south = books.open_bank_account(book=funded.book, section=world.south, holder="Neighbours South", iban="XX00 3333", currency="GBP")
    pledge = services.pledge_gift(bank_account=south, amount_minor=7_700, request_id="s1", name="CANARY giver", email="canary@example.org")
    line = funded.bank_line(7_700, reference=pledge.reference, account=south)
    (gift,) = services.claim_movements(movements=[line], author=world.south_treasurer).gifts
    services.tell_receipt_details(donor=gift.donor, details={"address": "CANARY street"})
    waits = services.pledge_gift(bank_account=south, amount_minor=8_800, request_id="s2", name="CANARY pledge")
    funded.bank_line(9_900, reference="CANARY line", account=south, counter_account="CANARY account")
    receipt = services.issue_receipt(gift=gift, author=world.south_treasurer)
    change_section(
        section=world.south, author=world.south_treasurer, values={"permit_number": "P"}, facts={"hmrc_reference": "CANARY fact"}
    )
    ids = {"gift": gift.pk, "receipt": receipt.pk, "section": world.south.pk, "year": timezone.localdate().year}
    return receiving, ids, ("CANARY", "canary@", pledge.reference, waits.reference, pledge.reference_grouped, gift.donor.token)


def desk_pages(ids):
    """Every address of a desk that can be built, with the sibling's ids where it takes one."""
    values = {"slug": "clinic", "language": "ar", "number": "1", "seq": "1", **ids}
    for route, name, policies in declared_policies():
        if "desk/" not in route or "GET" not in (policies or {}):
            continue
        path = re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: str(values.get(found[2], uuid.uuid4() if found[1] == "uuid" else "1")), route)
        yield name, "/" + path.removeprefix("/")


def test_a_treasurer_sees_nothing_of_a_sibling_on_any_desk_page(two_sections):
    receiving, ids, canaries = two_sections
    own, sibling = signed_in(receiving.funded.world.south_treasurer), signed_in(receiving.treasurer)
    told, opened = set(), 0
    for name, path in desk_pages(ids):
        mine = own.get(path)
        told |= {canary for canary in canaries if mine.status_code == 200 and canary in mine.content.decode(errors="replace")}
        answer = sibling.get(path)
        assert answer.status_code in (200, 302, 403, 404), (name, answer.status_code)
        opened += answer.status_code == 200
        shown = answer.content.decode(errors="replace")
        assert not [canary for canary in canaries if canary in shown], name
    # The walk can find them: the south's own treasurer reads some of them, and many pages were open to the other one.
    assert "CANARY" in told and opened > 8


@pytest.mark.parametrize("address", ["receipts/for/{gift}/", "receipts/{receipt}/void/", "receipts/{receipt}.pdf", "sections/{section}/"])
def test_what_is_the_siblings_is_not_found(two_sections, address):
    receiving, ids, _canaries = two_sections
    client, path = signed_in(receiving.treasurer), f"/desk/clinic/{address.format(**ids)}"
    assert client.get(path).status_code == 404
    assert client.post(path, {"reason": "mine", "name": "Mine"}).status_code in (404, 405, 403)
    assert signed_in(receiving.funded.world.south_treasurer).get(path).status_code == 200


def test_eve_and_a_steward_get_no_receipts(receiving):
    eve = Client()
    eve.force_login(receiving.funded.world.eve)
    assert eve.get("/desk/clinic/receipts/").status_code == 403
    assert signed_in(receiving.funded.world.salma).get("/desk/clinic/receipts/").status_code == 403
    assert signed_in(receiving.funded.world.salma).get("/desk/clinic/sections/").status_code == 200
