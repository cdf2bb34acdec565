"""All that a receipt's paper says, fixed when it is issued: words of the rules, figures and words of the amount, the place in the book."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from awna.books import services as books
from awna.core.amounts import format_minor
from awna.core.problems import Refused
from awna.parties.models import Campaign, Section

from ..models import Donor, Gift
from ..receipt_packs import Pack, plain_pack
from .clauses import clause_for
from .receipt_rules import details_of

SALT_BYTES = 16
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
_ONE_BEFORE_MORE = re.compile(r"\b(veinti)?uno(?= (?:mil|(?:m|b|tr|cuatr)ill[oó]n(?:es)?)\b)")
PROOFS_MAX = 60
"""Proofs in one document; the gifts of a longer annex have theirs on the private page."""


@dataclass(frozen=True)
class Asked:
    """What is to be put on paper. `tax`: under reviewed rules; `gifts_year`: all gifts of a year on one receipt."""

    campaign: Campaign
    section: Section | None
    donor: Donor
    gifts: Sequence[Gift]
    pack: Pack
    tax: bool
    gifts_year: int | None
    label: str
    issued_on: date
    replaces: str


def amount_in_words(minor: int, *, scale: int, code: str, language: str) -> str:
    """`one hundred and thirty EUR 50/100`: the whole part in words, what is below it as a fraction, so that no currency's parts need a name."""
    from num2words import num2words  # brings the words of fifty languages

    whole, rest = divmod(minor, 10**scale)
    words = num2words(whole, lang=language)
    said = f"{_shortened(words) if language == 'es' else words} {code}"
    return f"{said} {rest:0{scale}d}/{10**scale}" if scale else said


def _shortened(words: str) -> str:
    """Spanish says *un* for *uno* before thousands and millions (veintiún mil); num2words 0.5 does not."""
    return _ONE_BEFORE_MORE.sub(lambda found: "veintiún" if found[1] else "un", words)


def write_content(asked: Asked) -> dict[str, Any]:
    """Plain data, from which alone the paper is set. The salt makes its digest tell nothing."""
    language = asked.pack.language_for(asked.donor.language)
    told, labels = asked.pack.texts[language], plain_pack().labels[language]
    words = _spoken(asked, language)
    year = asked.gifts_year is not None
    legal = [*(told.get("legal_annual", []) if year else []), *told["legal"]]
    total = sum(gift.amount_minor for gift in asked.gifts)
    first = asked.gifts[0].commodity
    if asked.tax:
        holding = asked.pack.holding(_decimal(total, first.scale), first.code)
        legal += [told["notes"][threshold.adds] for threshold in holding if threshold.adds]
    return {
        "v": 1, "salt": secrets.token_hex(SALT_BYTES), "template": asked.pack.template, "number": asked.label, "language": language,
        "rtl": _rtl(language), "issued_on": asked.issued_on.isoformat(), "tax": asked.tax, "gifts_year": asked.gifts_year,
        "rules": {"name": asked.pack.name, "digest": asked.pack.digest, "reviewed_by": asked.pack.reviewed_by, "reviewed_on": asked.pack.reviewed_on},
        "title": told["title_annual" if year else "title"], "lead": _fill(told["lead_annual" if year else "lead"], words, _rtl(language)),
        "legal": [_fill(line, words, _rtl(language)) for line in legal], "issuer": _issuer(asked, labels), "facts": _facts(asked, language, labels),
        "courtesy": _courtesy(asked, language), "annex": _annex(asked, language, labels), "proof": _proof(asked, labels),
        "surplus": _surplus(asked, labels),
    }  # fmt: skip


def figures(gifts: Sequence[Gift]) -> str:
    """`EUR 1250.50`, or `12 Hospital bed`."""
    thing, total = gifts[0].commodity, sum(gift.amount_minor for gift in gifts)
    amount = format_minor(total, thing.scale)
    return f"{thing.code} {amount}" if thing.kind == "money" else f"{amount} {thing.name}"


def _spoken(asked: Asked, language: str) -> dict[str, str]:
    body = asked.section
    declared = details_of(asked.donor).get("declared_on", "")
    named = {
        "issuer": _issuer_name(asked), "address": body.address if body else "", "registration": body.registration if body else "",
        "register_body": body.register_body if body else "", "permit_number": body.permit_number if body else "",
        "year": str(asked.gifts_year or asked.issued_on.year), "declared_on": _day(date.fromisoformat(declared), language) if declared else "",
    }  # fmt: skip
    return {**(dict(body.receipt_facts) if body else {}), **named}


def _fill(text: str, words: dict[str, str], rtl: bool) -> str:
    """Not str.format: what a person typed into a fact must not be read as a pattern. In Arabic each stands in an isolate, to keep its order."""
    before, after = (ISOLATE, END_ISOLATE) if rtl else ("", "")
    out = text
    for name, said in words.items():
        out = out.replace(f"{{{name}}}", before + said.replace("{", "(").replace("}", ")") + after)
    return out


