"""Receipts: plain words until rules are reviewed, one valid receipt for a gift, frozen once issued, none for money that is in doubt."""

import time
from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from awna.approvals.services import answered
from awna.consent.services import decide
from awna.core.problems import Refused
from awna.donations import guards, services
from awna.donations.models import Gift, Receipt, ReceiptPaper
from awna.donations.services import giving_back
from awna.donations.services.receipt_words import amount_in_words
from awna.kit.jobs import work_off
from tests.rooms.donations.receiving import FACTS, complete_section, make_receiving, review, texts_of

pytestmark = pytest.mark.django_db
ADDRESS = {"address": "Gartenweg 2, 30000 Südstadt"}


@pytest.fixture
def receiving():
    return make_receiving()


@pytest.fixture
def reviewed(receiving, settings, tmp_path):
    settings.AWNA_PACKS_DIR = review(tmp_path, "DE")
    complete_section(receiving)
    return receiving


def issue(receiving, gift, **more):
    return services.issue_receipt(gift=gift, author=receiving.treasurer, **more)


def test_without_reviewed_rules_it_is_a_plain_confirmation_that_says_so(receiving):
    receipt = issue(receiving, receiving.gift(language="ar"))
    said = receipt.said
    assert (receipt.kind, receipt.label, said["tax"], said["rtl"]) == ("confirmation", f"{timezone.localdate().year}-00001", False, True)
    assert any("ليس إيصالًا ضريبيًا" in text or "وليس إيصالًا" in text for text in said["legal"])
    assert "Freistellungsbescheid" not in " ".join(texts_of(said))
    assert {problem.code for problem in services.ground_of(receipt.section).reasons} == {"rules_not_reviewed", "issuer_facts_missing"}


def test_reviewed_rules_make_a_tax_receipt_with_every_word_that_they_ask_for(reviewed):
    receipt = issue(reviewed, reviewed.gift(told=ADDRESS))
    said, text = receipt.said, " ".join(texts_of(receipt.said))
    assert (receipt.kind, receipt.rules, said["language"]) == ("single", "DE 2026-11", "de")
    assert all(fact in text for fact in FACTS.values()) and "{" not in text
    assert "EUR 130.50" in text and "einhundertdreißig EUR 50/100" in text and ADDRESS["address"] in text and "Dana" in text
    assert "haftet für die entgangene Steuer" in text and "Bis 300 Euro" in text
    assert said["courtesy"]["language"] == "en" and said["proof"]["facts"][1][1] == receipt.lines.get().gift.lot


def test_the_short_proof_is_offered_up_to_its_threshold_alone(reviewed):
    at, above = (issue(reviewed, reviewed.gift(minor, told=ADDRESS)) for minor in (30_000, 30_001))
    assert ["Bis 300 Euro" in " ".join(one.said["legal"]) for one in (at, above)] == [True, False]


def test_a_threshold_asks_more_of_the_donor(settings, tmp_path):
    receiving = make_receiving("US", "USD")
    settings.AWNA_PACKS_DIR = review(tmp_path, "US")
    complete_section(receiving, {"ein": "00-0000000"})
    assert issue(receiving, receiving.gift(24_999, told={})).kind == "single"
    large = receiving.gift(25_000, told={})
    with pytest.raises(Refused) as refused:
        issue(receiving, large)
    assert refused.value.codes == ["donor_facts_missing"]
    services.tell_receipt_details(donor=large.donor, details={"name": "Dana", **ADDRESS})
    assert "USD 250 or more" in " ".join(issue(receiving, Gift.objects.get(pk=large.pk)).said["legal"])


def test_gift_aid_needs_its_declaration(settings, tmp_path):
    receiving = make_receiving("GB", "GBP")
    settings.AWNA_PACKS_DIR = review(tmp_path, "GB")
    complete_section(receiving, {"charity_number": "1", "hmrc_reference": "X1"})
    gift = receiving.gift()
    details = {"title": "Ms", "first_name": "Dana", "last_name": "Example", "address": "1 High Street", "postcode": "AA1 1AA"}
    services.tell_receipt_details(donor=gift.donor, details=details)
    with pytest.raises(Refused) as refused:
        issue(receiving, gift)
    assert "declaration" in str(refused.value.problems[0])
    services.tell_receipt_details(donor=gift.donor, details=details, declares=True)
    assert "Ms Dana Example" in " ".join(texts_of(issue(receiving, Gift.objects.get(pk=gift.pk)).said))
    with pytest.raises(Refused) as refused:
        services.tell_receipt_details(donor=gift.donor, details={**details, "title": "Doctor"})
    assert refused.value.codes == ["receipt_field_too_long"]


