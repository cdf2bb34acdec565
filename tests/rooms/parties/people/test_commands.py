"""The commands of people say what they did, change nothing in a rehearsal, and refuse in words."""

import json

import pytest
from django.core.management import call_command

from awna.parties.models import Invitation, Role

pytestmark = pytest.mark.django_db


def run(capsys, *words):
    call_command(*words)
    return capsys.readouterr().out


def test_inviteperson_rehearses_and_does_it(world, capsys):
    words = ("inviteperson", "new@example.org", "buyer", "--as", world.salma.user.email)
    assert "nothing was changed" in run(capsys, *words, "--dry-run")
    assert not Invitation.objects.exists()
    assert json.loads(run(capsys, *words, "--json"))["state"] == "mailed"
    assert Invitation.objects.get().language == world.campaign.site_language


def test_endrole_ends_it_and_listpeople_shows_it(world, capsys):
    words = ("endrole", world.rami.user.email, "coordinator", "--as", world.salma.user.email)
    assert "nothing was changed" in run(capsys, *words, "--dry-run")
    assert "ended" in run(capsys, *words)
    assert world.rami.user.email not in run(capsys, "listpeople")
    listed = json.loads(run(capsys, "listpeople", "--ended", "--json"))["people"]
    assert [one["ended_on"] is not None for one in listed if one["email"] == world.rami.user.email] == [True]
    assert not Role.objects.held(world.campaign).filter(user=world.rami.user).exists()


@pytest.mark.parametrize(
    "words", [("inviteperson", "new@example.org", "king"), ("inviteperson", "new@example.org", "buyer", "--section", "Nowhere"),
              ("endrole", "eve@example.org", "buyer")],
)  # fmt: skip
def test_a_refusal_is_said_and_ends_with_one(world, capsys, words):
    with pytest.raises(SystemExit) as ended:
        call_command(*words)
    assert ended.value.code == 1
    assert capsys.readouterr().err.strip()
