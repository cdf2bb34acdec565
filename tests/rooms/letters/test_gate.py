"""The gate: buckets by network and mail domain, then work or a turn; nobody is turned away for good."""

import threading
from typing import Any

import pytest
from django.test import Client, RequestFactory, override_settings

from awna.kit import crowd as gates
from awna.kit.gate import BUCKETS_MAX, NETWORK, WAIT_MAX_S, WAIT_STEP_S, Gate, network_of, work_done
from awna.letters.models import OpenLetter, Waiting
from awna.letters.services.together import Together


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.77", "192.0.2.0/24"), ("2001:db8:1:2::9", "2001:db8:1::/48"), ("::ffff:192.0.2.7", "192.0.2.0/24"), ("no address", "?")],
)
def test_addresses_are_known_by_their_network_alone(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_network_spends_its_tokens_and_gets_them_back() -> None:
    clock = Clock()
    gate = Gate(clock=clock)
    taken = [gate.admit(network="a", domain=f"{n}.example").admitted for n in range(NETWORK.burst + 1)]
    assert taken == [True] * NETWORK.burst + [False]
    assert gate.admit(network="b", domain="x").admitted
    clock.now += NETWORK.each_s
    assert gate.admit(network="a", domain="x").admitted and not gate.admit(network="a", domain="x").admitted


def test_turns_are_given_one_after_the_other_and_end() -> None:
    gate = Gate(clock=Clock())
    for _ in range(NETWORK.burst):
        gate.admit(network="a", domain="x")
    waits = [gate.admit(network="a", domain="x").wait_s for _ in range(WAIT_MAX_S // WAIT_STEP_S + 1)]
    assert waits[:3] == [30, 60, 90] and waits[-1] == 0


def test_work_is_checked_and_good_once() -> None:
    gate = Gate(clock=Clock(), work_bits=6)
    nonce = next(str(n) for n in range(10_000) if work_done("challenge", str(n), bits=6))
    wrong = next(str(n) for n in range(10_000) if not work_done("challenge", str(n), bits=6))
    assert not gate.admit_worked("challenge", wrong)
    assert [gate.admit_worked("challenge", nonce) for _ in range(2)] == [True, False]


def test_a_ticket_is_good_in_its_time_in_its_network_and_once() -> None:
    clock = Clock()
    gate = Gate(clock=clock)
    said: dict[str, Any] = {"ready_at": 1030.0, "given_to": "a"}
    assert not gate.admit_waited("t", network="a", **said)
    clock.now = 1031.0
    assert not gate.admit_waited("t", network="b", **said)
    assert [gate.admit_waited("t", network="a", **said) for _ in range(2)] == [True, False]


def test_memory_has_a_limit() -> None:
    gate = Gate(clock=Clock())
    for n in range(BUCKETS_MAX + 50):
        gate._put(f"n{n}", 1.0)
    assert len(gate._tokens) == BUCKETS_MAX


@pytest.mark.django_db
def test_a_crowd_keeps_what_was_typed_and_lets_the_next_try_in(letter: OpenLetter, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr(gates, "gate", Gate(clock=clock, work_bits=6))
    client, page = Client(REMOTE_ADDR="192.0.2.1"), letter.get_absolute_url()
    for n in range(NETWORK.burst):
        assert client.post(page, {"name": "X", "email": f"{n}@example.org"}).status_code == 302
    crowded = client.post(page, {"name": "Dana", "email": "dana@example.org"})
    text = crowded.content.decode()
    assert crowded.status_code == 429 and 'value="Dana"' in text and "30 seconds" in text and Waiting.objects.count() == NETWORK.burst
    hidden = dict(crowded.context["crowd"].__dict__)
    said = {"name": "Dana", "email": "dana@example.org", "ticket": hidden["ticket"]}
    assert client.post(page, said).status_code == 429
    clock.now += 31
    assert client.post(page, said).status_code == 302
    challenge = hidden["challenge"]
    nonce = next(str(n) for n in range(10_000) if work_done(challenge, str(n), bits=6))
    worked = {"name": "Yusuf", "email": "y@example.org", "work_challenge": challenge, "work_nonce": nonce}
    assert client.post(page, worked).status_code == 302 and client.post(page, worked).status_code == 429
    forged = {**worked, "work_challenge": "made up"}
    assert client.post(page, forged).status_code == 429
    assert Client(REMOTE_ADDR="198.51.100.1").post(page, {"name": "Z", "email": "z@example.org"}).status_code == 302


@pytest.mark.parametrize(("proxies", "address"), [(0, "192.0.2.1"), (1, "203.0.113.9"), (2, "198.51.100.7"), (3, "192.0.2.1")])
def test_only_our_own_proxies_are_believed(proxies: int, address: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.7, 203.0.113.9")
    with override_settings(AXES_IPWARE_PROXY_COUNT=proxies):
        assert gates.client_address(request) == address


def test_those_who_come_together_share_one_act_and_each_hears_of_it() -> None:
    acts: list[list[int]] = []
    first, go = threading.Event(), threading.Event()

    def act(items: list[int]) -> None:
        acts.append(items)
        first.set()
        go.wait(10)

    together = Together(act)
    hands = [threading.Thread(target=together.run, args=(n,)) for n in range(8)]
    hands[0].start()
    assert first.wait(10)
    for hand in hands[1:]:
        hand.start()
    while len(together._waiting) < 7:
        pass
    go.set()
    for hand in hands:
        hand.join(10)
    assert acts[0] == [0] and sorted(acts[1]) == list(range(1, 8)) and len(acts) == 2


def test_a_failure_is_told_to_all_who_shared_it() -> None:
    def act(_items: list[int]) -> None:
        raise ValueError("disk")

    together = Together(act)
    for _ in range(2):
        with pytest.raises(ValueError, match="disk"):
            together.run(1)