def test_asked_twice_it_is_the_same_receipt(receiving):
    gift = receiving.gift()
    assert issue(receiving, gift) == issue(receiving, gift)
    assert Receipt.objects.count() == 1


def test_no_receipt_for_money_that_is_in_doubt(receiving):
    gift = receiving.gift()
    services.freeze_gift(gift=gift, author=receiving.treasurer)
    assert codes(receiving, gift) == ["gift_is_frozen"]
    asked = services.ask_thaw(gift=gift, author=receiving.treasurer)
    for steward in (receiving.funded.world.salma, receiving.funded.world.yusuf):
        decide(proposal=asked, steward=steward, choice="approve", request_id=str(steward.pk))
    gift = services.thaw_gift(proposal=asked, author=receiving.funded.world.salma)
    payee, world = receiving.funded.omar.custody, receiving.funded.world
    services.propose_refund(
        gift=gift,
        amount=gift.amount_minor,
        payee=payee,
        filed_by=world.salma,
        expires_on=timezone.localdate() + timedelta(days=5),
        request_id="back",
    )
    assert codes(receiving, gift) == ["gift_is_being_given_back"]


def test_no_receipt_for_money_that_went_back(receiving):
    gift = receiving.gift()
    back = receiving.funded.bank_line(-gift.amount_minor, account=receiving.account)
    services.record_return(gift=gift, movement=back, author=receiving.treasurer, request_id="back")
    assert "gift_went_back" in codes(receiving, gift)


def test_after_a_part_went_back_the_refusal_says_that_it_was_a_part(receiving):
    gift = receiving.gift()
    receipt = issue(receiving, gift)
    asked = giving_back.ask_refund(gift=gift, author=receiving.treasurer)
    for steward in (receiving.funded.world.salma, receiving.funded.world.yusuf):
        answered(decision=decide(proposal=asked, steward=steward, choice="approve", request_id=str(steward.pk)))
    line = receiving.funded.bank_line(-5_000, account=receiving.account, counter_account="DE00 GIVER")
    giving_back.pay_back(gift=gift, movement=line, author=receiving.treasurer)
    (why,) = services.wrong_receipts([receipt]).values()
    assert [problem.code for problem in why] == ["gift_went_back_in_part"]
    services.void_receipt(receipt=receipt, author=receiving.treasurer, reason="A part went back")
    assert codes(receiving, gift) == ["gift_went_back_in_part"]


def test_a_giver_without_a_name_is_asked_for_it_first(receiving):
    gift = receiving.gift(name="")
    assert codes(receiving, gift) == ["giver_told_no_name"]
    services.tell_receipt_details(donor=gift.donor, details={"name": "Dana"})
    assert "Dana" in " ".join(texts_of(issue(receiving, Gift.objects.get(pk=gift.pk)).said))


def test_no_receipt_for_money_whose_giver_is_not_known(receiving):
    gift = receiving.gift()
    Gift.objects.filter(pk=gift.pk).update(pledge=None)
    assert codes(receiving, gift) == ["gift_not_identified"]


def codes(receiving, gift):
    with pytest.raises(Refused) as refused:
        issue(receiving, Gift.objects.get(pk=gift.pk))
    return refused.value.codes


def test_a_gift_outside_the_permit_is_confirmed_plainly_alone(reviewed):
    gift = reviewed.gift(told=ADDRESS)
    complete_section(reviewed, permit_until=gift.received_on - timedelta(days=1))
    assert codes(reviewed, gift) == ["gift_outside_permit"]
    assert issue(reviewed, Gift.objects.get(pk=gift.pk), plain=True).kind == "confirmation"


