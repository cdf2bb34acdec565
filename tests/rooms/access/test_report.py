"""Reports on a crossing: dated, sourced, never changed; later ones override earlier ones on their days only."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from awna.access import services
from awna.access.models import CrossingReport
from awna.access.windows import Window, open_windows
from awna.core.problems import Refused
from awna.parties.services import create_campaign, give_role
from tests.world import make_world

DAY = date(2026, 12, 1)


def days(number):
    return DAY + timedelta(days=number)


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def crossing(world):
    return services.add_crossing(campaign=world.campaign, code="tell-sabr", name="Tell Sabr", author=world.nour)


def say(crossing, world, status="open", *, request_id="r1", **changes):
    wanted = {"valid_from": DAY, "valid_until": None, "source": "Border office, by phone", "confidence": "heard", "reported_by": world.nour}
    return services.report(crossing=crossing, status=status, request_id=request_id, **(wanted | changes))


def codes(crossing, world, status="open", **changes):
    with pytest.raises(Refused) as refused:
        say(crossing, world, status, **changes)
    return refused.value.codes


def test_a_closing_cuts_its_days_out_and_nothing_else(world, crossing):
    say(crossing, world)
    say(crossing, world, "closed", request_id="r2", valid_from=days(7), valid_until=days(48))
    assert crossing.open_windows() == [Window(DAY, days(6), "open"), Window(days(49), None, "open")]


def test_without_a_report_no_day_is_open(crossing):
    assert crossing.open_windows() == []
    assert crossing.report_for(DAY) is None


def test_what_was_known_then_can_still_be_read(world, crossing):
    say(crossing, world)
    then = timezone.now()
    say(crossing, world, "closed", request_id="r2")
    assert crossing.open_windows(then) == [Window(DAY, None, "open")]
    assert crossing.open_windows() == []
    assert crossing.report_for(days(3)).status == "closed"
    assert crossing.report_for(days(3), as_of=then).status == "open"


def test_a_later_report_wins_on_its_days():
    class Said:
        def __init__(self, status, start, until):
            self.status, self.valid_from, self.valid_until = status, start, until

    said = [Said("closed", DAY, None), Said("restricted", days(2), days(3)), Said("open", days(4), days(5))]
    assert open_windows(said) == [Window(days(2), days(3), "restricted"), Window(days(4), days(5), "open")]
    assert open_windows([Said("open", DAY, days(1)), Said("open", days(2), days(4))]) == [Window(DAY, days(4), "open")]


def test_reported_twice_is_once_and_other_content_is_a_conflict(world, crossing):
    assert say(crossing, world) == say(crossing, world)
    assert codes(crossing, world, "closed") == ["request_already_used"]
    assert CrossingReport.objects.count() == 1


def test_a_report_is_never_changed(world, crossing):
    made = say(crossing, world)
    made.status = "closed"
    with pytest.raises(TypeError):
        made.save()


def test_what_is_refused(world, crossing):
    assert codes(crossing, world, "ajar") == ["crossing_status_unknown"]
    assert codes(crossing, world, confidence="sure") == ["confidence_unknown"]
    assert codes(crossing, world, source=" ") == ["report_needs_a_source"]
    assert codes(crossing, world, valid_until=days(-1)) == ["report_ends_before_it_starts"]
    assert codes(crossing, world, reported_by=world.karim) == ["role_may_not_do_this"]
    assert not CrossingReport.objects.exists()


def test_eve_cannot(world, crossing):
    other = create_campaign(slug="school", title="School", owner_name="Board")
    eve = give_role(campaign=other, user=world.eve, name="site_lead")
    assert codes(crossing, world, reported_by=eve) == ["role_of_another_campaign"]


def test_the_command_reports_and_refuses(world, capsys):
    call_command("reportcrossing", "north", "open", "--from", "2026-12-01", "--source", "Driver", "--name", "North crossing", "--json")
    assert json.loads(capsys.readouterr().out)["windows"] == [{"start": "2026-12-01", "until": None, "status": "open"}]
    call_command("reportcrossing", "north", "closed", "--source", "Driver", "--dry-run")
    assert CrossingReport.objects.count() == 1
    with pytest.raises(SystemExit) as stopped:
        call_command("reportcrossing", "south", "open", "--source", "Driver")
    assert stopped.value.code == 1
    assert "no crossing “south”" in capsys.readouterr().err
