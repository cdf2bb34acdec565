"""PayPal: the activity download as CSV, or zipped when it is long. Rows are rewritten later (Completed → Canceled); there is no webhook.

A row is known by its transaction id; what it said before stays in the history. A withdrawal to the bank closes the payout of all
rows since the one before it.
"""

from collections.abc import Mapping
from datetime import datetime

from awna.core.problems import Problem, Refused

from .adapter import Event, Fact, forged, moment_of
from .reports import cents, read_rows

name = "paypal"
COLUMNS = ("Date", "Time", "Type", "Status", "Currency", "Gross", "Fee", "Transaction ID")
STATUSES = {
    "Completed": "paid", "Pending": "under way", "Canceled": "failed", "Denied": "failed", "Reversed": "disputed", "Refunded": "paid",
    "Partially Refunded": "paid",
}  # fmt: skip
PAYOUT_TYPES = ("General Withdrawal", "User Initiated Withdrawal", "Bank Withdrawal", "Automatic Withdrawal")
DAY_FORMATS = ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d")


def verify(body: bytes, headers: Mapping[str, str], *, secret: str, now: float) -> list[Event]:
    raise forged()


def facts(event: Event) -> list[Fact]:
    return []


def read_report(data: bytes) -> list[Fact]:
    rows = read_rows(data, needed=COLUMNS)
    days = _days(rows)
    ordered = sorted(zip(days, rows, strict=True), key=lambda pair: pair[0])
    payout_of: dict[int, str] = {}
    waiting: dict[str, list[int]] = {}
    for index, (_, row) in enumerate(ordered):
        group = waiting.setdefault(row["Currency"], [])
        if _is_payout(row):
            payout_of |= dict.fromkeys(group, row["Transaction ID"][:100])
            group.clear()
        else:
            group.append(index)
    return [_fact(at, row, payout_of.get(index, "")) for index, (at, row) in enumerate(ordered) if row["Transaction ID"]]


def _fact(at: str, row: dict[str, str], payout: str) -> Fact:
    gross, status = cents(row["Gross"]), STATUSES.get(row["Status"])
    if status is None:
        raise Refused(
            Problem(
                "report_status_unknown",
                "“%(asked)s” is no state that is known. Download the report in English.",
                {"asked": row["Status"][:40]},
                "file",
            )
        )
    kind = "payout" if _is_payout(row) else "payment" if gross > 0 else "refund" if "Refund" in row["Type"] else "other"
    return Fact(
        kind, row["Transaction ID"][:100], "refunded" if kind == "refund" and status == "paid" else status, at,
        amount=gross if kind == "other" else abs(gross), fee=-cents(row["Fee"] or "0"), currency=row["Currency"].upper()[:3],
        payout="" if kind == "payout" else payout, reference=(row.get("Custom Number") or row.get("Invoice Number") or "")[:40],
    )  # fmt: skip


def _is_payout(row: dict[str, str]) -> bool:
    return row["Type"] in PAYOUT_TYPES


def _days(rows: list[dict[str, str]]) -> list[str]:
    """The one date order that reads every row; where two would, nobody guesses."""
    fitting = []
    for form in DAY_FORMATS:
        try:
            fitting.append([moment_of(datetime.strptime(f"{row['Date']} {row['Time']}", f"{form} %H:%M:%S").isoformat()) for row in rows])
        except ValueError:
            continue
    if len(fitting) != 1 and (not fitting or fitting[0] != fitting[1]):
        raise Refused(Problem("report_dates_unclear", "The dates of the report can be read in two ways, or not at all. Choose the date format YYYY-MM-DD at PayPal.",
                              {}, "file"))  # fmt: skip
    return fitting[0]
