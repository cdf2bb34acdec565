"""Who was forgotten stays forgotten: written beside the database and on the second storage, and done again after a restore from an older backup."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from awna.campaigns.models import Subscription
from awna.campaigns.services import end_subscription, stop_token, subscribe
from awna.core.problems import Refused
from awna.desk.doctor.upkeep import forgotten_look
from awna.desk.forgetting import WAYS, keep_forgotten
from awna.donations.models import Donor
from awna.donations.services import erase_donor, pledge_gift
from awna.letters.models import Signature, Waiting
from awna.letters.services import confirm_signature, confirm_token, open_letter, sign_letter, withdraw_signature, withdraw_token
from awna.parties.forgotten.services import FILE, note_forgotten
from awna.parties.models import Role, Tombstone, User
from awna.parties.people.services import deactivate_person, end_role
from tests.rooms.funded import Funded, make_funded

pytestmark = pytest.mark.django_db
After = Callable[..., Any]


@pytest.fixture
def places(tmp_path: Path, settings: Any) -> list[Path]:
    """The data folder and the second storage, and the file of each."""
    for name in ("DATA_DIR", "LOG_GUARD_DIR"):
        (tmp_path / name).mkdir()
        setattr(settings, f"AWNA_{name}", tmp_path / name if name == "DATA_DIR" else str(tmp_path / name))
    return [tmp_path / "DATA_DIR" / FILE, tmp_path / "LOG_GUARD_DIR" / FILE]


@pytest.fixture
def funded() -> Funded:
    return make_funded()


def dana(funded: Funded) -> Donor:
    return pledge_gift(bank_account=funded.account, amount_minor=5_000, request_id="dana", name="Dana", email="dana@example.org").donor


def signature(funded: Funded) -> Signature:
    letter = open_letter(
        campaign=funded.world.campaign, code="stand", title="Stand", text="To all.\nStand.", language="en", author=funded.world.salma
    )
    sign_letter(letter=letter, name="Dana", email="dana@example.org", show_name=True)
    row = confirm_signature(token=confirm_token(Waiting.objects.get()))
    assert isinstance(row, Signature)
    return row


def lines(file: Path) -> list[tuple[str, str]]:
    return [(one["kind"], one["id"]) for one in map(json.loads, file.read_text().splitlines())]


def test_forgotten_again_after_a_restore(places: list[Path], funded: Funded, django_capture_on_commit_callbacks: After) -> None:
    donor, signed = dana(funded), signature(funded)
    reader = subscribe(campaign=funded.world.campaign, email="dana@example.org", language="en")
    with django_capture_on_commit_callbacks(execute=True):
        erase_donor(donor)
        withdraw_signature(token=withdraw_token(signed))
        end_subscription(token=stop_token(reader))
    wanted = sorted([("donor", str(donor.pk)), ("signature", str(signed.pk)), ("reader", str(reader.pk))])
    assert [sorted(lines(file)) for file in places] == [wanted, wanted]
    assert all(file.stat().st_mode & 0o777 == 0o600 and "Dana" not in file.read_text() for file in places)

    Tombstone.objects.all().delete()  # an older database: it knows her, and nothing of her wish
    Donor.objects.filter(pk=donor.pk).update(name="Dana", email="dana@example.org")
    Signature.objects.filter(pk=signed.pk).update(name="Dana", state=signed.state)
    reader.save(force_insert=True)
    places[0].unlink()
    assert next((one.problem.code, one.do) for one in forgotten_look()) == ("forgotten_is_back", "awna checkrestored")
    out = StringIO()
    with django_capture_on_commit_callbacks(execute=True):
        call_command("checkrestored", stdout=out)
    assert "3 people or things" in out.getvalue()
    assert Donor.objects.get(pk=donor.pk).name == "" and Signature.objects.get(pk=signed.pk).state == Signature.WITHDRAWN
    assert not Subscription.objects.exists() and list(forgotten_look()) == [] and sorted(lines(places[0])) == wanted
    assert keep_forgotten() == 0


def test_a_restore_brings_back_no_role_that_was_withdrawn(
    places: list[Path], funded: Funded, django_capture_on_commit_callbacks: After
) -> None:
    world = funded.world
    with django_capture_on_commit_callbacks(execute=True):
        end_role(role=world.rami, author=world.salma)
        deactivate_person(campaign=world.campaign, person=world.buyer.user, author=world.salma)
    assert [kind for kind, _ in lines(places[1])] == ["person", "role", "role"]

    Tombstone.objects.all().delete()  # an older database: both are as they were
    Role.objects.filter(pk__in=[world.rami.pk, world.buyer.pk]).update(ended_on=None)
    User.objects.filter(pk=world.buyer.user.pk).update(is_active=True)
    User.objects.update(signed_out_count=0)
    assert keep_forgotten() == 3 and keep_forgotten() == 0
    assert not Role.objects.filter(pk__in=[world.rami.pk, world.buyer.pk], ended_on=None).exists()
    assert not User.objects.get(pk=world.buyer.user.pk).is_active
    assert User.objects.get(pk=world.rami.user.pk).signed_out_count == 1, "no session of the backup counts"


def test_a_storage_that_was_away_gets_the_lines_later(
    places: list[Path], settings: Any, funded: Funded, django_capture_on_commit_callbacks: After
) -> None:
    """Nobody's wish waits for a disk; a half-written line of a power cut harms no other."""
    elsewhere = Path(settings.AWNA_LOG_GUARD_DIR)
    elsewhere.rmdir()
    elsewhere.touch()
    donor = dana(funded)
    with django_capture_on_commit_callbacks(execute=True):
        erase_donor(donor)
    assert Donor.objects.get(pk=donor.pk).name == "" and [one.problem.code for one in forgotten_look()] == ["forgotten_not_written"]
    elsewhere.unlink()
    elsewhere.mkdir()
    places[1].write_text('{"kind": "don')
    keep_forgotten()
    assert list(forgotten_look()) == [] and lines(places[0]) == [("donor", str(donor.pk))]


