"""Keeps floods of sign-ups out without keeping honest people out: buckets by network and mail domain, then work or waiting.

All of it is in the memory of this process: no address of the net is ever stored. Pure apart from the clock that it is given.
"""

import hashlib
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

BUCKETS_MAX, USED_MAX = 100_000, 200_000
WORK_BITS, WORK_MINUTES = 17, 15
WAIT_STEP_S, WAIT_MAX_S = 30, 15 * 60
IPV4_BITS, IPV6_BITS = 24, 48


@dataclass(frozen=True)
class Limit:
    """So many at once, then one each so many seconds."""

    burst: int
    each_s: float


NETWORK, DOMAIN, ALL = Limit(20, 60), Limit(300, 1), Limit(2_000, 0.2)


@dataclass(frozen=True)
class Verdict:
    """Let in or not. Not: `wait_s` until the ticket is good, 0 where this network has too many tickets out."""

    admitted: bool
    wait_s: int = 0


def network_of(address: str) -> str:
    """The /24 or /48 that an address belongs to; what is no address is a network of its own."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "?"
    mapped = getattr(ip, "ipv4_mapped", None)
    bits = IPV4_BITS if (mapped or ip).version == 4 else IPV6_BITS
    return str(ipaddress.ip_network(f"{mapped or ip}/{bits}", strict=False))


def work_done(challenge: str, nonce: str, *, bits: int = WORK_BITS) -> bool:
    """The digest of challenge and nonce begins with so many zero bits."""
    if len(nonce) > 20:
        return False
    digest = hashlib.sha256(f"{challenge}:{nonce}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - bits) == 0


class Gate:
    """One for the process. Thread-safe as far as it matters: a race lets at most one sign-up more through."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, work_bits: int = WORK_BITS) -> None:
        self.clock, self.work_bits = clock, work_bits
        self._tokens: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._used: OrderedDict[str, float] = OrderedDict()
        self._next_turn: OrderedDict[str, float] = OrderedDict()

    def admit(self, *, network: str, domain: str) -> Verdict:
        """A sign-up without proof. The three buckets give a token each, or none does."""
        keys = ((f"n{network}", NETWORK), (f"d{domain}", DOMAIN), ("all", ALL))
        if all(self._level(key, limit) >= 1 for key, limit in keys):
            for key, limit in keys:
                self._put(key, self._level(key, limit) - 1)
            return Verdict(admitted=True)
        return Verdict(admitted=False, wait_s=self._turn(network))

    def admit_worked(self, challenge: str, nonce: str) -> bool:
        """A sign-up with the answer to a challenge of ours; each answer is good once."""
        return work_done(challenge, nonce, bits=self.work_bits) and self._first_use(challenge)

    def admit_waited(self, ticket: str, *, ready_at: float, network: str, given_to: str) -> bool:
        """A sign-up with a ticket whose time has come, from the network that it was given to; good once."""
        return network == given_to and self.clock() >= ready_at and self._first_use(ticket)

    def _turn(self, network: str) -> int:
        """Seconds until the next free turn of a network without proof; 0 when too many wait there already."""
        now = self.clock()
        turn = max(now, self._next_turn.get(network, 0.0)) + WAIT_STEP_S
        if turn - now > WAIT_MAX_S:
            return 0
        self._next_turn[network] = turn
        self._next_turn.move_to_end(network)
        while len(self._next_turn) > BUCKETS_MAX:
            self._next_turn.popitem(last=False)
        return int(turn - now)

    def _level(self, key: str, limit: Limit) -> float:
        tokens, at = self._tokens.get(key, (float(limit.burst), self.clock()))
        return min(float(limit.burst), tokens + (self.clock() - at) / limit.each_s)

    def _put(self, key: str, tokens: float) -> None:
        self._tokens[key] = (tokens, self.clock())
        self._tokens.move_to_end(key)
        while len(self._tokens) > BUCKETS_MAX:
            self._tokens.popitem(last=False)

    def _first_use(self, proof: str) -> bool:
        if proof in self._used:
            return False
        self._used[proof] = self.clock()
        while len(self._used) > USED_MAX:
            self._used.popitem(last=False)
        return True
