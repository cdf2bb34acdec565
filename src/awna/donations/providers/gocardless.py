"""GoCardless: `Webhook-Signature` (HMAC-SHA256 of the raw body), batches of up to 250 events, and the report of a payout's items.

Events carry ids and links and no amounts; the report brings those. They name their own time, so late ones do not overwrite newer ones.
"""

import hmac
import json
from collections.abc import Mapping

from .adapter import EVENTS_MAX, Event, Fact, forged, moment_of, read_json, signed, text, unreadable
from .reports import cents, read_rows

name = "gocardless"
PAYMENTS = {
    "confirmed": "paid", "paid_out": "paid", "failed": "failed", "cancelled": "failed", "charged_back": "disputed", "late_failure_settled": "disputed",
}  # fmt: skip
REFUNDS = {"created": "refunded", "paid": "refunded", "refund_settled": "refunded", "failed": "failed", "bounced": "failed"}
COLUMNS = ("payout_id", "payment_id", "type", "amount", "fee", "currency", "date")


def verify(body: bytes, headers: Mapping[str, str], *, secret: str, now: float) -> list[Event]:
    """No time is signed, so an old delivery is known only by its event ids, which are kept."""
    given = headers.get("Webhook-Signature", "")[:200]
    if not hmac.compare_digest(signed(body, secret).encode(), given.encode("utf-8", "replace")):
        raise forged()
    listed = read_json(body).get("events")
    if not isinstance(listed, list) or len(listed) > EVENTS_MAX:
        raise unreadable()
    if not all(isinstance(one, dict) and text(one.get("id")) for one in listed):
        raise unreadable()
    return [
        Event(text(one["id"], most=100), f"{text(one.get('resource_type'), most=30)}.{text(one.get('action'), most=28)}", json.dumps(one))
        for one in listed
    ]


def facts(event: Event) -> list[Fact]:
    found = read_json(event.content.encode())
    links = found.get("links") if isinstance(found.get("links"), dict) else {}
    kept = found.get("resource_metadata") if isinstance(found.get("resource_metadata"), dict) else {}
    resource, _, action = event.kind.partition(".")
    at = moment_of(found.get("created_at"))
    payment, refund, payout = (text(links.get(word), most=100) for word in ("payment", "refund", "payout"))
    if resource == "payments" and action in PAYMENTS and payment:
        return [Fact("payment", payment, PAYMENTS[action], at, reference=text(kept.get("reference"), most=40), payout=payout)]
    if resource == "refunds" and action in REFUNDS and refund:
        return [Fact("refund", refund, REFUNDS[action], at, payout=payout, reference=payment[:40])]
    if resource == "payouts" and action == "paid" and payout:
        return [Fact("payout", payout, "paid", at)]
    return []


def read_report(data: bytes) -> list[Fact]:
    """Items of payouts: `type` is payment, refund or payout; a payout's row says what was sent to the bank."""
    found = []
    for row in read_rows(data, needed=COLUMNS):
        kind = row["type"] if row["type"] in ("payment", "refund", "payout") else "other"
        amount = cents(row["amount"])
        own = row["payout_id"] if kind == "payout" else row["payment_id"]
        if own:
            found.append(Fact(
                kind, own[:100], "refunded" if kind == "refund" else "paid", moment_of(row["date"]), amount=amount if kind == "other" else abs(amount),
                fee=cents(row["fee"] or "0"), currency=row["currency"].upper()[:3], payout="" if kind == "payout" else row["payout_id"][:100],
                reference=row.get("reference", "")[:40],
            ))  # fmt: skip
    return found
