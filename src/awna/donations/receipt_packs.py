"""Rules for receipts as data: one file for each country, checked as a whole, with who reviewed it; plain words where none was reviewed.

The files beside this module come with the product and are reviewed by nobody. A body puts its own into the folder AWNA_PACKS_DIR, under the
same names, once a person who may say so has read them: those win.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings

from awna.core.problems import Problem, Refused

FORMAT = "awna-receipt-pack-1"
PLAIN = "plain"
OWN_PACKS = Path(__file__).resolve().parent / "packs"
TEMPLATES = frozenset({"receipt-1"})
KINDS = ("single", "annual")
SIDES = ("from", "up_to")
DONOR_FIELDS = ("name", "title", "first_name", "last_name", "address", "postcode")
SPOKEN = frozenset({"issuer", "address", "registration", "register_body", "permit_number", "year", "declared_on"})
"""Words in braces that every text may use, beside the names of the issuer's fields."""
TEXT_PARTS = {"title": str, "title_annual": str, "lead": str, "lead_annual": str, "legal": list, "notes": dict}
LABELS = (
    "number", "issued", "donor", "unnamed", "address", "amount", "words", "received", "period", "method", "transfer", "goods", "gift", "total",
    "register", "permit", "until", "replaces", "annex", "proof", "line", "digest", "book", "proof_text", "proof_none", "surplus",
)  # fmt: skip
PACK_BYTES_MAX = 200_000
_WORD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Threshold:
    """From or up to an amount: a note that is added, and what the donor must have told."""

    name: str
    side: str
    amount: Decimal
    currency: str
    adds: str
    requires: tuple[str, ...]
    meaning: str

    def holds_for(self, amount: Decimal, currency: str) -> bool:
        """In another currency nobody compared: what is required then is required, what is only a note is not added."""
        if currency != self.currency:
            return bool(self.requires)
        return amount >= self.amount if self.side == "from" else amount <= self.amount


@dataclass(frozen=True)
class Pack:
    """One country's rules. `country` is empty for the plain words."""

    country: str
    version: str
    title: str
    reviewed: bool
    reviewed_by: str
    reviewed_on: str
    sources: tuple[Mapping[str, str], ...]
    languages: tuple[str, ...]
    template: str
    kinds: tuple[str, ...]
    issuer_fields: tuple[Mapping[str, Any], ...]
    donor_fields: Mapping[str, int]
    declaration: Mapping[str, str]
    thresholds: tuple[Threshold, ...]
    texts: Mapping[str, Mapping[str, Any]]
    labels: Mapping[str, Mapping[str, str]]
    digest: str

    @property
    def name(self) -> str:
        return f"{self.country or PLAIN} {self.version}"

    def language_for(self, asked: str) -> str:
        """The language of the donor where the rules are written in it, else their first one."""
        return asked if asked in self.languages else self.languages[0]

    def holding(self, amount: Decimal, currency: str) -> list[Threshold]:
        return [threshold for threshold in self.thresholds if threshold.holds_for(amount, currency)]


def pack_of(country: str) -> Pack | None:
    """The rules of a country, or None where there are none. Refused, with every fault, where the file is not whole."""
    path = _file(country.upper()) if re.fullmatch(r"[A-Za-z]{2}", country) else None
    return read_pack(path.read_bytes()) if path else None


def plain_pack() -> Pack:
    """The plain words, in every language that they have."""
    path = _file(PLAIN)
    if path is None:
        raise Refused(Problem("plain_pack_missing", "The words of plain confirmations are missing. Install Awna again."))
    return read_pack(path.read_bytes())


def read_pack(data: bytes) -> Pack:
    """A pack from its bytes; Refused with all that is wrong."""
    try:
        value = json.loads(data) if len(data) <= PACK_BYTES_MAX else None
    except ValueError:
        value = None
    problems = [_wrong("", "this is not a JSON object of at most 200 kB")] if not isinstance(value, dict) else list(check_pack(value))
    if problems:
        raise Refused(problems)
    return _pack(value, sha256(data).hexdigest())


