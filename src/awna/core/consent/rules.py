"""The rules of a policy besides its quorum: amount bands, caps a day, offices and households of stewards, and how long things wait."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from ..amounts import AMOUNT_MINOR_MAX
from ..problems import Problem

RECOVERY_WAIT_DAYS, SUSPEND_DAYS_MAX, PAUSE_DAYS_MAX = 30, 7, 14
AGAIN_AFTER_DAYS = 30
"""One steward's pause, and the suspension of one key, come again no sooner than this many days after the last one was to end."""
WAIT_DAYS_MAX = 366
NAME_CHARS_MAX = 100


@dataclass(frozen=True)
class Band:
    """Proposals of at most `upto` minor units of `commodity` (None: of any amount) need `k` yes, from `offices` different offices."""

    commodity: str
    k: int
    upto: int | None = None
    offices: int = 0


@dataclass(frozen=True)
class Cap:
    """At most `per_day` minor units of `commodity` are released with one date."""

    commodity: str
    per_day: int


@dataclass(frozen=True)
class Rules:
    """`offices` and `households` are pairs (steward, name). Times are in days."""

    bands: tuple[Band, ...] = ()
    caps: tuple[Cap, ...] = ()
    offices: tuple[tuple[str, str], ...] = ()
    households: tuple[tuple[str, str], ...] = ()
    cool_down: int = 0
    """From the deciding yes to the release."""
    change_wait: int = 0
    """From the entry that files a new policy to the policy."""
    recovery_wait: int = RECOVERY_WAIT_DAYS
    """The same, where only the paper keys of all stewards but one are left."""
    suspend_days: int = SUSPEND_DAYS_MAX
    pause_days: int = PAUSE_DAYS_MAX

    def household_of(self, steward: str) -> str:
        """Her household; a steward without one is a household of her own."""
        return dict(self.households).get(steward, f"steward {steward}")

    def offices_of(self, stewards: Iterable[str]) -> frozenset[str]:
        listed = dict(self.offices)
        return frozenset(listed[steward] for steward in stewards if steward in listed)


DAYS = ("cool_down", "change_wait", "recovery_wait", "suspend_days", "pause_days")
DAYS_DEFAULT: Mapping[str, Any] = {field.name: field.default for field in fields(Rules) if field.name in DAYS}


def later(day: str, *, days: int) -> str:
    """The date so many days after a date such as 2026-03-01."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def rules_value(rules: Rules) -> dict[str, object]:
    """The object `rules` of a policy payload; what is empty, and a time that is the usual one, is left out."""
    value: dict[str, object] = {
        "bands": [_band_value(band) for band in sorted(rules.bands, key=_band_order)],
        "caps": [{"commodity": cap.commodity, "per_day": str(cap.per_day)} for cap in sorted(rules.caps, key=lambda cap: cap.commodity)],
        "offices": [{"steward": steward, "office": name} for steward, name in sorted(rules.offices)],
        "households": [{"steward": steward, "household": name} for steward, name in sorted(rules.households)],
    }
    value = {name: part for name, part in value.items() if part}
    return value | {name: getattr(rules, name) for name in DAYS if getattr(rules, name) != DAYS_DEFAULT[name]}


def read_rules(value: Mapping[str, Any]) -> Rules:
    """The rules of a payload that was checked."""
    return Rules(
        bands=tuple(
            Band(band["commodity"], band["k"], int(band["upto"]) if "upto" in band else None, band.get("offices", 0))
            for band in value.get("bands", [])
        ),
        caps=tuple(Cap(cap["commodity"], int(cap["per_day"])) for cap in value.get("caps", [])),
        offices=tuple((one["steward"], one["office"]) for one in value.get("offices", [])),
        households=tuple((one["steward"], one["household"]) for one in value.get("households", [])),
        **{name: value[name] for name in DAYS if name in value},
    )


def check_rules(rules: Rules, *, stewards: Iterable[str], k: int) -> list[Problem]:
    """Every reason why these rules cannot hold for these stewards, of whom `k` must say yes at least."""
    known = set(stewards)
    households, offices = {rules.household_of(steward) for steward in known}, rules.offices_of(known)
    problems = _check_names(rules, known) + _check_bands(rules, most=len(households), offices=len(offices)) + _check_days(rules)
    if rules.households and k > len(households):
        problems.append(
            Problem(
                "households_too_few",
                "%(k)s yes are asked, but the stewards live in %(n)s households, and each household counts once. Ask for fewer.",
                {"k": k, "n": len(households)},
            )
        )
    capped = [cap.commodity for cap in rules.caps]
    if len(set(capped)) < len(capped) or any(not 0 < cap.per_day <= AMOUNT_MINOR_MAX for cap in rules.caps):
        problems.append(Problem("cap_wrong", "A daily limit stands once for each currency, above zero. Correct the limits."))
    return problems


def _check_bands(rules: Rules, *, most: int, offices: int) -> list[Problem]:
    problems = []
    places = [(band.commodity, band.upto) for band in rules.bands]
    if len(set(places)) < len(places):
        problems.append(Problem("band_twice", "Two bands of one currency end at the same amount. Keep one of them."))
    if any(band.upto is not None and not 0 < band.upto <= AMOUNT_MINOR_MAX for band in rules.bands):
        problems.append(Problem("band_amount_wrong", "A band ends at an amount above zero that the book can hold."))
    for band in rules.bands:
        if not 1 <= band.k <= most or not 0 <= band.offices <= min(offices, band.k):
            problems.append(
                Problem(
                    "band_impossible",
                    "A band asks for %(k)s yes from %(offices)s offices; the stewards are %(n)s households with %(had)s offices. Ask for less.",
                    {"k": band.k, "offices": band.offices, "n": most, "had": offices},
                )
            )
    return problems


def _check_names(rules: Rules, known: set[str]) -> list[Problem]:
    problems = []
    for pairs in (rules.offices, rules.households):
        named = [steward for steward, _ in pairs]
        if len(set(named)) < len(named) or not set(named) <= known:
            problems.append(
                Problem("office_or_household_wrong", "Each steward has at most one office and one household. Correct the list.")
            )
        if any(not 0 < len(name) <= NAME_CHARS_MAX for _, name in pairs):
            problems.append(
                Problem("name_too_long", "The name of an office or household has 1 to %(limit)s characters.", {"limit": NAME_CHARS_MAX})
            )
    return problems


def _check_days(rules: Rules) -> list[Problem]:
    limits = dict.fromkeys(DAYS, WAIT_DAYS_MAX) | {"suspend_days": SUSPEND_DAYS_MAX, "pause_days": PAUSE_DAYS_MAX}
    return [
        Problem(
            "days_wrong",
            "%(asked)s days are not possible here. Choose 0 to %(limit)s.",
            {"asked": getattr(rules, name), "limit": limit},
            name,
        )
        for name, limit in limits.items()
        if not 0 <= getattr(rules, name) <= limit
    ]


def _band_order(band: Band) -> tuple[str, int]:
    return (band.commodity, AMOUNT_MINOR_MAX + 1 if band.upto is None else band.upto)


def _band_value(band: Band) -> dict[str, object]:
    value: dict[str, object] = {"commodity": band.commodity, "k": band.k}
    if band.upto is not None:
        value["upto"] = str(band.upto)
    if band.offices:
        value["offices"] = band.offices
    return value
