"""`awna erasedonor` and `awna closebatches`."""

import json

import pytest
from django.core.management import call_command

from awna.books.models import Entry, GiftKey
from awna.donations.models import Donor
from tests.rooms.donations import test_erasure, test_sheltered

pytestmark = pytest.mark.django_db


def test_a_donor_is_forgotten_by_the_private_link(capsys):
    gift = test_erasure.given(test_erasure.make_place(), name="Dana")
    link = f"https://example.org/c/clinic/give/{gift.donor.token}/"
    call_command("erasedonor", link, "--dry-run")
    assert GiftKey.objects.count() == 1
    call_command("erasedonor", link)
    assert "1 gifts link to nobody" in capsys.readouterr().out
    assert (GiftKey.objects.count(), Donor.objects.get(pk=gift.donor_id).name) == (0, "")
    with pytest.raises(SystemExit):
        call_command("erasedonor", link)


def test_due_batches_are_closed(world, capsys):
    world.days = -21
    test_sheltered.give(world, 9)
    call_command("closebatches", "--json")
    assert json.loads(capsys.readouterr().out) == {"due": 0, "entries": []}
    test_sheltered.unidentified(world, 10)
    call_command("closebatches", "--dry-run")
    assert "1 batches are due; 0" in capsys.readouterr().out
    call_command("closebatches")
    assert "1 were closed" in capsys.readouterr().out
    assert Entry.objects.filter(kind="gift").count() == 1


world = test_sheltered.world
