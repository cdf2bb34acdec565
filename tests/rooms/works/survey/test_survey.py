"""Damage through the pages: published data with its sums, forms from phones with a row put right, what a person saw, what everyone is told."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from awna.campaigns.models import Photo
from awna.campaigns.services import add_site
from awna.core.problems import Refused
from awna.core.survey.geojson import read_geojson
from awna.works.models import Building, Observation, SurveyFile, SurveyRow
from awna.works.survey import services
from tests.core.survey.files import STREET, shapefile_of, zipped
from tests.rooms.campaigns.conftest import camera_picture
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
BEFORE = TODAY - timedelta(days=30)


@pytest.fixture
def world() -> World:
    made = make_world()
    add_site(campaign=made.campaign, name="Ward", place_public="North district", place_exact="behind the mill", author=made.nour)
    return made


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def bring(client: Client, data: bytes, *, name: str = "houses.zip", source: str = "Copernicus EMS") -> Any:
    return client.post("/desk/clinic/damage/bring/", {"file": SimpleUploadedFile(name, data), "source": source})


def take(client: Client, data: bytes, **named: str) -> SurveyFile:
    seen = bring(client, data, **named)
    assert seen.status_code == 302, seen.content.decode()
    assert client.post(seen["Location"], {}).status_code == 302
    return (
        SurveyFile.objects.get(state=SurveyFile.DONE, digest__startswith="")
        if SurveyFile.objects.count() == 1
        else SurveyFile.objects.first()
    )


def submissions(*sites: str) -> bytes:
    rows = [
        {"_uuid": f"u{number}", "site": site, "object_name": f"House {number}", "damage_grade": "severe", "observed_on": str(BEFORE),
         "object_place": "31.5 35.1 0 5", "hazard": "yes" if number == 0 else "no", "_submitted_by": "somebody"}
        for number, site in enumerate(sites)
    ]  # fmt: skip
    return json.dumps(rows).encode()


def sums(campaign: Any) -> list[int]:
    return [
        Building.objects.filter(campaign=campaign, grade=grade).count()
        for grade in ("undamaged", "slight", "moderate", "severe", "destroyed")
    ]


def test_published_data_is_looked_at_taken_once_and_shown_to_each_as_they_may(world: World) -> None:
    nour, data = client_of(world.nour.user), zipped(shapefile_of(STREET))
    seen = bring(nour, data)
    assert Building.objects.count() == 0
    page = nour.get(seen["Location"]).content.decode()
    assert page.count('<td class="num"><bdi class="nw ltr num">1</bdi></td>') == 5
    assert "<svg" in page and "Copernicus EMS grading" in page
    nour.post(seen["Location"], {})
    assert sums(world.campaign) == [1, 1, 1, 1, 1]
    file = SurveyFile.objects.get()
    assert (file.objects_new, file.reading) == (5, "")
    assert bring(nour, data)["Location"] == seen["Location"]  # the same file again finds the first one
    assert b"".join(nour.get(f"{seen['Location']}original")) == data
    one = Observation.objects.get(grade="severe")
    assert (one.scale, one.source_grade, one.source, one.method) == ("copernicus", "Highly Damaged", "Copernicus EMS", "remote")
    desk = nour.get("/desk/clinic/damage/?grade=destroyed").content.decode()
    assert "House 5" in desk and "House 4" not in desk
    exact = read_geojson(nour.get("/desk/clinic/damage/damage.geojson").content)
    assert [point.name for point in exact.observations] == [f"House {number}" for number in range(1, 6)]
    told = Client().get("/c/clinic/damage/").content.decode()
    assert "House" not in told and "<svg" in told
    coarse = Client().get("/c/clinic/damage.geojson").content
    assert b"House" not in coarse and len({one.shape for one in read_geojson(coarse).observations}) == 1


def test_a_later_release_of_the_same_source_tells_of_the_same_buildings(world: World) -> None:
    def release(grade: str, day: str) -> bytes:
        point = {"type": "Point", "coordinates": [35.1, 31.5]}
        found = {"type": "Feature", "geometry": point, "properties": {"object_id": "7", "grading": grade, "ext_date": day}}
        return json.dumps({"type": "FeatureCollection", "features": [found]}).encode()

    nour = client_of(world.nour.user)
    for grade, day in (("Moderately Damaged", "2026-01-10"), ("Completely Destroyed", "2026-02-10"), ("Not Affected", "2026-01-01")):
        take(nour, release(grade, day), name="release.geojson")
    building = Building.objects.get()
    assert (building.grade, str(building.seen_on), building.observations.count()) == ("destroyed", "2026-02-10", 3)


@pytest.mark.shared
def test_the_published_file_of_copernicus_gives_its_sums_through_the_page(
    world: World, shared_data: Any, django_assert_max_num_queries: Any
) -> None:
    folder = shared_data / "standards" / "damage" / "emsr177"
    files = {path.suffix: path.read_bytes() for path in folder.glob("settlementsPoly_aerial_merged.*")}
    nour = client_of(world.nour.user)
    seen = bring(nour, zipped(files), source="Copernicus EMSR177")
    with django_assert_max_num_queries(80):
        nour.post(seen["Location"], {})
    assert sums(world.campaign) == [807, 187, 280, 205, 388]
    page = nour.get(seen["Location"]).content.decode()
    assert all(f">{count}<" in page for count in (807, 187, 280, 205, 388))
    with django_assert_max_num_queries(12):
        close = nour.get("/desk/clinic/damage/?place=I").content.decode()
    assert "<b>I</b>&nbsp;(565)" in close and close.count("<path") > 5
    with django_assert_max_num_queries(12):
        told = Client().get("/c/clinic/damage/").content.decode()
    assert ">388<" in told


def test_what_cannot_be_read_is_refused_with_its_reason_and_leaves_nothing(world: World) -> None:
    nour = client_of(world.nour.user)
    for data, reason in (
        (b"PK\x03\x04broken", "cannot be unpacked"), (b'{"type": "FeatureCollection", "features": 7}', "not GeoJSON"),
        (zipped(shapefile_of([{"grading": "rubble"}])), "Choose the scale"), (zipped(shapefile_of([{"colour": "red"}])), "Choose the field"),
        (b"\xff\xfe\x00", "not CSV in UTF-8"), (b"site,damage_grade\n", "Nothing that was seen"),
    ):  # fmt: skip
        answer = bring(nour, data)
        assert (answer.status_code, reason in answer.content.decode()) == (422, True), reason
    assert not SurveyFile.objects.exists()


def test_a_row_for_an_unknown_site_waits_and_is_put_right(world: World) -> None:
    nour, site = client_of(world.nour.user), world.campaign.sites.get()
    take(nour, submissions(services.site_code(site), "old-mill"), name="kobo.json", source="Visit")
    row = SurveyRow.objects.get()
    assert (Building.objects.count(), row.code, "somebody" in row.cells_json) == (1, "survey_site_unknown", False)
    assert "old-mill" in nour.get(f"/desk/clinic/damage/rows/{row.pk}/").content.decode()
    assert nour.post(f"/desk/clinic/damage/rows/{row.pk}/", {"site": ""}).status_code == 422
    nour.post(f"/desk/clinic/damage/rows/{row.pk}/", {"new_site": "Old mill"})
    site = world.campaign.sites.get(name="Old mill")
    house = Building.objects.get(name="House 1")
    assert (house.grade, house.site, house.hazard, SurveyRow.objects.get().state) == ("severe", site, False, SurveyRow.TAKEN)
    assert Building.objects.get(name="House 0").hazard
    # The next export holds all rows again, and one more.
    take(nour, submissions("Ward", "old-mill", site.name), name="kobo.json", source="Visit")
    assert (Building.objects.count(), Observation.objects.count(), SurveyRow.objects.count()) == (3, 3, 1)


def test_where_no_site_is_named_yet_every_row_waits(db: None) -> None:
    world = make_world()
    file = services.look_at_survey(
        campaign=world.campaign, data=submissions("old-mill"), filename="kobo.json", source="Visit", author=world.nour
    )
    services.take_survey(file=file, author=world.nour)
    assert (Building.objects.count(), SurveyRow.objects.get().code) == (0, "survey_site_unknown")


def test_the_form_for_phones_names_the_sites(world: World) -> None:
    sheet = load_workbook(io.BytesIO(client_of(world.nour.user).get("/desk/clinic/damage/form.xlsx").content))["choices"]
    assert [services.site_code(world.campaign.sites.get()), "Ward"] in [[row[1].value, row[2].value] for row in sheet.iter_rows()]


def test_what_somebody_saw_counts_once_and_a_photo_is_drawn_anew(world: World) -> None:
    nour, site = client_of(world.nour.user), world.campaign.sites.get()
    given = {
        "request_id": "r1", "site": site.pk, "name": "East wing", "part": "", "grade": "moderate", "observed_on": BEFORE, "hazard": "on",
        "photo": SimpleUploadedFile("east.jpg", camera_picture(), "image/jpeg"), "photo_alt": "Cracks in the east wall", "nobody_on_it": "on",
    }  # fmt: skip
    answer = nour.post("/desk/clinic/damage/add/", given)
    photo = Photo.objects.get()
    assert str(photo.pk) in answer["Location"] and photo.accepted_at is None
    nour.post("/desk/clinic/damage/add/", {**given, "photo": SimpleUploadedFile("east.jpg", camera_picture(), "image/jpeg")})
    wing = Building.objects.get()
    assert (wing.grade, wing.hazard, wing.observations.count()) == ("moderate", True, 1)
    nour.post(
        f"/desk/clinic/damage/buildings/{wing.pk}/add/", {"request_id": "r2", "part": "roof", "grade": "destroyed", "observed_on": TODAY}
    )
    wing.refresh_from_db()
    assert (wing.grade, wing.elements.get().part) == ("moderate", "roof")  # a part does not grade the whole
    page = nour.get(f"/desk/clinic/damage/buildings/{wing.pk}/").content.decode()
    assert "Roof: Destroyed" in page and "Danger reported" in page


def test_a_photo_that_is_none_and_a_day_ahead_are_refused(world: World) -> None:
    given = {"request_id": "r", "site": world.campaign.sites.get().pk, "name": "Wall", "grade": "slight", "observed_on": BEFORE}
    nour = client_of(world.nour.user)
    letter = SimpleUploadedFile("letter.jpg", b"%PDF-1.7 not a photo", "image/jpeg")
    answer = nour.post("/desk/clinic/damage/add/", {**given, "photo": letter, "photo_alt": "The wall of the yard", "nobody_on_it": "on"})
    assert answer.status_code == 422 and "This file is no photo" in answer.content.decode()
    answer = nour.post("/desk/clinic/damage/add/", {**given, "observed_on": TODAY + timedelta(days=1)})
    assert "lies ahead" in answer.content.decode()
    assert not Building.objects.exists()


def test_everyone_is_told_late_and_coarsely_and_no_place_where_the_stewards_say_so(world: World) -> None:
    site = world.campaign.sites.get()
    for name, day in (("Old", BEFORE), ("New", TODAY)):
        services.record_observation(
            campaign=world.campaign, grade="slight", observed_on=day, author=world.nour, request_id=name, site=site, name=name
        )
    assert b"One object was looked at" in Client().get("/c/clinic/damage/").content
    with pytest.raises(Refused):
        services.set_public_metres(campaign=world.campaign, metres=1_000, author=world.nour)
    salma = client_of(world.salma.user)
    salma.post("/desk/clinic/damage/public/", {"public_metres": 0})
    take(salma, zipped(shapefile_of(STREET)))
    coarse = json.loads(Client().get("/c/clinic/damage.geojson").content)
    assert len(coarse["features"]) == 6 and not any(one["geometry"] for one in coarse["features"])
    take(salma, zipped(shapefile_of([{**STREET[0], "ext_date": str(TODAY)}])), source="Seen today")
    told = Client().get("/c/clinic/damage/").content.decode()
    assert "<svg xmlns" not in told and "Copernicus EMS" in told and "Seen today" not in told


def test_strangers_see_neither_desk_nor_files(world: World) -> None:
    eve = client_of(world.eve)
    for path in ("", "damage.geojson", "bring/", "form.xlsx"):
        assert eve.get(f"/desk/clinic/damage/{path}").status_code == 403
    assert client_of(world.shift_lead.user).get("/desk/clinic/damage/bring/").status_code == 403