def test_another_bodys_treasurer_is_refused(receiving):
    gift = receiving.gift()
    for role in (receiving.funded.world.south_treasurer, receiving.funded.world.karim):
        with pytest.raises(Refused) as refused:
            services.issue_receipt(gift=gift, author=role)
        assert refused.value.codes == ["receipts_of_another_body"]
    with pytest.raises(Refused):
        services.issue_receipt(gift=gift, author=receiving.funded.world.salma)


def test_a_voided_receipt_stays_and_another_takes_its_place(receiving):
    gift = receiving.gift()
    first = issue(receiving, gift)
    services.tell_receipt_details(donor=gift.donor, details={"name": "Dana Example"})
    with pytest.raises(Refused) as refused:
        services.void_receipt(receipt=first, author=receiving.treasurer, reason=" ")
    assert refused.value.codes == ["void_needs_a_reason"]
    second = services.reissue_receipt(receipt=first, author=receiving.treasurer, reason="The name was wrong")
    first.refresh_from_db()
    assert (first.number, second.number, second.replaces, first.void_reason) == (1, 2, first, "The name was wrong")
    assert "Dana Example" in " ".join(texts_of(second.said)) and first.label in " ".join(texts_of(second.said))
    assert "Dana Example" not in " ".join(texts_of(first.said))
    assert services.reissue_receipt(receipt=first, author=receiving.treasurer, reason="again") == second
    assert services.void_receipt(receipt=first, author=receiving.treasurer, reason="again").void_reason == "The name was wrong"
    assert issue(receiving, gift) == second


def test_the_same_content_gives_the_same_bytes_and_they_stay(receiving):
    receipt = issue(receiving, receiving.gift(language="ar", name="دانا"))
    first = services.paper_of(receipt)
    time.sleep(1.1)
    assert first.startswith(b"%PDF") and services.set_paper(receipt) == first == services.paper_of(receipt)
    assert b"pdfaid:part>3<" in first and ReceiptPaper.objects.get().digest
    assert first not in bytes(ReceiptPaper.objects.get().sealed)


