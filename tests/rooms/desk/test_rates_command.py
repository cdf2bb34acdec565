"""`awna rates`: lists, takes the European Central Bank's, and asks the stewards for all others; a dry run keeps nothing."""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from awna.books.services import record_rate
from awna.books.services.exchange import rates_of
from awna.consent.models import Proposal
from awna.donations.services import claim_movements, pledge_gift
from tests.rooms.donations.receiving import make_receiving
from tests.rooms.funded import make_funded

pytestmark = pytest.mark.django_db


def rates(*words, **more):
    out = io.StringIO()
    call_command("rates", *words, stdout=out, stderr=out, **more)
    return out.getvalue()


def test_every_rate_is_listed_with_day_and_source():
    funded = make_funded()
    record_rate(
        book=funded.book,
        source="Bank of Sanad",
        of="EUR",
        to="JOD",
        rate="0.77",
        on=date(2026, 3, 1),
        author=funded.world.karim,
        request_id="r",
    )
    text = rates("list")
    assert "2026-03-01" in text and "1 EUR = 0.77 JOD" in text and "Bank of Sanad" in text
    (said,) = json.loads(rates("list", "--json"))["rates"]
    assert (said["from"], said["to"], said["rate"], said["date"]) == ("EUR", "JOD", "0.77", "2026-03-01")


def test_a_rate_by_hand_is_a_question_and_twice_is_once():
    make_funded()
    ask = ("add", "--from", "eur", "--to", "jod", "--rate", "0.77", "--on", "2026-03-01", "--source", "Bank of Sanad")
    assert "would be asked" in rates(*ask, "--dry-run") and not Proposal.objects.filter(purpose="rates").exists()
    assert "are asked for 1 rates" in rates(*ask) and "are asked" in rates(*ask)
    (proposal,) = Proposal.objects.filter(purpose="rates")
    assert proposal.content["rates"][0] == {"from": "EUR", "to": "JOD", "rate": "0.77", "date": "2026-03-01", "source": "Bank of Sanad"}
    assert rates_of(proposal.campaign.book) == []


def test_a_file_states_its_marks_and_a_wrong_row_is_named(tmp_path):
    make_funded()
    path = tmp_path / "rates.csv"
    path.write_text("date;from;to;rate;source\n2026-03-01;EUR;JOD;0,77;Bank of Sanad\n", encoding="utf-8")
    with pytest.raises(CommandError):
        rates("import", str(path))
    marks = ("--decimal", "comma", "--separator", "semicolon")
    assert json.loads(rates("import", str(path), *marks, "--json"))["asked"] == 1
    path.write_text("date;from;to;rate;source\n2026-03-01;EUR;JOD;nought;Bank of Sanad\n", encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        rates("import", str(path), *marks)
    assert stopped.value.code == 1 and Proposal.objects.filter(purpose="rates").count() == 1


def test_the_central_banks_rates_need_no_word_and_a_dry_run_writes_none():
    place = make_receiving(country="GB", currency="GBP")
    pledge = pledge_gift(bank_account=place.account, amount_minor=500, request_id="p")
    line = place.funded.bank_line(500, account=place.account, reference=pledge.reference, on=date(2026, 3, 2))
    claim_movements(movements=[line], author=place.treasurer)
    assert "1 rates would be written down" in rates("ecb", "--to", "EUR", "--dry-run") and rates_of(place.funded.book) == []
    assert json.loads(rates("ecb", "--to", "EUR", "--json")) == {"written": 1, "missing": [], "kept": True}
    assert "0 rates written down" in rates("ecb", "--to", "EUR")
