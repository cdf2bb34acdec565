"""Eight issue at once, on both engines: numbers without gaps, nobody has two, and what was given up took no number."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from django.db import connections, transaction

from awna.core.problems import Refused
from awna.donations import services
from awna.donations.models import Gift, Receipt
from tests.rooms.donations.receiving import make_receiving

ISSUERS = 8
GIFTS = 24


def in_threads(tasks):
    """Run the tasks in eight threads that begin together; each thread closes its connection."""
    gate, first = threading.Barrier(ISSUERS), threading.local()

    def run(task):
        if not getattr(first, "begun", False):
            first.begun = True
            gate.wait(timeout=60)
        try:
            return task()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(ISSUERS) as pool:
        return list(pool.map(run, tasks))


def test_eight_issuers_leave_no_gap_and_no_double(fresh_database):
    receiving = make_receiving()
    gifts = [receiving.gift(1_000 + number) for number in range(GIFTS)]
    # Each gift is asked for by two at once.
    found = in_threads([lambda gift=gift: services.issue_receipt(gift=gift, author=receiving.treasurer) for gift in gifts for _ in (1, 2)])
    assert len(found) == 2 * GIFTS and len({receipt.pk for receipt in found}) == GIFTS
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, GIFTS + 1))
    assert Gift.objects.filter(receipt_lines__released_at=None).distinct().count() >= GIFTS


def test_what_was_given_up_took_no_number(fresh_database):
    receiving = make_receiving()
    gifts = [receiving.gift(1_000 + number) for number in range(GIFTS)]
    turns = count()

    def issue(gift):
        try:
            with transaction.atomic():
                receipt = services.issue_receipt(gift=gift, author=receiving.treasurer)
                if next(turns) % 3 == 0:
                    raise Refused([])
                return receipt.number
        except Refused:
            return None

    found = [number for number in in_threads([lambda gift=gift: issue(gift) for gift in gifts]) if number]
    assert sorted(found) == list(range(1, len(found) + 1)) and 0 < len(found) < GIFTS


def test_voiding_and_issuing_again_by_all_at_once_makes_one_successor(fresh_database):
    receiving = make_receiving()
    receipt = services.issue_receipt(gift=receiving.gift(), author=receiving.treasurer)
    again = [lambda: services.reissue_receipt(receipt=receipt, author=receiving.treasurer, reason="wrong") for _ in range(ISSUERS)]
    assert len({after.pk for after in in_threads(again)}) == 1
    assert sorted(Receipt.objects.values_list("number", flat=True)) == [1, 2]
