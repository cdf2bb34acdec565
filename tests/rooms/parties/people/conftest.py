"""The cast, and mails that leave at once."""

import pytest
from django.core import mail

from awna.kit import crowd
from awna.kit.jobs import work_off
from tests.world import World, make_world


@pytest.fixture
def world(db) -> World:
    return make_world()


@pytest.fixture(autouse=True)
def quiet_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins with an empty gate: it lives in the memory of the process."""
    monkeypatch.setattr(crowd, "gate", crowd.Gate(clock=crowd.time.time))


@pytest.fixture
def mailed(django_capture_on_commit_callbacks):
    """`mailed(act)`: what act() put into the mail, delivered."""

    def run(act):
        before = len(mail.outbox)
        with django_capture_on_commit_callbacks(execute=True):
            act()
        with django_capture_on_commit_callbacks(execute=True):
            work_off()
        work_off()
        return mail.outbox[before:]

    return run
