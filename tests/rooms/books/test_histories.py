"""Random histories: the book is what a small model says, its tables are what its leaves say, and its log has one root on every engine."""

import pytest
from django.db import connection

from awna.kit import sealed
from tests.histories import play, play_all, play_elsewhere

pytestmark = pytest.mark.django_db
SEEDS = 20


def test_histories_are_what_the_model_says_on_every_engine():
    here = play_all(0, SEEDS - 1)
    assert {seed: found["faults"] for seed, found in here.items() if found["faults"]} == {}
    assert sum(found["entries"] for found in here.values()) > 20 * SEEDS
    assert sum(found["refused"] for found in here.values()) > SEEDS
    if connection.vendor == "postgresql":
        assert play_elsewhere(0, SEEDS - 1) == here


def test_a_history_told_twice_has_one_root_and_another_has_another():
    assert play(3) == play(3)
    assert play(3).root != play(4).root


def test_a_history_is_the_same_on_a_machine_that_has_no_keys_yet(tmp_path, settings):
    before = play(3, batches=4)
    settings.AWNA_KEY_DIR = tmp_path
    sealed._key.cache_clear()
    try:
        assert play(3, batches=4) == before
    finally:
        sealed._key.cache_clear()
