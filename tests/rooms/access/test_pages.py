"""The desk of crossings and sites, requests and decisions, tables in and out, and what everyone may read."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from awna.access import services, shown, tables
from awna.access.models import AccessImport, Crossing, CrossingReport, PassDecision, PassRequest, SiteReport
from awna.campaigns.services import add_site
from awna.core.problems import Refused
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LONG_AGO = TODAY - timedelta(days=200)


def ago(days: int) -> Any:
    return TODAY - timedelta(days=days)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def crossing(world: World) -> Crossing:
    return services.add_crossing(campaign=world.campaign, code="north", name="North crossing", district="Hill district", author=world.nour)


def ask(crossing: Crossing, world: World, request_id: str = "a1", **changes: Any) -> PassRequest:
    said = {"item": "Cement", "asked_on": ago(20), "quantity": Decimal(40), "unit": "bag"} | changes
    return services.ask_to_pass(crossing=crossing, author=world.buyer, request_id=request_id, **said)


def decide(asked: PassRequest, world: World, outcome: str = "allowed", request_id: str = "d1", **changes: Any) -> PassDecision:
    said = {"decided_on": ago(10)} | changes
    return services.record_decision(pass_request=asked, outcome=outcome, author=world.nour, request_id=request_id, **said)


def codes(act: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.codes


def test_a_request_and_its_decisions_are_kept_once(world: World, crossing: Crossing) -> None:
    asked = ask(crossing, world)
    assert ask(crossing, world) == asked
    assert decide(asked, world) == decide(asked, world)
    decide(asked, world, "turned_back", "d2", decided_on=ago(5), inspection_days=2)
    assert [made.outcome for made in asked.decisions.all()] == ["allowed", "turned_back"]
    assert codes(ask, crossing, world, item="Beds") == ["request_already_used"]
    with pytest.raises(TypeError):
        asked.save()


def test_what_is_refused(world: World, crossing: Crossing) -> None:
    assert codes(ask, crossing, world, item=" ") == ["pass_item_missing"]
    assert codes(ask, crossing, world, quantity=Decimal(0)) == ["pass_quantity_wrong"]
    assert codes(ask, crossing, world, unit="x" * 13) == ["pass_unit_long"]
    assert codes(ask, crossing, world, asked_on=ago(-1)) == ["access_day_ahead"]
    asked = ask(crossing, world)
    assert codes(decide, asked, world, "perhaps") == ["decision_unknown"]
    assert codes(decide, asked, world, decided_on=ago(21)) == ["decided_before_asked"]
    assert codes(decide, asked, world, reason="x" * 201) == ["reason_too_long"]
    assert codes(decide, asked, world, inspection_days=2_000) == ["inspection_days_wrong"]
    assert codes(services.add_crossing, campaign=world.campaign, code="", name="x", author=world.nour) == ["access_text_length"]
    assert codes(services.ask_to_pass, crossing=crossing, item="x", asked_on=TODAY, author=world.karim, request_id="k") == [
        "role_may_not_do_this"
    ]
    report = {"crossing": crossing, "status": "open", "valid_from": TODAY, "source": "x", "confidence": "heard", "request_id": "f"}
    assert codes(services.report, reported_by=world.nour, observed_on=ago(-1), **report) == ["access_day_ahead"]


def test_conditions_of_a_site_stand_until_it_is_clear(world: World) -> None:
    site = add_site(campaign=world.campaign, name="Ward", place_public="Hill district", author=world.nour)

    def say(condition: str, seen: int, **changes: Any) -> SiteReport:
        said = {"valid_from": ago(seen), "source": "Guard", "confidence": "seen", "observed_on": ago(seen)} | changes
        return services.report_condition(site=site, condition=condition, reported_by=world.nour, request_id=f"{condition}{seen}", **said)

    flooded = say("flooded", 9)
    assert say("flooded", 9) == flooded
    say("unsafe", 8, valid_until=ago(7))
    say("no_power", 3)

    def today() -> list[str]:
        return [one.condition for one in shown.conditions_today(list(SiteReport.objects.all()), TODAY)]

    assert sorted(today()) == ["flooded", "no_power"]
    say("clear", 5)
    assert today() == ["no_power"], "what was seen after it still stands"
    assert codes(say, "haunted", 1) == ["site_condition_unknown"]


def test_a_late_report_is_shown_as_such(world: World, crossing: Crossing, client: Client) -> None:
    for seen, status in ((5, "closed"), (9, "open")):
        services.report(
            crossing=crossing, status=status, valid_from=ago(9), source="Driver", confidence="seen", reported_by=world.nour,
            request_id=status, observed_on=ago(seen),
        )  # fmt: skip
    speaks = crossing.report_for(TODAY)
    assert speaks is not None and speaks.status == "closed"
    client.force_login(world.nour.user)
    assert "Came in late" in client.get(f"/desk/clinic/access/crossings/{crossing.pk}/").content.decode()


def test_the_history_page_tells_how_few_cases_there_are(
    world: World, crossing: Crossing, client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        decide(ask(crossing, world, f"a{number}"), world, ("allowed", "refused")[number % 2], f"d{number}")
    services.report(
        crossing=crossing, status="open", valid_from=ago(40), source="Driver", confidence="seen", reported_by=world.nour, request_id="r"
    )
    client.force_login(world.store.user)
    address = f"/desk/clinic/access/crossings/{crossing.pk}/"
    client.get(address)
    with django_assert_max_num_queries(12):
        page = client.get(address).content.decode()
    assert "From 4 cases only: a short history" in page and "none given" in page and "<svg" in page
    with django_assert_max_num_queries(12):
        assert client.get("/desk/clinic/access/").status_code == 200


def test_the_pages_write(world: World, crossing: Crossing, client: Client) -> None:
    client.force_login(world.nour.user)
    base = f"/desk/clinic/access/crossings/{crossing.pk}/"
    said = {"valid_from": TODAY, "source": "Driver", "confidence": "seen", "observed_on": TODAY}
    assert client.post(f"{base}report/", {"request_id": "1", "status": "restricted", **said}).status_code == 302
    assert client.post(f"{base}ask/", {"request_id": "2", "item": "Beds", "asked_on": TODAY}).status_code == 302
    asked = PassRequest.objects.get()
    decision = {"request_id": "3", "outcome": "refused", "decided_on": TODAY}
    assert client.post(f"/desk/clinic/access/requests/{asked.pk}/decide/", decision).status_code == 302
    assert client.post("/desk/clinic/access/crossings/add/", {"name": "Ford", "code": "ford"}).status_code == 302
    site = add_site(campaign=world.campaign, name="Ward", place_public="Hill district", author=world.nour)
    assert (
        client.post("/desk/clinic/access/sites/report/", {"request_id": "4", "site": site.pk, "condition": "flooded", **said}).status_code
        == 302
    )
    page = client.get("/desk/clinic/access/").content.decode()
    assert "Flooded" in page and "Restricted" in page and "Ford" in page
    assert client.post(f"{base}ask/", {"request_id": "5", "item": "", "asked_on": TODAY}).status_code == 422
    client.force_login(world.eve)
    assert client.get(base).status_code == 403


TABLE = f"""crossing,item,quantity,unit,asked_on,wanted_on,outcome,decided_on,reason,inspection_days
north,Cement,٤٠,bag,{ago(30)},,refused,{ago(20)},none given,
North crossing,Beds,,,{ago(29)},,allowed,{ago(25)},,2
north,Beds,,,{ago(29)},,,,,
south,Beds,,,{ago(29)},,,,,
north,,,,{ago(29)},,,,,
north,Panels,many,,{ago(29)},,allowed,{ago(40)},,
north,Panels,1,,someday,,,,,
"""


def look(world: World, text: str) -> AccessImport:
    return tables.look_at_table(campaign=world.campaign, data=text.encode(), filename="notes.csv", author=world.nour)


def test_a_table_is_looked_at_taken_in_and_the_rest_kept(world: World, crossing: Crossing, client: Client) -> None:
    client.force_login(world.nour.user)
    answer = client.post("/desk/clinic/access/import/", {"file": SimpleUploadedFile("notes.csv", TABLE.encode())}, follow=True)
    page = answer.content.decode()
    assert "2 new, 1 known already, 4 refused" in page and not PassRequest.objects.exists()
    assert "There is no crossing “south”" in page
    address = answer.redirect_chain[-1][0]
    client.post(address)
    client.post(address)
    assert (PassRequest.objects.count(), PassDecision.objects.count()) == (2, 2)
    first = PassRequest.objects.get(item="Cement")
    assert first.quantity == 40 and first.decisions.get().reason == ""
    kept = AccessImport.objects.get()
    assert (kept.taken, [row["number"] for row in kept.rows]) == (2, [5, 6, 7, 8])
    reasons = client.get(f"{address}refused.csv").content.decode()
    assert "Name the item" in reasons and "“many” is no number" in reasons and "“someday” is no day" in reasons
    again = [row.state for row in tables.judge(look(world, TABLE))]
    assert again == ["known"] * 3 + ["refused"] * 4


def test_what_goes_out_comes_back_in(world: World, crossing: Crossing, client: Client) -> None:
    decide(ask(crossing, world, item="=1+1"), world, reason="Papers, incomplete")
    services.report(crossing=crossing, status="closed", valid_from=ago(9), valid_until=ago(8), source="Driver", confidence="seen",
                    reported_by=world.nour, request_id="r", observed_on=ago(9))  # fmt: skip
    client.force_login(world.nour.user)
    out = client.get("/desk/clinic/access/requests.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(out))
    assert row["item"] == "'=1+1" and row["reason"] == "Papers, incomplete"
    tables.take_in(found=look(world, out), author=world.nour)
    assert PassRequest.objects.count() == 2 and PassDecision.objects.filter(reason="Papers, incomplete").count() == 2
    tables.take_in(found=look(world, client.get("/desk/clinic/access/reports.csv").content.decode("utf-8-sig")), author=world.nour)
    assert list(CrossingReport.objects.values_list("status", "observed_on")) == [("closed", ago(9))] * 2


def test_tables_that_are_none(world: World, crossing: Crossing) -> None:
    assert codes(look, world, "a,b\n1,2\n") == ["access_columns_missing"]
    assert codes(look, world, "crossing,item,asked_on\n") == ["access_table_empty"]
    assert codes(look, world, 'crossing,item,asked_on\n"north') == ["access_not_csv"]
    assert codes(look, world, "crossing,item,asked_on\n" + "north,x,2026-01-01\n" * 2_001) == ["access_table_long"]
    act = {"campaign": world.campaign, "filename": "x", "author": world.nour}
    assert codes(tables.look_at_table, data=b"\xff\xfe", **act) == ["access_not_utf8"]
    assert codes(tables.look_at_table, data=b"x" * (1024 * 1024 + 1), **act) == ["access_table_large"]
    assert codes(tables.look_at_table, data=b"x", campaign=world.campaign, filename="x", author=world.karim) == ["role_may_not_do_this"]


def test_everyone_reads_finished_weeks_and_districts_alone(world: World, crossing: Crossing) -> None:
    said = {"crossing": crossing, "source": "Driver Z", "confidence": "seen", "reported_by": world.nour}
    services.report(status="open", valid_from=LONG_AGO, observed_on=LONG_AGO, request_id="1", **said)
    services.report(status="closed", valid_from=ago(3), observed_on=ago(3), request_id="2", **said)
    for number in range(12):
        outcome = "refused" if number % 3 == 0 else "allowed"
        decide(ask(crossing, world, f"a{number}", asked_on=ago(60)), world, outcome, f"d{number}", reason="secret reason")
    page = Client().get("/c/clinic/crossings/").content.decode()
    assert "Hill district" in page and "mostly open" in page and "About 65 of 100" in page
    for kept in ("Driver Z", "secret reason", "Cement", "mostly closed", f'datetime="{ago(3)}"', f'datetime="{TODAY}"'):
        assert kept not in page
    (one,) = shown.public_crossings(world.campaign)
    newest = one.weeks[0].monday
    assert newest.weekday() == 0 and newest + timedelta(days=6) <= ago(shown.PUBLIC_DELAY_DAYS)
    PassDecision.objects.filter(request_id__in=["d0", "d1", "d2"]).delete()
    assert shown.public_crossings(world.campaign)[0].passed is None
    world.campaign.at_risk = True
    assert shown.public_crossings(world.campaign) == []
