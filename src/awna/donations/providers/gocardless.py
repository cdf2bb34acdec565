"""GoCardless: `Webhook-Signature` (HMAC-SHA256 of the raw body), batches of up to 250 events, and two exports of its dashboard.

Events carry ids and links and no amounts. *Payout breakdown, transactions* brings those of gifts and refunds, *Payouts* what was sent to the
bank: a payout is whole only when both say the same. Columns as the support pages *Payout breakdown reports* and *Payout reports* list them.
Events name their own time, so late ones do not overwrite newer ones.
"""

import hmac
import json
from collections.abc import Mapping

from awna.core.banking.references import find_references

from .adapter import EVENTS_MAX, Event, Fact, forged, moment_of, read_json, signed, text, unreadable
from .reports import cents, read_rows

name = "gocardless"
PAYMENTS = {
    "confirmed": "paid", "paid_out": "paid", "failed": "failed", "cancelled": "failed", "charged_back": "disputed", "late_failure_settled": "disputed",
}  # fmt: skip
REFUNDS = {"created": "refunded", "paid": "refunded", "refund_settled": "refunded", "failed": "failed", "bounced": "failed"}
TRANSACTIONS = (
    "resources.type", "resources.created_at", "gross_amount", "net_amount", "currency", "payouts.id", "payments.id", "refunds.id",
)  # fmt: skip
PAYOUTS = ("id", "amount", "currency", "created_at", "status", "arrival_date")
PAYOUT_STATUSES = {"pending": "under way", "paid": "paid", "bounced": "failed"}


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
    """Either export, told apart by its columns."""
    rows = read_rows(data, needed=())
    head = set(rows[0]) if rows else set()
    if head.issuperset(PAYOUTS) and "payouts.id" not in head:
        return [_payout(row) for row in rows if row["id"]]
    rows = read_rows(data, needed=TRANSACTIONS)
    return [fact for row in rows if (fact := _item(row)).id]


def _item(row: dict[str, str]) -> Fact:
    """Whether fees are written with a sign or not: what was kept is the difference of gross and net."""
    gross, net = cents(row["gross_amount"]), cents(row["net_amount"])
    kind = row["resources.type"].lower().removesuffix("s")
    at, payout, code = moment_of(row["resources.created_at"]), row["payouts.id"][:100], row["currency"].upper()[:3]
    if kind == "payment" and gross >= 0:
        found = find_references(row.get("resources.reference", ""))
        return Fact(
            "payment", row["payments.id"][:100], "paid", at, amount=gross, fee=gross - net, currency=code, payout=payout,
            reference=found[0] if len(found) == 1 else "",
        )  # fmt: skip
    if kind == "refund":
        return Fact(
            "refund", row["refunds.id"][:100], "refunded", at, amount=abs(gross), fee=abs(net) - abs(gross), currency=code, payout=payout,
            reference=row["payments.id"][:40],
        )  # fmt: skip
    # A charge-back, a late failure, a correction: a difference of the payout that a person looks at.
    own = row["refunds.id"] or row["payments.id"]
    return Fact("other", f"{kind}:{own}"[:100] if own else "", "paid", at, amount=gross, fee=gross - net, currency=code, payout=payout)


def _payout(row: dict[str, str]) -> Fact:
    status = PAYOUT_STATUSES.get(row["status"].lower(), "under way")
    at = moment_of(row["arrival_date"] if status == "paid" else row["created_at"])
    return Fact("payout", row["id"][:100], status, at, amount=abs(cents(row["amount"])), currency=row["currency"].upper()[:3])
