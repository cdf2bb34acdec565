"""People, crews and hours: who may, what is refused, twice is once, and one section does not read another's people."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Commodity, Entry
from awna.consent import services as consent
from awna.core.problems import Refused
from awna.crews import services
from awna.crews.models import Crew, Hours, Volunteer
from awna.kit.policies import Actor
from awna.parties import services as parties
from tests.world import PASSWORD, make_world

TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=90)
CSV = b"""code,name,languages,skills,available,vetting,vetted_until
V-1,Amal Example,ar:native;en:working,interpreter:lead,,cleared,2099-01-01
V-2,Ben Example,en:native,mason:skilled,2099-01-01..2099-02-01,pending,
"""


@pytest.fixture
def world(db):
    return make_world()


def join(world, code, *, languages=None, skills=None, cleared=True, windows=(), author=None, user=None):
    author = author or world.rami
    person = services.register_volunteer(
        campaign=world.campaign, code=code, name=f"{code} Example", languages=languages or {"ar": 3}, skills=skills or {"mason": 2},
        windows=windows, user=user, author=author,
    )  # fmt: skip
    if cleared:
        services.record_vetting(volunteer=person, state="cleared", valid_until=LATER, author=author, request_id=f"vet-{code}")
    return person


def crew_of(world, members, **changes):
    wanted = {"name": "Roof crew", "skills": {}, "from_on": TODAY, "until_on": TODAY, "author": world.rami, "request_id": "crew-1"}
    return services.form_crew(campaign=world.campaign, members=members, **(wanted | changes))


def codes(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.codes


def worked(world, *, recorder=None):
    """Hours of one volunteer in one shift of today."""
    consent.set_policy(campaign=world.campaign, required=2)
    books.open_book(campaign=world.campaign, author=world.salma)
    person = join(world, "V-1", user=world.eve)
    shift = services.plan_shift(
        crew=crew_of(world, [person]), works_on=TODAY, title="Clear rubble", hours_planned=Decimal(7), author=world.rami, request_id="s-1"
    )
    return services.record_hours(shift=shift, volunteer=person, hours=Decimal("6.5"), author=recorder or world.rami)


def test_a_crew_that_understands_each_other_is_formed_once(world):
    members = [
        join(world, "V-1", languages={"en": 3}, skills={"mason": 2}),
        join(world, "V-2", languages={"en": 2, "ar": 3}, skills={"interpreter": 2}),
    ]
    assert crew_of(world, members, skills={"mason": 1}) == crew_of(world, members, skills={"mason": 1})
    assert set(Crew.objects.get().members.all()) == set(members)


def test_a_crew_is_refused_without_interpreter(world):
    stranger = join(world, "V-1", languages={"en": 3})
    local = join(world, "V-2", languages={"ar": 3, "en": 2}, skills={"mason": 2})
    other = join(world, "V-3", languages={"ar": 3, "fr": 3}, skills={"interpreter": 2})
    assert codes(crew_of, world, [stranger, local]) == ["crew_lacks_interpreter"]
    assert codes(crew_of, world, [stranger, other]) == ["crew_lacks_interpreter"], "they share no language"
    assert not Crew.objects.exists()


def test_a_crew_is_refused_unless_all_are_vetted_there_and_able(world):
    unvetted = join(world, "V-1", cleared=False)
    away = join(world, "V-2", windows=[(TODAY + timedelta(days=5), LATER)])
    able = join(world, "V-3")
    assert codes(crew_of, world, [unvetted]) == ["crew_member_not_vetted"]
    assert codes(crew_of, world, [away]) == ["crew_member_away"]
    assert codes(crew_of, world, [able], until_on=LATER + timedelta(days=1)) == ["crew_member_not_vetted"], "the clearance ends before"
    assert codes(crew_of, world, [able], skills={"electrician": 1}) == ["crew_lacks_skill"]
    assert codes(crew_of, world, []) == ["crew_size_wrong"]
    assert codes(crew_of, world, [able], until_on=TODAY - timedelta(days=1)) == ["crew_ends_before_it_starts"]
    assert codes(crew_of, world, [able], name=" ") == ["crew_needs_a_name"]


def test_a_refusal_after_a_clearance_counts(world):
    person = join(world, "V-1")
    services.record_vetting(volunteer=person, state="refused", author=world.rami, request_id="vet-2")
    assert codes(crew_of, world, [person]) == ["crew_member_not_vetted"]
    assert services.people_for_planning(world.campaign) == []


def test_vetting_refuses_an_unknown_state_no_end_and_oneself(world):
    person = join(world, "V-1", cleared=False, user=world.rami.user)

    def vet(state, author, valid_until=None):
        return codes(services.record_vetting, volunteer=person, state=state, valid_until=valid_until, author=author, request_id="vet-1")

    assert vet("perhaps", world.nour) == ["vetting_unknown"]
    assert vet("cleared", world.nour) == ["clearance_needs_an_end"]
    assert vet("cleared", world.rami, LATER) == ["nobody_vets_themselves"]
    assert vet("cleared", world.karim, LATER) == ["role_may_not_do_this"]


def test_names_and_findings_are_sealed(world):
    join(world, "V-1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT v.name, f.state FROM crews_volunteer v JOIN crews_vetting f ON f.volunteer_id = v.id")
        assert all(column.startswith("s1:") for column in cursor.fetchone())


def test_a_section_does_not_read_or_use_anothers_people(world):
    south = parties.give_role(campaign=world.campaign, user=world.south_treasurer.user, name="coordinator", section=world.south)
    person = join(world, "V-1")
    assert list(Volunteer.objects.for_actor(Actor(world.rami.user, [world.rami]))) == [person]
    assert list(Volunteer.objects.for_actor(Actor(south.user, [south]))) == []
    assert list(Volunteer.objects.for_actor(Actor(world.nour.user, [world.nour]))) == [person]
    assert list(Volunteer.objects.for_actor(Actor(world.salma.user, [world.salma]))) == []
    assert codes(crew_of, world, [person], author=south) == ["person_of_another_section"]
    assert codes(join, world, "V-1", author=south) == ["volunteer_code_taken"]


def test_a_shift_is_refused_outside_the_days_of_the_crew_or_with_wrong_hours(world):
    crew = crew_of(world, [join(world, "V-1")])

    def plan(**changes):
        wanted = {"works_on": TODAY, "title": "Roof", "hours_planned": Decimal(7), "author": world.rami, "request_id": "s-1"}
        return services.plan_shift(crew=crew, **(wanted | changes))

    assert codes(plan, works_on=TODAY + timedelta(days=1)) == ["shift_outside_crew_days"]
    assert codes(plan, hours_planned=Decimal(17)) == ["hours_out_of_range"]
    assert codes(plan, title="") == ["shift_needs_a_title"]
    assert plan() == plan()


def test_approved_hours_stand_in_the_book_once(world):
    hours = worked(world)
    approved = services.approve_hours(hours=hours, approver=world.shift_lead)
    again = services.approve_hours(hours=hours, approver=world.shift_lead)
    entry = Entry.objects.get(kind="hours")
    assert (approved.entry_seq, again.entry_seq) == (entry.seq, entry.seq)
    assert (entry.author, entry.second) == (world.rami, world.shift_lead)
    assert books.balance_of(world.campaign.book, stage="issued", commodity=Commodity.objects.get(code="hours")) == 650


def test_hours_recorded_twice_are_once_and_another_figure_is_refused(world):
    hours = worked(world)
    same = {"shift": hours.shift, "volunteer": hours.volunteer, "author": world.rami}
    assert services.record_hours(hours=Decimal("6.5"), **same) == hours
    assert codes(services.record_hours, hours=Decimal(8), **same) == ["hours_recorded_already"]
    stranger = join(world, "V-2")
    assert codes(services.record_hours, shift=hours.shift, volunteer=stranger, hours=Decimal(1), author=world.rami) == ["not_in_this_crew"]


def test_nobody_approves_own_or_self_recorded_hours(world):
    lead_of_eve = parties.give_role(campaign=world.campaign, user=world.eve, name="shift_lead")
    assert codes(services.approve_hours, hours=worked(world, recorder=world.shift_lead), approver=lead_of_eve) == ["own_hours"]
    hours = Hours.objects.get()
    assert codes(services.approve_hours, hours=hours, approver=world.shift_lead) == ["hours_need_a_second_person"]
    assert codes(services.approve_hours, hours=hours, approver=world.rami) == ["role_may_not_do_this"]
    assert not Entry.objects.filter(kind="hours").exists()


def test_hours_of_a_day_to_come_are_refused(world):
    person = join(world, "V-1")
    tomorrow = TODAY + timedelta(days=1)
    shift = services.plan_shift(
        crew=crew_of(world, [person], until_on=tomorrow), works_on=tomorrow, title="Roof", hours_planned=Decimal(7), author=world.rami,
        request_id="s-1",
    )  # fmt: skip
    assert codes(services.record_hours, shift=shift, volunteer=person, hours=Decimal(7), author=world.rami) == ["shift_not_worked_yet"]


def test_a_list_is_loaded_whole_and_loaded_again_changes_nothing(world):
    for _ in range(2):
        services.load_volunteers(campaign=world.campaign, data=CSV, author=world.rami)
    assert [person.code for person in Volunteer.objects.all()] == ["V-1", "V-2"]
    assert services.people_for_planning(world.campaign) == [
        {"id": str(Volunteer.objects.get(code="V-1").pk), "code": "V-1", "skills": ["interpreter"], "languages": ["ar", "en"],
         "windows": [(TODAY, date(2099, 1, 1))]},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        (b"skills", b"talents", "volunteer_column_wrong", "row 1, column 4"),
        (b"mason:skilled", b"mason:great", "level_unknown", "row 3, column skills"),
        (b"en:native", b"english please", "name_unknown", "row 3, column languages"),
        (b"2099-01-01..", b"1.1.2099..", "date_unreadable", "row 3, column available"),
        (b"..2099-02-01", b"..2098-02-01", "window_ends_before_start", "row 3, column available"),
        (b",pending,", b",maybe,", "vetting_unknown", "row 3, column vetting"),
        (b"V-2", b"V-1", "volunteer_code_twice", "row 3, column code"),
        (b"Ben Example", b"", "volunteer_text_wrong", "row 3, column name"),
        (b",pending,", b"", "volunteer_row_length", "row 3"),
        (b"Ben", b"\xff", "volunteers_not_utf8", ""),
        (b"cleared,2099", b"cleared,2001", "clearance_needs_an_end", "row 2"),
    ],
)
def test_a_bad_cell_is_named_and_nobody_is_loaded(world, old, new, code, where):
    with pytest.raises(Refused) as refused:
        services.load_volunteers(campaign=world.campaign, data=CSV.replace(old, new, 1), author=world.rami)
    assert (code, where) in [(problem.code, problem.where) for problem in refused.value.problems]
    assert not Volunteer.objects.exists()


def test_the_commands_load_and_approve(world, tmp_path, capsys):
    file = tmp_path / "people.csv"
    file.write_bytes(CSV)
    call_command("loadvolunteers", str(file), dry_run=True)
    assert not Volunteer.objects.exists()
    call_command("loadvolunteers", str(file))
    assert Volunteer.objects.count() == 2
    file.write_bytes(CSV.replace(b"skills", b"talents"))
    with pytest.raises(SystemExit) as left:
        call_command("loadvolunteers", str(file))
    assert left.value.code == 1
    assert "talents" in capsys.readouterr().err


def test_the_shift_lead_approves_on_the_desk_and_eve_cannot(world):
    hours = worked(world)
    address = f"/desk/clinic/crews/hours/{hours.pk}/approve/"
    assert _signed_in(world.eve).post(address).status_code == 403
    assert _signed_in(world.eve).get("/desk/clinic/crews/").status_code == 403
    lead = _signed_in(world.shift_lead.user)
    assert "V-1 Example" in lead.get("/desk/clinic/crews/").content.decode()
    assert lead.post(address).status_code == 302
    call_command("approvehours")
    assert Hours.objects.get().approved_by == world.shift_lead


def test_the_coordinator_forms_a_crew_on_the_desk_and_keeps_what_was_typed(world):
    stranger = join(world, "V-1", languages={"en": 3})
    rami = _signed_in(world.rami.user)
    assert rami.get("/desk/clinic/crews/form/").status_code == 200
    typed = {"request_id": "r", "name": "Roof crew", "from_on": TODAY, "until_on": TODAY, "skills": "mason:1", "members": [stranger.pk]}
    page = rami.post("/desk/clinic/crews/form/", typed)
    assert "Nobody interprets" in page.content.decode()
    assert "Roof crew" in page.content.decode()
    join(world, "V-2", languages={"en": 2, "ar": 3}, skills={"interpreter": 2})
    typed["members"] = [person.pk for person in Volunteer.objects.all()]
    assert rami.post("/desk/clinic/crews/form/", typed).status_code == 302
    assert rami.get("/desk/clinic/crews/").status_code == 200
    assert Crew.objects.get().name == "Roof crew"


def _signed_in(user):
    client = Client()
    assert client.login(request=RequestFactory().get("/"), username=user.email, password=PASSWORD)
    return client
