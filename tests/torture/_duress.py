"""What a yes costs with the everyday PIN and with the other one: the same yes, taken back each time, in an order that a seed mixes.

Hashes are always counted. Time is judged in the long form alone: sixty yeses on a busy machine tell nothing about a millisecond.
"""

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
from tests.duress import COOL_DOWN_DAYS, OTHER_PIN, PIN, SmallArgon2, ask_release, say_yes, undone
from tests.keyed import make_keyed

EFFECT_MS_MAX = 1.0
YESES_TO_JUDGE = 1_000
"""Fewer yeses are timed but not judged by their time."""
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
        hashes: dict[str, set[int]] = {PIN: set(), OTHER_PIN: set()}
        gc.disable()
        with patch.object(deciding, "check_pin", _hasty_check) if plant else contextlib.nullcontext():
            for pin in order:
                with undone():
                    act = say_yes(keyed, proposal, pin=pin)
                    SmallArgon2.checked, started = 0, time.process_time_ns()
                    act()
                    took[pin].append((time.process_time_ns() - started) / 1e6)
                    hashes[pin].add(SmallArgon2.checked)
                gc.collect(0)
        gc.enable()
    free, forced = (statistics.median(took[pin]) for pin in (PIN, OTHER_PIN))
    effect = abs(forced - free)
    faults = [f"a forced yes takes {effect:.3f} ms more or less"] if effect >= EFFECT_MS_MAX and count >= YESES_TO_JUDGE else []
    if hashes[PIN] != hashes[OTHER_PIN] or len(hashes[PIN]) != 1:
        faults.append(
            f"hashes checked in a yes: {sorted(hashes[PIN])} with the everyday PIN, {sorted(hashes[OTHER_PIN])} with the other one"
        )
    judged = f"less than {EFFECT_MS_MAX:g}" if count >= YESES_TO_JUDGE else "too few to judge"
    note = f"hashes {sorted(hashes[PIN])} and {sorted(hashes[OTHER_PIN])}, median {free:.3f} ms and {forced:.3f} ms, effect {effect:.3f} ms ({judged})"
    return {"what": "yeses", "count": len(order), "faults": faults, "note": note}


def _hasty_check(steward: Role, pin: str) -> bool:
    """The planted fault: the second hash is left out when the first fits."""
    stored = Pin.objects.get(steward=steward)
    return not identify_hasher(stored.normal).verify(pin, stored.normal) and identify_hasher(stored.duress).verify(pin, stored.duress)