def test_the_donor_is_sent_a_link_and_not_the_paper(receiving, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        receipt = issue(receiving, receiving.gift(email="dana@example.org"))
    work_off()
    (letter,) = [one for one in mail.outbox if receipt.label in one.subject]
    assert f"/receipts/{receipt.donor.token}/" in letter.body and not letter.attachments
    assert ReceiptPaper.objects.filter(receipt=receipt).exists()


def test_neither_code_nor_sql_changes_or_removes_what_was_issued(receiving):
    receipt = issue(receiving, receiving.gift())
    services.paper_of(receipt)
    receipt.total_minor = 1
    with pytest.raises(TypeError):
        receipt.save()
    with pytest.raises(TypeError):
        receipt.save(update_fields=["content"])
    with pytest.raises(TypeError):
        receipt.delete()
    assert guards.missing_guards(connection) == []
    services.void_receipt(receipt=receipt, author=receiving.treasurer, reason="wrong")
    for statement in (
        "UPDATE donations_receipt SET total_minor = 1", "UPDATE donations_receipt SET number = 7", "UPDATE donations_receipt SET content = 'x'",
        "UPDATE donations_receipt SET voided_at = NULL", "UPDATE donations_receipt SET void_reason = 'better'", "DELETE FROM donations_receipt",
        "UPDATE donations_receiptgift SET released_at = NULL", "DELETE FROM donations_receiptgift", "UPDATE donations_receiptpaper SET digest = ''",
        "DELETE FROM donations_receiptpaper", "UPDATE donations_receiptseries SET last = 0", "DELETE FROM donations_receiptseries",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="receipt_never"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_erasing_the_donor_keeps_the_receipt_and_forgets_what_was_told_for_it(receiving):
    gift = receiving.gift(told=ADDRESS)
    receipt = issue(receiving, gift)
    services.erase_donor(gift.donor)
    gift.donor.refresh_from_db()
    assert gift.donor.receipt_details == "" and Receipt.objects.get() == receipt


@pytest.mark.parametrize(
    ("language", "said"),
    [("de", "eintausendzweihundertvierunddreißig EUR 05/100"), ("fr", "mille deux cent trente-quatre EUR 05/100"),
     ("en", "one thousand, two hundred and thirty-four EUR 05/100"), ("es", "mil doscientos treinta y cuatro EUR 05/100"),
     ("ar", "ألف و مئتان و أربعة و ثلاثون EUR 05/100")],
)  # fmt: skip
def test_amounts_in_words(language, said):
    assert amount_in_words(123_405, scale=2, code="EUR", language=language) == said
    assert amount_in_words(1_000, scale=0, code="JPY", language="en") == "one thousand JPY"
    assert amount_in_words(1_001, scale=3, code="JOD", language="en") == "one JOD 001/1000"


# -- the receipts of a year ------------------------------------------------------------------------------------------


def test_the_run_of_a_year_gives_each_donor_one_receipt_with_an_annex(receiving):
    last = timezone.localdate().year - 1
    first = receiving.gift(10_000, on=date(last, 3, 1))
    second = receiving.gift(5_000, on=date(last, 4, 1), name="Ola")
    Gift.objects.filter(pk=second.pk).update(donor=first.donor)
    other, frozen, alone = (receiving.gift(100 * number, on=date(last, 5, number), name=f"Donor {number}") for number in (1, 2, 3))
    receiving.gift(900, name="This year")
    services.freeze_gift(gift=frozen, author=receiving.treasurer)
    single = issue(receiving, alone)
    run = annual(receiving, last)
    assert {(one.total_minor, one.lines.count()) for one in run.issued} == {(15_000, 2), (100, 1)} and run.left == []
    both = next(one for one in run.issued if one.total_minor == 15_000)
    assert both.gifts_year == last and len(both.said["annex"]["rows"]) == 2 and single not in run.issued
    assert annual(receiving, last).issued == []
    progress = services.annual_progress(campaign=receiving.funded.world.campaign, section=receiving.funded.world.north, year=last)
    assert (progress.done, progress.waiting) == (2, 1)
    assert other.receipt_lines.get().receipt in run.issued


def test_the_run_goes_on_where_it_was_stopped(receiving, django_capture_on_commit_callbacks):
    last = timezone.localdate().year - 1
    for number in range(4):
        receiving.gift(1_000 + number, on=date(last, 3, 1), name=f"Donor {number}")
    part = services.issue_annual_receipts(**here(receiving, last), most=3)
    assert len(part.issued) == 3 and part.more
    with django_capture_on_commit_callbacks(execute=True):
        services.start_annual_run(**here(receiving, last))
    work_off()
    assert sorted(Receipt.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def test_a_donor_who_told_too_little_waits_and_keeps_nobody(reviewed):
    last = timezone.localdate().year - 1
    ready = reviewed.gift(1_000, on=date(last, 3, 1), told=ADDRESS)
    waits = reviewed.gift(1_000, on=date(last, 3, 2))
    run = annual(reviewed, last)
    assert [one.donor for one in run.issued] == [ready.donor] and run.issued[0].kind == "annual"
    assert [(donor, [problem.code for problem in problems]) for donor, problems in run.left] == [(waits.donor, ["donor_facts_missing"])]
    assert "keine weiteren Bestätigungen" in " ".join(run.issued[0].said["legal"])


def test_a_year_that_is_not_over_is_refused(receiving):
    with pytest.raises(Refused) as refused:
        annual(receiving, timezone.localdate().year)
    assert refused.value.codes == ["year_not_over"]


def here(receiving, year):
    world = receiving.funded.world
    return {"campaign": world.campaign, "section": world.north, "year": year, "author": receiving.treasurer}


def annual(receiving, year):
    return services.issue_annual_receipts(**here(receiving, year))


def test_the_command_says_first_and_issues_what_is_missing(receiving, capsys):
    last = timezone.localdate().year - 1
    for number in range(3):
        receiving.gift(1_000 + number, on=date(last, 3, 1), name=f"Donor {number}")
    treasurer = receiving.treasurer.user.email
    call_command("issuereceipts", str(last), "--as", treasurer, "--dry-run")
    assert "0 stood, 3 donors waited; 0 issued" in capsys.readouterr().out and not Receipt.objects.exists()
    call_command("issuereceipts", str(last), "--as", treasurer, "--json")
    assert '"issued": 3' in capsys.readouterr().out
    call_command("issuereceipts", str(last), "--as", treasurer)
    assert "3 stood, 0 donors waited; 0 issued" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("issuereceipts", str(last + 1), "--as", treasurer)
    assert "is not over" in capsys.readouterr().err
