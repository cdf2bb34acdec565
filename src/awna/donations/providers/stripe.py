"""Stripe: webhooks signed `t=…,v1=…` (docs.stripe.com/webhooks), and the itemised payout reconciliation report.

Events do not say which payments a payout holds; the report does. Automatic payouts alone can be attributed.
"""

import hmac
from collections.abc import Mapping

from .adapter import TOLERANCE_S, Event, Fact, forged, minor, moment, moment_of, read_json, signed, stale, text, unreadable
from .reports import cents, read_rows

name = "stripe"
SIGNATURES_MAX = 8
PAYMENTS = {"charge.succeeded": "paid", "charge.failed": "failed", "charge.dispute.created": "disputed"}
REFUNDS = {"refund.created": "refunded", "refund.updated": "refunded", "refund.failed": "failed"}
PAYOUTS = {
    "payout.created": "under way",
    "payout.updated": "under way",
    "payout.paid": "paid",
    "payout.failed": "failed",
    "payout.canceled": "failed",
}
COLUMNS = ("balance_transaction_id", "created_utc", "currency", "gross", "fee", "reporting_category", "source_id", "automatic_payout_id")
SCALES = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}


def verify(body: bytes, headers: Mapping[str, str], *, secret: str, now: float) -> list[Event]:
    parts = [part.partition("=") for part in headers.get("Stripe-Signature", "")[:2000].split(",")]
    times = [value for key, _, value in parts if key.strip() == "t"]
    given = [value.strip() for key, _, value in parts if key.strip() == "v1"][:SIGNATURES_MAX]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) <= 12) or not given:
        raise forged()
    wanted = signed(times[0].encode() + b"." + body, secret)
    # Each is compared whole, so that the time tells nothing of which one fits.
    fits = [hmac.compare_digest(wanted.encode(), one.encode("utf-8", "replace")) for one in given]
    if True not in fits:
        raise forged()
    if abs(now - int(times[0])) > TOLERANCE_S:
        raise stale()
    found = read_json(body)
    if not text(found.get("id")) or not isinstance(found.get("data"), dict):
        raise unreadable()
    return [Event(text(found["id"], most=100), text(found.get("type"), most=60), body.decode())]


def facts(event: Event) -> list[Fact]:
    found = read_json(event.content.encode())
    thing, at, kind = (found.get("data") or {}).get("object"), moment(found.get("created")), event.kind
    if not isinstance(thing, dict) or not text(thing.get("id")):
        return []
    common = {"at": at, "currency": text(thing.get("currency"), most=3).upper()}
    amount, own = minor(thing.get("amount")), text(thing.get("id"), most=100)
    if kind == "charge.dispute.created":
        return [Fact("payment", text(thing.get("charge"), most=100), PAYMENTS[kind], at)] if text(thing.get("charge")) else []
    if kind in PAYMENTS:
        told = thing.get("metadata") if isinstance(thing.get("metadata"), dict) else {}
        return [Fact("payment", own, PAYMENTS[kind], amount=amount, reference=text(told.get("reference"), most=40), **common)]
    if kind in REFUNDS:
        status = "failed" if thing.get("status") in ("failed", "canceled") else REFUNDS[kind]
        return [Fact("refund", own, status, amount=amount, reference=text(thing.get("charge"), most=40), **common)]
    if kind in PAYOUTS:
        return [Fact("payout", own, "failed" if thing.get("status") in ("failed", "canceled") else PAYOUTS[kind], amount=amount, **common)]
    return []


def read_report(data: bytes) -> list[Fact]:
    """`payout_reconciliation.itemized`: charges and refunds with their fees, each with its payout."""
    found = []
    for row in read_rows(data, needed=COLUMNS):
        currency = row["currency"].upper()[:3]
        scale = SCALES.get(currency, 2)
        gross, fee = cents(row["gross"], scale=scale), cents(row["fee"], scale=scale)
        kind = {"charge": "payment", "payment": "payment", "refund": "refund", "partial_capture_reversal": "refund"}.get(
            row["reporting_category"]
        )
        if row["reporting_category"] == "payout":
            found.append(
                Fact("payout", row["source_id"][:100], "paid", moment_of(row["created_utc"]), amount=abs(gross), currency=currency)
            )
            continue
        found.append(Fact(
            # What is neither a gift nor a refund is kept under its own name, so that the sum of the payout shows it.
            kind or "other", row["source_id"][:100] or row["balance_transaction_id"][:100], "paid" if kind != "refund" else "refunded",
            moment_of(row["created_utc"]), amount=abs(gross) if kind else gross, fee=fee, currency=currency, payout=row["automatic_payout_id"][:100],
        ))  # fmt: skip
    return found
