"""Twelve ways in which people write such a list. 0 to 5 were for work on the reader; 6 to 11 are held out and read only to report."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from .damage import Damage, scanned
from .words import Signer, country_in, make_signer

ENTRIES = 40
WORK, HELD_OUT = range(6), range(6, 12)


@dataclass(frozen=True)
class Sample:
    """A list as pasted, and what it says."""

    text: str
    signers: list[Signer]


def make_sample(layout: int, seed: int) -> Sample:
    """One list of forty; the same numbers give the same list."""
    rng = Random(f"{layout}:{seed}")
    people, places = layout in PEOPLE, layout not in NO_PLACE
    signers = [make_signer(rng, people=people, with_place=places) for _ in range(ENTRIES)]
    return LAYOUTS[layout](signers, rng)


def _country(one: Signer, rng: Random) -> str:
    return country_in(one.country, rng.choice([one.language, "en"])) if one.country else ""


def _joined(*parts: str, by: str = ", ") -> str:
    return by.join(part for part in parts if part)


def _bracket(*parts: str, by: str = ", ", signs: str = "()") -> str:
    inside = _joined(*parts, by=by)
    return f" {signs[0]}{inside}{signs[1]}" if inside else ""


def numbered(signers: list[Signer], rng: Random) -> Sample:
    """`12. Name (SHORT), place, country`, wrapped in a column."""
    told = [replace(one, name_english="") for one in signers]
    lines = [
        f"{n}. {_joined(one.name_original + _bracket(one.abbreviation), one.place, _country(one, rng))}" for n, one in enumerate(told, 1)
    ]
    return Sample(scanned(lines, rng, Damage(width=64, hyphens=0.3), indent="    "), told)


def bulleted(signers: list[Signer], rng: Random) -> Sample:
    """`• Name – English name (SHORT) – country`."""
    told = [replace(one, place="") for one in signers]
    lines = [f"• {_joined(one.name_original, one.name_english + _bracket(one.abbreviation) if one.name_english else '', by=' – ')}"
             f"{'' if one.name_english else _bracket(one.abbreviation)}{' – ' + _country(one, rng) if one.country else ''}" for one in told]  # fmt: skip
    return Sample(scanned(lines, rng, Damage(width=90, hyphens=0.2)), told)


def by_country(signers: list[Signer], rng: Random) -> Sample:
    """A heading for each country, a line for each name: `Name (SHORT / English name), place`."""
    told = sorted((replace(one, country=one.country or "DE") for one in signers), key=lambda one: one.country)
    lines, last = [], ""
    for one in told:
        if one.country != last:
            lines += ["", country_in(one.country, "en").upper()]
            last = one.country
        lines.append(_joined(one.name_original + _bracket(one.abbreviation, one.name_english, by=" / "), one.place))
    return Sample(scanned(lines, rng, Damage()), told)


def in_blocks(signers: list[Signer], rng: Random) -> Sample:
    """Some lines for each: the name, the English one in brackets, place and country, who signs."""
    lines = []
    for one in signers:
        lines += [one.name_original + _bracket(one.abbreviation), *([f"({one.name_english})"] if one.name_english else [])]
        lines += [part for part in (_joined(one.place, _country(one, rng)), _joined(one.person, one.role)) if part]
        lines.append("")
    return Sample(scanned(lines, rng, Damage(page_lines=40)), signers)


def in_table(signers: list[Signer], rng: Random) -> Sample:
    """A table copied out of a spreadsheet or a web page: cells apart by tabs or bars, the head in one of four languages."""
    heads = [["No", "Organisation", "English name", "Acronym", "Country", "Signed by", "Position"],
             ["Nr.", "Organisation", "Englischer Name", "Abkürzung", "Land", "Unterzeichnet von", "Funktion"],
             ["N°", "Organisation", "Nom anglais", "Sigle", "Pays", "Signataire", "Fonction"],
             ["الرقم", "المنظمة", "الاسم بالإنجليزية", "الاختصار", "البلد", "الموقّع", "الصفة"]]  # fmt: skip
    told = [replace(one, place="") for one in signers]
    by = rng.choice(["\t", " | "])
    rows = [
        [str(n), one.name_original, one.name_english, one.abbreviation, _country(one, rng), one.person, one.role]
        for n, one in enumerate(told, 1)
    ]
    return Sample(scanned([by.join(row) for row in [rng.choice(heads), *rows]], rng, Damage(page_lines=0)), told)


def short_first(signers: list[Signer], rng: Random) -> Sample:
    """`SHORT: Name [English name], country` without marks, wrapped with hyphens."""
    told = [replace(one, place="") for one in signers]
    lines = [f"{one.abbreviation + ': ' if one.abbreviation else ''}"
             f"{_joined(one.name_original + _bracket(one.name_english, signs='[]'), _country(one, rng))}" for one in told]  # fmt: skip
    return Sample(scanned(lines, rng, Damage(width=76, hyphens=0.4), indent="   "), told)


def own_digits(signers: list[Signer], rng: Random) -> Sample:
    """Numbers in Arabic, Bengali or European digits: `٣- Name (English name – SHORT) / country`."""
    digits = rng.choice(["٠١٢٣٤٥٦٧٨٩", "০১২৩৪৫৬৭৮৯", "0123456789"])
    told = [replace(one, place="") for one in signers]
    lines = [f"{''.join(digits[int(sign)] for sign in str(n))}- {_joined(one.name_original + _bracket(one.name_english, one.abbreviation, by=' – '), _country(one, rng), by=' / ')}"
             for n, one in enumerate(told, 1)]  # fmt: skip
    return Sample(scanned(lines, rng, Damage(width=80)), told)


def in_a_row(signers: list[Signer], rng: Random) -> Sample:
    """One paragraph, entries apart by semicolons: `Name (SHORT, English name), country; …`."""
    told = [replace(one, place="") for one in signers]
    text = "; ".join(_joined(one.name_original + _bracket(one.abbreviation, one.name_english), _country(one, rng)) for one in told) + "."
    return Sample(scanned([text], rng, Damage(width=84, hyphens=0.3, page_lines=0)), told)


def country_first(signers: list[Signer], rng: Random) -> Sample:
    """`Country: Name, place (SHORT)`."""
    told = [replace(one, name_english="") for one in signers]
    lines = [_joined(_country(one, rng), _joined(one.name_original, one.place) + _bracket(one.abbreviation), by=": ") for one in told]
    return Sample(scanned(lines, rng, Damage()), told)


def on_two_lines(signers: list[Signer], rng: Random) -> Sample:
    """`(3) Name` and below it, set in, `English name (SHORT), place, country`."""
    lines = []
    for n, one in enumerate(signers, 1):
        below = _joined(
            one.name_english + _bracket(one.abbreviation) if one.name_english else one.abbreviation, one.place, _country(one, rng)
        )
        lines += [f"({n}) {one.name_original}", *([f"      {below}"] if below else [])]
    return Sample(scanned(lines, rng, Damage(page_lines=36)), signers)


def quoted_columns(signers: list[Signer], rng: Random) -> Sample:
    """A CSV file with a head, commas or semicolons, and quotes."""
    by = rng.choice([",", ";"])
    head = rng.choice([["Name", "Name (English)", "Short", "City", "Country"], ["Nombre", "Nombre en inglés", "Siglas", "Ciudad", "País"]])
    rows = [[one.name_original, one.name_english, one.abbreviation, one.place, _country(one, rng)] for one in signers]
    lines = [by.join(f'"{cell}"' if by in cell or " " in cell else cell for cell in row) for row in [head, *rows]]
    return Sample(scanned(lines, rng, Damage(page_lines=0)), signers)


def person_first(signers: list[Signer], rng: Random) -> Sample:
    """`- Person, role, Name (SHORT), place, country`."""
    told = [replace(one, name_english="") for one in signers]
    lines = [
        f"- {_joined(one.person, one.role, one.name_original + _bracket(one.abbreviation), one.place, _country(one, rng))}" for one in told
    ]
    return Sample(scanned(lines, rng, Damage(width=96, hyphens=0.2)), told)


LAYOUTS: tuple[Callable[[list[Signer], Random], Sample], ...] = (
    numbered, bulleted, by_country, in_blocks, in_table, short_first,
    own_digits, in_a_row, country_first, on_two_lines, quoted_columns, person_first,
)  # fmt: skip
PEOPLE, NO_PLACE = {3, 4, 11}, {1, 4, 5, 6, 7}
