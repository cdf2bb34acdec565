"""The policy file of a log (C2SP tlog-policy): its key, its witnesses, and how many of them make a head believed."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ..problems import Problem, Refused
from .checkpoint import ALGORITHM_COSIGNATURE, LogKey, read_key
from .cosignature import Cosignature, cosignatures_of

NONE = "none"
ALL_WITNESSES = "witnesses"
POLICY_BYTES_MAX = 100_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Witness:
    """`name` is used in the policy alone; the key has its own name."""

    name: str
    key: LogKey
    url: str = ""


@dataclass(frozen=True)
class LogPolicy:
    """Groups: name → (how many are needed, members). `quorum` names a witness, a group, or `none`."""

    logs: tuple[tuple[LogKey, str], ...] = ()
    witnesses: tuple[Witness, ...] = ()
    groups: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    quorum: str = NONE

    @property
    def needed(self) -> int:
        """The least number of witnesses that can make the quorum."""
        return self._least(self.quorum)

    def _least(self, name: str) -> int:
        if name not in self.groups:
            return 0 if name == NONE else 1
        k, members = self.groups[name]
        return sum(sorted(self._least(member) for member in members)[:k])

    def is_met(self, names: Collection[str]) -> bool:
        """Whether these witnesses, by their names in the policy, make the quorum."""
        return self.quorum == NONE or self._met(self.quorum, names)

    def _met(self, name: str, names: Collection[str]) -> bool:
        if name not in self.groups:
            return name in names
        k, members = self.groups[name]
        return sum(self._met(member, names) for member in members) >= k

    def cosignatures(self, note: str) -> dict[str, Cosignature]:
        """The right cosignatures of a note by the name of the witness in this policy."""
        names = {witness.key: witness.name for witness in self.witnesses}
        return {names[one.key]: one for one in cosignatures_of(note, keys=names)}


def simple_policy(witnesses: Collection[LogKey], *, quorum: int, log: LogKey | None = None, url: str = "") -> LogPolicy:
    """`quorum` of these witnesses; with none of them, no cosignature is asked for."""
    listed = tuple(Witness(f"w{n}", key) for n, key in enumerate(witnesses, 1))
    if listed and not 1 <= quorum <= len(listed):
        raise Refused(
            Problem("quorum_impossible", "%(k)s of %(n)s witnesses cannot agree. Ask for 1 to %(n)s.", {"k": quorum, "n": len(listed)})
        )
    groups = {ALL_WITNESSES: (quorum, tuple(witness.name for witness in listed))} if listed else {}
    return LogPolicy(((log, url),) if log else (), listed, groups, ALL_WITNESSES if listed else NONE)


def policy_text(policy: LogPolicy) -> str:
    """The file: logs, witnesses, groups, the quorum."""
    lines = [f"log {key} {url}".rstrip() for key, url in policy.logs]
    lines += [f"witness {one.name} {one.key} {one.url}".rstrip() for one in policy.witnesses]
    lines += [f"group {name} {k} {' '.join(members)}" for name, (k, members) in policy.groups.items()]
    return "\n".join([*lines, f"quorum {policy.quorum}", ""])


def read_policy(text: str) -> LogPolicy:
    """Read a policy file; a line that it may not have is named by its number."""
    if _CONTROL.search(text) or len(text) > POLICY_BYTES_MAX:
        raise _wrong(1, "it holds control characters or is too long")
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), 1):
        words = line.replace("\t", " ").split()
        if words and not words[0].startswith("#"):
            reader.take(number, words)
    if reader.quorum is None:
        raise _wrong(number, "no quorum is set")
    return LogPolicy(tuple(reader.logs), tuple(reader.witnesses), reader.groups, reader.quorum)


class _Reader:
    """What the lines so far have defined."""

    def __init__(self) -> None:
        self.logs: list[tuple[LogKey, str]] = []
        self.witnesses: list[Witness] = []
        self.groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        self.members: set[str] = set()
        self.quorum: str | None = None

    def take(self, number: int, words: list[str]) -> None:
        act, rest = words[0], words[1:]
        if act == "log" and len(rest) in (1, 2):
            self._log(number, rest[0], *rest[1:])
        elif act == "witness" and len(rest) in (2, 3):
            self._witness(number, *rest)
        elif act == "group" and len(rest) >= 3:
            self._group(number, rest[0], rest[1], tuple(rest[2:]))
        elif act == "quorum" and len(rest) == 1 and self.quorum is None and rest[0] in {NONE, *self._names()}:
            self.quorum = rest[0]
        else:
            raise _wrong(number, "it is none of log, witness, group, quorum with what belongs to it")

    def _names(self) -> set[str]:
        return {one.name for one in self.witnesses} | set(self.groups)

    def _new_name(self, number: int, name: str) -> None:
        if name == NONE or name in self._names():
            raise _wrong(number, f"the name {name} is taken")

    def _log(self, number: int, vkey: str, url: str = "") -> None:
        key = read_key(vkey)
        if key.public in {log.public for log, _ in self.logs}:
            raise _wrong(number, "the log's key stands there twice")
        self.logs.append((key, url))

    def _witness(self, number: int, name: str, vkey: str, url: str = "") -> None:
        self._new_name(number, name)
        key = read_key(vkey, algorithm=ALGORITHM_COSIGNATURE)
        if key.public in {one.key.public for one in self.witnesses}:
            raise _wrong(number, "the witness's key stands there twice")
        self.witnesses.append(Witness(name, key, url))

    def _group(self, number: int, name: str, how: str, members: tuple[str, ...]) -> None:
        self._new_name(number, name)
        known = self._names()
        if any(member not in known or member in self.members for member in members) or len(set(members)) != len(members):
            raise _wrong(number, "a member is not defined before it, or belongs to a group already")
        k = {"all": len(members), "any": 1}.get(how) or (int(how) if how.isascii() and how.isdigit() and len(how) < 4 else 0)
        if not 1 <= k <= len(members):
            raise _wrong(number, f"{how} of {len(members)} is not possible")
        self.members.update(members)
        self.groups[name] = (k, members)


def _wrong(line: int, why: str) -> Refused:
    return Refused(
        Problem("policy_unreadable", "The policy file cannot be read: line %(line)s: %(why)s. Correct it.", {"line": line, "why": why})
    )
