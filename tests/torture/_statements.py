"""One reader in a process of its own with bounded memory: damaged files in, counts out. `python -m tests.torture._statements FORMAT SECONDS SEED CASES`."""

import hashlib
import json
import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from awna.core.banking.csv_preview import preview
from awna.core.banking.csv_profile import CsvProfile, profile_from_json, profile_to_json
from awna.core.banking.csv_reader import read_csv_all
from awna.core.banking.csv_suggest import shipped_profiles, suggest_profiles
from awna.core.banking.identity import place_lines
from awna.core.banking.matching import references_of
from awna.core.banking.ranking import Targets, rank_lines
from awna.core.banking.statement import (
    ACCEPTABLE,
    Statement,
    check_balance,
    read_statements,
    statement_as_json,
    statement_from_plain,
    statement_to_plain,
    why_empty,
)
from awna.core.problems import Refused

from ._mutations import mutate

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "core" / "banking" / "fixtures"
SHARED = ROOT.parent / "shared" / "data" / "statements"
MEMORY_BYTES = 512 * 1024 * 1024
CASE_CPU_S = 5.0
SEED_BYTES_MAX = 60_000
PATTERNS = {"camt": ("*.xml", "camt*"), "mt940": ("*.mt94*", "mt940*"), "ofx": ("*.ofx", "ofx"), "csv": ("*.csv", "csv")}
FORMATS = (*PATTERNS, "profile")


def seeds(kind: str) -> list[bytes]:
    """Our own fixtures, and the shared files where they are present."""
    if kind == "profile":
        return [profile_to_json(profile).encode() for profile in shipped_profiles()]
    own, folders = PATTERNS[kind]
    files = sorted(FIXTURES.glob(own)) + sorted(path for folder in SHARED.glob(folders) for path in folder.rglob("*.*") if path.is_file())
    return [data for path in files if path.suffix != ".json" and len(data := path.read_bytes()) <= SEED_BYTES_MAX]


def try_statement(data: bytes, source: random.Random, _whole: bytes) -> str:
    _use(read_statements(data, name="a.csv", accept=source.choice(((), ACCEPTABLE))))
    return "read"


@cache
def fitting(whole: bytes) -> tuple[CsvProfile, ...]:
    """The profiles that read the file before it was damaged: any other only refuses its header."""
    try:
        return tuple(one.profile for one in suggest_profiles(whole) if one.movements) or shipped_profiles()
    except Refused:
        return shipped_profiles()


def try_csv(data: bytes, source: random.Random, whole: bytes) -> str:
    """By a profile, as a preview, and as a file of which nothing is known."""
    profile: CsvProfile = source.choice(fitting(whole))
    preview(data, profile, 5)
    if source.random() < 0.2:
        for one in suggest_profiles(data):
            profile = one.profile if one.movements else profile
    _use(read_csv_all(data, profile))
    return "read"


def try_profile(data: bytes, _source: random.Random, _whole: bytes) -> str:
    profile = profile_from_json(data.decode("utf-8", "replace"))
    if profile_from_json(profile_to_json(profile)) != profile:
        raise AssertionError("a profile changed on its way through JSON")
    preview((FIXTURES / "nordhafen.csv").read_bytes(), profile)
    return "read"


def _use(statements: list[Statement]) -> None:
    """Everything that follows a reader must hold for whatever the reader lets through."""
    for one in statements:
        if statement_from_plain(json.loads(json.dumps(statement_to_plain(one)))) != one:
            raise AssertionError("a statement changed on its way out of the sandbox")
        json.dumps(statement_as_json(one))
        place_lines(one, secret=b"torture")
        for problem in (*check_balance(one), *filter(None, [why_empty(one)])):
            str(problem)
        for line in one.lines[:50]:
            references_of(line)
        rank_lines(one.lines[:20], Targets([]))


TRIES: dict[str, Callable[[bytes, random.Random, bytes], str]] = {
    "camt": try_statement, "mt940": try_statement, "ofx": try_statement, "csv": try_csv, "profile": try_profile,
}  # fmt: skip


def run(kind: str, seconds: float, seed: int, cases: int) -> dict[str, object]:
    """Counts, and each exception that is no refusal, with what brings it back."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    own, counts, failures, slowest = seeds(kind), Counter[str](), [], (0.0, 0)
    codes: Counter[str] = Counter()
    ends = time.monotonic() + seconds
    number = 0
    while time.monotonic() < ends and number < cases:
        source = random.Random(f"{seed}:{kind}:{number}")
        whole = source.choice(own)
        data = mutate(whole, own, source)
        started = time.process_time()
        try:
            counts[TRIES[kind](data, source, whole)] += 1
        except Refused as refused:
            counts["refused"] += 1
            codes.update(refused.codes[:1])
            str(refused)
        except Exception as error:
            digest = hashlib.sha256(data).hexdigest()[:12]
            failures.append(
                f"case {number} ({digest}): {type(error).__name__}: {error} at {traceback.format_exc().splitlines()[-3].strip()}"[:300]
            )
        took = time.process_time() - started
        slowest = max(slowest, (took, number))
        if took > CASE_CPU_S:
            failures.append(f"case {number}: {took:.1f} s of CPU")
        number += 1
    return {"cases": number, "read": counts["read"], "refused": counts["refused"], "codes": dict(codes.most_common(6)), "failures": failures[:20],
            "slowest_ms": round(1000 * slowest[0]), "slowest_case": slowest[1], "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "seeds": len(own)}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