def check_pack(value: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything that is wrong with a pack, each with the place where it stands."""
    yield from _check_head(value)
    yield from _check_sources(value.get("sources"))
    yield from _check_fields(value)
    yield from _check_thresholds(value)
    yield from _check_texts(value)


def _check_head(value: Mapping[str, Any]) -> Iterator[Problem]:
    if value.get("format") != FORMAT:
        yield _wrong("format", f"it must be {FORMAT}")
    for name in ("version", "title"):
        if not _is_text(value.get(name)):
            yield _wrong(name, "a text is missing")
    country = value.get("country")
    if not isinstance(country, str) or not re.fullmatch(r"([A-Z]{2})?", country):
        yield _wrong("country", "it must be two capital letters, or empty for plain words")
    if value.get("template") not in TEMPLATES:
        yield _wrong("template", f"it must be one of {', '.join(sorted(TEMPLATES))}")
    kinds = value.get("kinds")
    if not isinstance(kinds, list) or not kinds or any(kind not in KINDS for kind in kinds):
        yield _wrong("kinds", f"it must be a list of {', '.join(KINDS)}")
    if not isinstance(value.get("reviewed"), bool):
        yield _wrong("reviewed", "it must be true or false")
    elif value["reviewed"] and not (_is_text(value.get("reviewed_by")) and _is_day(value.get("reviewed_on"))):
        yield _wrong("reviewed_by", "whoever reviewed it and the day (2026-11-21) are missing")


def _check_sources(sources: Any) -> Iterator[Problem]:
    if not isinstance(sources, list) or not sources:
        yield _wrong("sources", "at least one source with its title and day is missing")
        return
    for number, source in enumerate(sources):
        if not isinstance(source, dict) or not _is_text(source.get("title")) or not _is_day(source.get("dated")):
            yield _wrong(f"sources[{number}]", "its title or its day (2026-11-21) is missing")
        elif not re.fullmatch(r"(https://\S+)?", str(source.get("url", ""))):
            yield _wrong(f"sources[{number}].url", "it must begin with https://")


def _check_fields(value: Mapping[str, Any]) -> Iterator[Problem]:
    for number, item in enumerate(_list(value.get("issuer_fields"))):
        if (
            not isinstance(item, dict)
            or not re.fullmatch(r"[a-z_]{2,40}", str(item.get("name")))
            or not _is_text(_dict(item.get("label")).get("en"))
        ):
            yield _wrong(f"issuer_fields[{number}]", "it needs a name in small letters and an English label")
    for number, item in enumerate(_list(value.get("donor_fields"))):
        if not isinstance(item, dict) or item.get("name") not in DONOR_FIELDS or not _is_count(item.get("chars_max")):
            yield _wrong(f"donor_fields[{number}]", f"it needs a name out of {', '.join(DONOR_FIELDS)} and chars_max")
    for name in ("issuer_fields", "donor_fields"):
        if not isinstance(value.get(name), list):
            yield _wrong(name, "it must be a list")
    if any(not _is_text(text) for text in _dict(value.get("declaration")).values()):
        yield _wrong("declaration", "a text is missing")


def _check_thresholds(value: Mapping[str, Any]) -> Iterator[Problem]:
    for number, item in enumerate(_list(value.get("thresholds"))):
        place = f"thresholds[{number}]"
        if not isinstance(item, dict):
            yield _wrong(place, "it must be an object")
            continue
        if item.get("side") not in SIDES or not _is_amount(item.get("amount")) or not re.fullmatch(r"[A-Z]{3}", str(item.get("currency"))):
            yield _wrong(place, "it needs side (from, up_to), amount (250.00) and currency")
        if not _is_text(item.get("name")) or not _is_text(item.get("meaning")):
            yield _wrong(place, "its name or its meaning is missing")
        if any(name not in DONOR_FIELDS for name in _list(item.get("requires"))):
            yield _wrong(f"{place}.requires", f"only these can be asked of a donor: {', '.join(DONOR_FIELDS)}")
        for language, texts in _dict(value.get("texts")).items():
            if item.get("adds") and item["adds"] not in _dict(_dict(texts).get("notes")):
                yield _wrong(f"texts.{language}.notes", f"the note “{item['adds']}” is missing")


def _check_texts(value: Mapping[str, Any]) -> Iterator[Problem]:
    languages, texts = value.get("languages"), _dict(value.get("texts"))
    if not isinstance(languages, list) or not languages or set(languages) != set(texts):
        yield _wrong("languages", "it must name the languages of the texts, and no other")
    known = SPOKEN | {str(_dict(item).get("name")) for item in _list(value.get("issuer_fields"))}
    for language, parts in texts.items():
        for name, kind in TEXT_PARTS.items():
            if not isinstance(_dict(parts).get(name), kind) or (kind is not dict and not parts[name]):
                yield _wrong(f"texts.{language}.{name}", "it is missing")
        for place, text in _texts_in(parts, f"texts.{language}"):
            for word in sorted(set(_WORD.findall(text)) - known):
                yield _wrong(place, f"nothing is known as “{word}”")
    if not value.get("country"):
        for language in texts:
            for name in LABELS:
                if not _is_text(_dict(_dict(value.get("labels")).get(language)).get(name)):
                    yield _wrong(f"labels.{language}.{name}", "it is missing")


def _texts_in(part: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, str):
        yield place, part
    elif isinstance(part, dict):
        for name, inner in part.items():
            yield from _texts_in(inner, f"{place}.{name}")
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from _texts_in(inner, f"{place}[{number}]")


def _pack(value: Mapping[str, Any], digest: str) -> Pack:
    thresholds = [
        Threshold(one["name"], one["side"], Decimal(one["amount"]), one["currency"], one.get("adds", ""), tuple(one.get("requires", [])), one["meaning"])
        for one in _list(value.get("thresholds"))
    ]  # fmt: skip
    return Pack(
        country=value["country"], version=value["version"], title=value["title"], reviewed=value["reviewed"],
        reviewed_by=str(value.get("reviewed_by", "")), reviewed_on=str(value.get("reviewed_on", "")), sources=tuple(value["sources"]),
        languages=tuple(value["languages"]), template=value["template"], kinds=tuple(value["kinds"]),
        issuer_fields=tuple(value["issuer_fields"]), donor_fields={item["name"]: item["chars_max"] for item in value["donor_fields"]},
        declaration=_dict(value.get("declaration")), thresholds=tuple(thresholds), texts=value["texts"], labels=_dict(value.get("labels")),
        digest=digest,
    )  # fmt: skip


def _file(stem: str) -> Path | None:
    for folder in (settings.AWNA_PACKS_DIR, OWN_PACKS):
        path = Path(folder) / f"{stem}.json" if folder else None
        if path and path.is_file():
            return path
    return None


def _wrong(place: str, reason: str) -> Problem:
    if not place:
        return Problem("pack_wrong", "In the rules for receipts: %(reason)s.", {"reason": reason})
    return Problem("pack_wrong", "In the rules for receipts, at %(place)s: %(reason)s.", {"place": place, "reason": reason}, place)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_day(value: Any) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def _is_amount(value: Any) -> bool:
    try:
        return isinstance(value, str) and Decimal(value) > 0
    except InvalidOperation:
        return False


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
