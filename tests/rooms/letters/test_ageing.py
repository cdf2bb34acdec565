"""Thirty days after a letter was closed nobody can tell any more who signed; how many did stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from awna.letters import services
from awna.letters.models import ListImport, ListRow, Organisation, Signature

pytestmark = pytest.mark.django_db


def test_who_signed_is_forgotten_and_how_many_stays(world, letter, confirm):
    confirm(place="Northtown")
    confirm(name="Omar", email="omar@example.org", show_name=False)
    body = Organisation.objects.create(
        letter=letter, version=letter.version, name="Bakers' Guild", signatory="Lara", email="lara@example.org", email_index="x" * 64,
        confirmed_at=timezone.now(), authority="minutes seen",
    )  # fmt: skip
    listed = ListImport.objects.create(
        letter=letter, listed_by="Guild", listed_on=timezone.localdate(), text="Omar", digest="d", taken_by=world.salma
    )
    ListRow.objects.create(taken_from=listed, position=1, content="Omar")
    today = timezone.localdate()
    assert services.forget_signers(day=today) == 0
    services.close_letter(letter=letter, author=world.salma, on=today - timedelta(days=services.KEPT_DAYS))
    assert services.forget_signers(day=today) == 0
    before = services.count_signatures(letter)
    assert services.forget_signers(day=today + timedelta(days=1)) == 4
    assert services.forget_signers(day=today + timedelta(days=1)) == 0
    after = services.count_signatures(letter)
    assert (after.people, after.organisations, after.people_named) == (before.people, before.organisations, 0) == (2, 1, 0)
    for row in Signature.objects.all():
        assert (row.name, row.place, row.email, row.email_index) == ("", "", "", None)
    body.refresh_from_db()
    assert (body.name, body.signatory, body.email, body.email_index) == ("Bakers' Guild", "", "", None)
    assert not ListRow.objects.exists() and ListImport.objects.get().text == ""
