"""What tests of letters stand on: the cast, an open letter, and short ways to sign and confirm."""

from collections.abc import Callable
from typing import Any

import pytest

from awna.kit import crowd as gates
from awna.letters import services
from awna.letters.models import OpenLetter, Organisation, Signature, Waiting
from tests.world import World, make_world


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def letter(world: World) -> OpenLetter:
    return services.open_letter(
        campaign=world.campaign, code="let-it-stand", title="Let the clinic stand", text="To all.\nLet it stand.", language="en", author=world.salma
    )  # fmt: skip


@pytest.fixture(autouse=True)
def quiet_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins without a crowd."""
    monkeypatch.setattr(gates, "gate", gates.Gate(clock=gates.time.time))


Sign = Callable[..., Waiting]
Confirm = Callable[..., Signature | Organisation]


@pytest.fixture
def sign(letter: OpenLetter) -> Sign:
    """Sign and give the sign-up that waits now."""

    def act(**changed: Any) -> Waiting:
        services.sign_letter(letter=letter, **{"name": "Dana", "email": "dana@example.org", "show_name": True} | changed)
        return Waiting.objects.latest("pk")

    return act


@pytest.fixture
def confirm(sign: Sign) -> Confirm:
    """Sign and confirm."""
    return lambda **changed: services.confirm_signature(token=services.confirm_token(sign(**changed)))


@pytest.fixture
def guild(confirm: Confirm) -> Organisation:
    """An organisation that confirmed and waits for the desk."""
    row = confirm(kind="organisation", name="Guild of Caldrey", office="Chair", signatory="Tomas", email="guild@example.org", country="IE")
    assert isinstance(row, Organisation)
    return row
