"""`awna demo`: it opens mid-way with true books, a second start keeps it, and it never meets a real campaign."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError

from awna.books import services as books
from awna.consent.models import Proposal
from awna.core.problems import Refused
from awna.crews.models import Hours
from awna.desk import demo
from awna.desk.demo_files import TO_IMPORT
from awna.desk.demo_place import MARK, is_demo_place, take_place
from awna.desk.management.commands.demo import free_port
from awna.donations.models import Gift
from awna.letters.services import count_signatures
from awna.public.journey import journey_of
from awna.supply.services import still_under_way
from awna.works.methods.figures import known_elements
from awna.works.models import BuildMethod, PlanRun
from tests.world import make_world


@pytest.mark.django_db
@pytest.mark.compiled
def test_the_demonstration_opens_mid_way_and_is_made_once(django_assert_max_num_queries):
    told: list[str] = []
    campaign = demo.seed(say=told.append)
    steps = len(told)
    with django_assert_max_num_queries(5):
        assert demo.seed(say=told.append) == campaign
    assert (steps, len(told)) == (12, 13)
    assert campaign.is_demo

    compared = books.book_equals_bank(campaign.book)
    assert sorted(account.currency for account, _in, _bank in compared) == ["EUR", "GBP", "USD", "USD", "USD"], "the last is a cash box"
    assert [(inside, bank) for _account, inside, bank in compared if inside != bank] == []
    assert {minor for (code, stage), minor in books.sums_by_stage(campaign.book).items() if (code, stage) == ("EUR", "transit")} == {
        300_000
    }

    received = [gift.pledge.reference for gift in Gift.objects.filter(kind="money", commodity__code="EUR").order_by("entry_seq")]
    assert received == [demo.reference(number) for number in (1, 2, 3, 4)], "in the order of the bank"

    asked = {proposal.purpose: proposal for proposal in Proposal.objects.open_for(campaign)}
    assert asked["release"].content["text"] == "Roof timber, 400 m"
    assert asked["method"].content["method"]["name"] == "Compressed earth block"
    assert (asked["release"].approvals, asked["method"].approvals) == (1, 1)
    (walls,) = known_elements(campaign)
    assert [one.way.code for one in walls.compared if not one.is_front] == ["fired-brick"] and len(walls.compared) == 6
    assert BuildMethod.objects.get(code="earth-block").trial.finish_on is not None, "what is asked for can be planned"
    truck = campaign.consignments.get(number=2)
    assert still_under_way(truck, campaign.items.get(code="cement")) == 180
    assert campaign.tasks.count() == 62
    assert PlanRun.objects.adopted(campaign).reason == "crossing", "the first plan slipped when the drivers spoke"
    assert campaign.updates.count() == 7
    assert (Hours.objects.filter(approved_at=None).count(), Hours.objects.count()) == (1, 6)
    counted = count_signatures(campaign.letters.get())
    assert (counted.people, counted.organisations) == (3, 2)


@pytest.mark.django_db
@pytest.mark.compiled
def test_the_way_of_each_gift_of_the_demonstration_reads_in_time_order():
    campaign = demo.seed(say=lambda _text: None)
    days = [[step.day for step in journey_of(gift).steps] for gift in Gift.objects.filter(book=campaign.book)]
    assert [way for way in days if way != sorted(way)] == []
    assert any(way[0] < way[-1] for way in days)
    (file,) = (settings.AWNA_DATA_DIR / TO_IMPORT).iterdir()
    assert b"{" not in file.read_bytes()


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2031, 1, 1)])
def test_bank_files_follow_the_day_of_seeding(day):
    assert day.strftime(":61:%y%m%d%m%dD9000,00").encode() in demo.bank_file("neighbours-west-usd.sta", today=day)
    assert f"<BookgDt><Dt>{day - timedelta(days=46)}</Dt>".encode() in demo.bank_file("neighbours-north-eur.xml", today=day)


@pytest.mark.django_db
def test_the_demonstration_is_refused_beside_a_real_campaign():
    make_world()
    with pytest.raises(Refused) as refused:
        demo.seed(say=lambda _text: None)
    assert refused.value.codes == ["not_a_demo_place"]


def test_the_place_of_the_demonstration_takes_nothing_from_a_real_site(tmp_path):
    environment = {
        "AWNA_DEMO_DIR": str(tmp_path / "demo"),
        "AWNA_DATA_DIR": "/srv/real",
        "AWNA_DATABASE_URL": "postgresql://real",
        "AWNA_KEY_DIR": "/srv",
    }
    place = take_place([], environment)
    assert is_demo_place(place)
    assert environment == {"AWNA_DEMO_DIR": str(place), "AWNA_DATA_DIR": str(place)}


def test_fresh_empties_only_a_folder_of_the_demonstration(tmp_path):
    real, own = tmp_path / "real", tmp_path / "own"
    for folder in (real, own):
        folder.mkdir()
        (folder / "book").touch()
    (own / MARK).touch()
    take_place(["--fresh"], {"AWNA_DEMO_DIR": str(real)})
    take_place(["--fresh"], {"AWNA_DEMO_DIR": str(own)})
    assert (real / "book").exists()
    assert not is_demo_place(real)
    assert [file.name for file in own.iterdir()] == [MARK]


def test_the_command_refuses_a_folder_that_is_not_its_own(tmp_path):
    (tmp_path / "book").touch()
    command = [sys.executable, "-m", "awna.cli", "demo", "--no-serve"]
    environment = {**os.environ, "AWNA_DEMO_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "awna.settings"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "not a folder of the demonstration" in done.stderr
    assert not Path(tmp_path / "awna.sqlite3").exists()


def test_a_busy_port_gives_the_next_one():
    assert free_port(8000, is_free=lambda port: port >= 8002) == 8002
    with pytest.raises(CommandError):
        free_port(8000, is_free=lambda _port: False)