def test_a_file_brought_by_hand_counts_too(places: list[Path], funded: Funded, tmp_path: Path) -> None:
    """The machine of a drill has no second storage."""
    donor, brought = dana(funded), tmp_path / "brought.jsonl"
    brought.write_text(f'{{"kind": "donor", "id": "{donor.pk}"}}\n')
    call_command("checkrestored", "--forgotten", str(brought), stdout=StringIO())
    assert Donor.objects.get(pk=donor.pk).name == ""
    brought.write_text("a letter\n")
    with pytest.raises(SystemExit):
        call_command("checkrestored", "--forgotten", str(brought), stdout=StringIO(), stderr=(said := StringIO()))
    assert "forgotten.jsonl" in said.getvalue()


def test_a_kind_of_a_newer_version_is_named_and_the_others_are_done(places: list[Path], funded: Funded) -> None:
    donor = dana(funded)
    places[1].write_text(f'{{"kind": "ghost", "id": "7"}}\n{{"kind": "donor", "id": "{donor.pk}"}}\n')
    with pytest.raises(Refused) as refused:
        keep_forgotten()
    assert refused.value.codes == ["tombstone_unknown"] and Donor.objects.get(pk=donor.pk).name == ""


def test_every_kind_that_is_noted_can_be_done_again() -> None:
    noted = {
        part.split('"')[1]
        for path in Path("src/awna").rglob("*.py")
        for part in path.read_text().split("note_forgotten(kind=")[1:]
        if part[0] == '"'
    }
    assert {"signature", "reader", "guest"} <= noted <= WAYS.keys()


def test_twice_is_once(places: list[Path]) -> None:
    note_forgotten(kind="donor", subject="x")
    note_forgotten(kind="donor", subject="x")
    assert Tombstone.objects.count() == 1
