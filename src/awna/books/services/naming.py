"""Name what the book speaks of: the book itself, commodities, funds, custodies, documents. Each is made once and found again."""

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from awna.consent import services as consent
from awna.core.amounts import SCALE_MAX
from awna.core.digest import salted_digest
from awna.core.ledger import entries, rules
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role

from ..models import Book, Commodity, Custody, Document, Fund, Head
from ..models.naming import SPECIAL_FUNDS, UNALLOCATED

DOCUMENT_BYTES_MAX = 10 * 1024 * 1024
STEWARDS_REQUIRED_DEFAULT = 2
BATCH = 500


@dataclass(frozen=True)
class Counted:
    """A thing that somebody wants to count: its code, kind, decimals and name."""

    code: str
    kind: str
    scale: int
    name: str


@transaction.atomic
def open_book(
    *, campaign: Campaign, author: Role | None, required: int = STEWARDS_REQUIRED_DEFAULT, keyed: bool = False,
    rules: dict[str, Any] | None = None,
) -> Book:  # fmt: skip
    """The campaign's book, opened once. `keyed`: it waits with entry 0 until every key of every steward has signed; see governance.

    By name entry 0 is the policy with the stewards of that moment: give them their roles first. While fewer stewards have joined than must agree, or while nobody has joined to be its author, the book waits with entry 0 until the first entry is posted.
    """
    from .posting import found_book

    Campaign.objects.select_for_update().get(pk=campaign.pk)
    book = Book.objects.filter(campaign=campaign).first()
    if book is None:
        if keyed:
            consent.set_founding(campaign=campaign, required=required, rules=rules)
        elif consent.current_epoch(campaign) is None:
            consent.set_policy(campaign=campaign, required=required, author=author)
        origin = f"{urlsplit(settings.AWNA_ORIGIN).netloc}/c/{campaign.slug}"
        book = Book.objects.create(campaign=campaign, secret=secrets.token_hex(32), origin=origin)
        Head.objects.create(book=book)
        for code, title in SPECIAL_FUNDS.items():
            ensure_fund(book=book, code=code, title=title)
    if author is not None:
        found_book(book, author=author, wait=True)
    return book


def ensure_commodity(*, code: str, kind: str, scale: int, name: str) -> Commodity:
    """The commodity of that code. Refused when it exists with another kind or scale: amounts would change their meaning."""
    return ensure_commodities([Counted(code, kind, scale, name)])[code]


@transaction.atomic
def ensure_commodities(wanted: Sequence[Counted]) -> dict[str, Commodity]:
    """All of these, by code, as `ensure_commodity` finds or makes each: thousands with as many questions as a few."""
    for one in wanted:
        if one.kind not in rules.COMMODITY_KINDS or not 0 <= one.scale <= SCALE_MAX:
            raise Refused(Problem(
                "commodity_wrong", "“%(code)s” cannot be counted as %(kind)s with %(scale)s decimals. Kinds: %(kinds)s; decimals: 0 to 9.",
                {"code": one.code, "kind": one.kind, "scale": one.scale, "kinds": ", ".join(rules.COMMODITY_KINDS)}))  # fmt: skip
    codes = [one.code for one in wanted]
    known = _commodities(codes)
    if missing := [one for one in wanted if one.code not in known]:
        # Somebody else may name the same thing at this moment: theirs is then found below.
        rows = [Commodity(code=one.code, kind=one.kind, scale=one.scale, name=one.name) for one in missing]
        Commodity.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
        known |= _commodities([one.code for one in missing])
    for one in wanted:
        found = known[one.code]
        if (found.kind, found.scale) != (one.kind, one.scale):
            raise Refused(Problem(
                "commodity_differs", "“%(code)s” is counted as %(kind)s with %(scale)s decimals already. Choose another code.",
                {"code": one.code, "kind": found.kind, "scale": found.scale}))  # fmt: skip
    return known


def _commodities(codes: Sequence[str]) -> dict[str, Commodity]:
    found: dict[str, Commodity] = {}
    for start in range(0, len(codes), BATCH):
        found |= {one.code: one for one in Commodity.objects.filter(code__in=codes[start : start + BATCH])}
    return found


@transaction.atomic
def ensure_fund(*, book: Book, code: str, title: str, parent: Fund | None = None) -> Fund:
    """The fund of that code. A fund without a parent narrows `unallocated`, so that free gifts can be put to it."""
    found = Fund.objects.filter(book=book, code=code).first()
    if found is not None:
        return found
    if parent is None and code not in SPECIAL_FUNDS:
        parent = Fund.objects.get(book=book, code=UNALLOCATED)
    if parent is not None and parent.book_id != book.pk:
        raise Refused(Problem("fund_of_another_book", "The wider fund belongs to another campaign. Choose one of this campaign."))
    fund = Fund(book=book, code=code, title=title, parent=parent)
    fund.path = f"{parent.path if parent else ''}/{fund.pk}"
    fund.save(force_insert=True)
    return fund


@transaction.atomic
def ensure_custody(*, book: Book, type: str, ref: str, title: str, settles_to: Custody | None = None) -> Custody:
    """The custody with that type and reference, made on first call. `ref` is the calling room's own key."""
    if type not in rules.CUSTODY_TYPES:
        raise Refused(Problem("custody_type_unknown", "“%(asked)s” is not a kind of custody. Choose one of: %(types)s.",
                              {"asked": type, "types": ", ".join(rules.CUSTODY_TYPES)}))  # fmt: skip
    found, _ = Custody.objects.get_or_create(book=book, type=type, ref=ref, defaults={"title": title, "settles_to": settles_to})
    return found


@transaction.atomic
def store_document(*, book: Book, data: bytes, name: str, media_type: str, kind: str = "document") -> Document:
    """Keep a file, sealed, with the salted digest that goes into the log. The same bytes of one kind are one document.

    `kind` is the evidence kind that a milestone asks for, such as `invoice` or `waybill`.
    """
    if not data or len(data) > DOCUMENT_BYTES_MAX:
        raise Refused(Problem("document_size_wrong", "“%(name)s” has %(size)s bytes. Give a file of 1 byte to %(mb)s MB.",
                              {"name": name, "size": len(data), "mb": DOCUMENT_BYTES_MAX // 1024**2}))  # fmt: skip
    lookup = hmac.new(book.secret_key, data, sha256).hexdigest()
    found = Document.objects.filter(book=book, kind=kind, lookup=lookup).first()
    if found is not None:
        return found
    salt = secrets.token_bytes(entries.SALT_BYTES)
    return Document.objects.create(
        book=book, kind=kind, name=name, media_type=media_type, salt=salt.hex(), digest=salted_digest(salt, data), lookup=lookup,
        content=base64.b64encode(data).decode(), size_bytes=len(data))  # fmt: skip