def _issuer_name(asked: Asked) -> str:
    return asked.section.name if asked.section else asked.campaign.owner.name


def _issuer(asked: Asked, labels: dict[str, str]) -> dict[str, Any]:
    body = asked.section
    if body is None:
        owner = asked.campaign.owner
        return {"name": owner.name, "lines": [line for line in (owner.registration,) if line]}
    register = ", ".join(part for part in (body.register_body, body.registration) if part)
    permit = ", ".join(part for part in (body.permit_number, f"{labels['until']} {body.permit_until}" if body.permit_until else "") if part)
    lines = [body.address, f"{labels['register']}: {register}" if register else "", f"{labels['permit']}: {permit}" if permit else ""]
    return {"name": body.name, "lines": [line for line in lines if line]}


def _facts(asked: Asked, language: str, labels: dict[str, str]) -> list[list[Any]]:
    """(label, text, whether it reads left to right in any script)."""
    told, first = details_of(asked.donor), asked.gifts[0]
    name = " ".join(part for part in (told.get("title"), told.get("first_name"), told.get("last_name")) if part) or told["name"]
    where = ", ".join(part for part in (told.get("address"), told.get("postcode")) if part)
    total = sum(gift.amount_minor for gift in asked.gifts)
    rows: list[list[Any]] = [[labels["number"], asked.label, True], [labels["issued"], _day(asked.issued_on, language), False]]
    rows += [[labels["replaces"], asked.replaces, True]] if asked.replaces else []
    rows += [[labels["donor"], name or labels["unnamed"], False]]
    rows += [[labels["address"], where, False]] if where else []
    rows += [[labels["amount"], figures(asked.gifts), True]]
    if first.kind == "money":
        said = amount_in_words(total, scale=first.commodity.scale, code=first.commodity.code, language=language)
        rows += [[labels["words"], said, False], [labels["method"], labels["transfer"], False]]
    else:
        rows += [[labels["method"], labels["goods"], False]]
    if asked.gifts_year is not None:
        return [*rows, [labels["period"], str(asked.gifts_year), True]]
    return [*rows, [labels["received"], _day(first.received_on, language), False]]


def _courtesy(asked: Asked, language: str) -> dict[str, Any] | None:
    """The facts once more in the donor's language, where the rules are written in another."""
    plain, own = plain_pack(), asked.donor.language
    if own == language or own not in plain.labels:
        return None
    return {"language": own, "rtl": _rtl(own), "facts": _facts(asked, own, dict(plain.labels[own]))}


def _annex(asked: Asked, language: str, labels: dict[str, str]) -> dict[str, Any]:
    rows = [
        [_day(gift.received_on, language), labels["transfer"] if gift.kind == "money" else labels["goods"], figures([gift])]
        for gift in asked.gifts
    ]
    return {
        "title": labels["annex"],
        "head": [labels["received"], labels["method"], labels["amount"]],
        "rows": rows,
        "total": [labels["total"], figures(asked.gifts)],
    }


def _surplus(asked: Asked, labels: dict[str, str]) -> dict[str, Any] | None:
    """What the giver had read about money left over when she pledged, each clause once; nothing where none stood then."""
    language, said = asked.donor.language, []
    for gift in asked.gifts:
        clause = clause_for(campaign=asked.campaign, language=language, at=gift.pledge.pledged_at) if gift.pledge else None
        text = {"text": clause.text, "language": clause.language, "rtl": _rtl(clause.language)} if clause else None
        if text and text not in said:
            said.append(text)
    return {"title": labels["surplus"], "texts": said} if said else None


def _proof(asked: Asked, labels: dict[str, str]) -> dict[str, Any]:
    """Line and digest of each gift's entry, and the proofs that exist at this moment. In a batch the entry is that of all its gifts."""
    page = settings.AWNA_ORIGIN + reverse("campaign", kwargs={"slug": asked.campaign.slug}) + "book/"
    facts: list[list[Any]] = [[labels["book"], page, True]]
    files = []
    for gift in asked.gifts[:PROOFS_MAX]:
        leaf = books.leaf_text(gift.book, seq=gift.entry_seq)
        facts += [[labels["line"], gift.lot, True], [labels["digest"], _broken(sha256(leaf.encode()).hexdigest()), True]]
        try:
            files.append([f"gift-{gift.lot}.tlog-proof", books.prove_entry(gift.book, seq=gift.entry_seq)])
        except Refused:  # no head was signed over this entry yet: the paper says so
            continue
    text = labels["proof_text"] if files else labels["proof_none"]
    return {"title": labels["proof"], "facts": facts, "files": files, "text": text}


def _broken(digest: str) -> str:
    """In groups of eight, so that the line may break."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _day(day: date, language: str) -> str:
    with translation.override(language):
        return date_format(day, "j F Y")


def _decimal(minor: int, scale: int) -> Decimal:
    return Decimal(minor).scaleb(-scale)


def _rtl(language: str) -> bool:
    return bool(translation.get_language_info(language)["bidi"])
