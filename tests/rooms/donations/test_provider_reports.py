"""Reports as GoCardless and PayPal give them: read by their own columns, and damaged ones refused."""

import io
import zipfile

import pytest

from awna.core.problems import Refused
from awna.donations.providers import gocardless, paypal

ITEMS_HEAD = "resources.type,resources.description,resources.created_at,resources.reference,gross_amount,gocardless_fees,app_fees,net_amount,currency,payouts.id,payouts.arrival_date,payments.id,refunds.id"
PAYOUTS_HEAD = "id,amount,currency,created_at,reference,status,arrival_date,transaction_fee_debit,total_payment_amount"


def gocardless_csv(head, *rows):
    return "\n".join([head, *(",".join(row) for row in rows)]).encode()


def test_the_two_exports_of_gocardless_make_a_payout_whole():
    items = gocardless_csv(
        ITEMS_HEAD,
        ("payment", "", "2026-09-20T10:00:00.000Z", "DANA", "25.00", "-0.60", "0.00", "24.40", "EUR", "PO1", "2026-09-26", "PM1", ""),
        ("payment", "", "2026-09-20T10:00:00.000Z", "", "10.00", "0.30", "0.10", "9.60", "EUR", "PO1", "2026-09-26", "PM2", ""),
        ("refund", "", "2026-09-21T10:00:00.000Z", "", "-3.00", "0.00", "0.00", "-3.00", "EUR", "PO1", "2026-09-26", "PM1", "RF1"),
        ("payment", "", "2026-09-21T10:00:00.000Z", "", "-5.00", "0.00", "0.00", "-5.00", "EUR", "PO1", "2026-09-26", "PM0", ""),
    )
    first, second, refund, back = gocardless.read_report(items)
    assert [(one.kind, one.id, one.amount, one.fee, one.payout) for one in (first, second)] == [
        ("payment", "PM1", 2_500, 60, "PO1"), ("payment", "PM2", 1_000, 40, "PO1")]  # fmt: skip
    assert (refund.kind, refund.id, refund.amount, refund.fee, refund.reference) == ("refund", "RF1", 300, 0, "PM1")
    assert (back.kind, back.id, back.amount) == ("other", "payment:PM0", -500)
    sent = gocardless_csv(PAYOUTS_HEAD, ("PO1", "26.00", "EUR", "2026-09-25T10:00:00.000Z", "AWNA", "paid", "2026-09-26", "1.00", "30.00"))
    assert [(one.kind, one.id, one.status, one.amount, one.currency) for one in gocardless.read_report(sent)] == [
        ("payout", "PO1", "paid", 2_600, "EUR")
    ]


def test_another_export_of_gocardless_is_refused_with_the_column_it_lacks():
    with pytest.raises(Refused) as refused:
        gocardless.read_report(gocardless_csv("id,created_at,amount", ("PM1", "2026-09-20", "1.00")))
    assert refused.value.codes == ["report_columns_missing"]


def test_a_damaged_zip_is_refused_and_breaks_nothing():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("r.csv", "a,b\n" * 500)
    whole = bytearray(packed.getvalue())
    for place in range(30, len(whole), 3):
        broken = bytes(whole[:place]) + bytes([whole[place] ^ 255]) + bytes(whole[place + 1 :])
        with pytest.raises(Refused):
            paypal.read_report(broken)
