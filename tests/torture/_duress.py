"""How long a yes takes with the everyday PIN and with the other one: the same yes, taken back each time, in an order that a seed mixes."""

import contextlib
import gc
import random
import statistics
import time
from unittest.mock import patch

from django.contrib.auth.hashers import identify_hasher
from django.test import override_settings

from awna.consent import services as consent
from awna.consent.models import Pin
from awna.consent.services import deciding
from awna.parties.models import Role
from tests.duress import COOL_DOWN_DAYS, OTHER_PIN, PIN, ask_release, say_yes, undone
from tests.keyed import make_keyed

EFFECT_MS_MAX = 1.0
HASHER = "tests.duress.SmallArgon2"


def measure(count: int, seed: int, plant: bool) -> dict[str, object]:
    """CPU time of `count` yeses, half with each PIN; the effect is the difference of the two medians. What others do on the machine is not in it."""
    with override_settings(PASSWORD_HASHERS=[HASHER]):
        keyed = make_keyed(founding_rules={"cool_down": COOL_DOWN_DAYS})
        consent.set_pin(steward=keyed.stewards[0], pin=PIN, duress_pin=OTHER_PIN, cool_down=COOL_DOWN_DAYS)
        proposal = ask_release(keyed)
        order = [PIN, OTHER_PIN] * (count // 2)
        random.Random(seed).shuffle(order)
        took: dict[str, list[float]] = {PIN: [], OTHER_PIN: []}
        gc.disable()
        with patch.object(deciding, "check_pin", _hasty_check) if plant else contextlib.nullcontext():
            for pin in order:
                with undone():
                    act = say_yes(keyed, proposal, pin=pin)
                    started = time.process_time_ns()
                    act()
                    took[pin].append((time.process_time_ns() - started) / 1e6)
                gc.collect(0)
        gc.enable()
    free, forced = (statistics.median(took[pin]) for pin in (PIN, OTHER_PIN))
    effect = abs(forced - free)
    faults = [f"a forced yes takes {effect:.3f} ms more or less"] if effect >= EFFECT_MS_MAX else []
    note = f"median {free:.3f} ms and {forced:.3f} ms, effect {effect:.3f} ms (less than {EFFECT_MS_MAX:g})"
    return {"what": "yeses", "count": len(order), "faults": faults, "note": note}


def _hasty_check(steward: Role, pin: str) -> bool:
    """The planted fault: the second hash is left out when the first fits."""
    stored = Pin.objects.get(steward=steward)
    return not identify_hasher(stored.normal).verify(pin, stored.normal) and identify_hasher(stored.duress).verify(pin, stored.duress)
