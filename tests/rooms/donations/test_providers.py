"""Payment providers: what is forged, stale or replayed changes nothing; order and repetition do not matter; payouts add up to the cent or wait."""

import hashlib
import hmac
import io
import json
import time
import zipfile
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awna.books import services as books
from awna.books.models import Movement
from awna.books.services.vouchers import holes_of
from awna.core.problems import Refused
from awna.donations import services as donations
from awna.donations.models import Gift, Provider, ProviderEvent, ProviderFact, ProviderItem
from awna.donations.providers import gocardless, paypal, services, stripe
from awna.donations.providers.adapter import BODY_BYTES_MAX, Fact
from tests.world import make_world

SECRET = "whsec_a_secret_of_the_tests_only"
IBAN = "DE84999900000000001234"


@pytest.fixture
def w(db):
    world = make_world()
    world.book = books.open_book(campaign=world.campaign, author=world.karim)
    world.account = books.open_bank_account(book=world.book, section=world.north, holder="Neighbours North", iban=IBAN, currency="EUR")
    world.roof = books.ensure_fund(book=world.book, code="roof", title="The roof")
    world.stripe = services.configure(provider=services.open_provider(settles_to=world.account, name="stripe"), enabled=True, secret=SECRET)
    world.now = int(time.time())
    return world


def stripe_event(n, kind, thing, *, created=1_790_000_000):
    return json.dumps({"id": f"evt_{n}", "object": "event", "type": kind, "created": created, "data": {"object": thing}}).encode()


def charge(n, amount, reference="", **more):
    return {"id": f"ch_{n}", "object": "charge", "amount": amount, "currency": "eur", "metadata": {"reference": reference}, **more}


def stripe_signed(body, *, at, secret=SECRET):
    mac = hmac.new(secret.encode(), str(at).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={'0' * 64},v1={mac}"


def post(client, w, body, *, at=None, signature=None):
    header = signature if signature is not None else stripe_signed(body, at=at or w.now)
    return client.post(f"/hooks/{w.stripe.pk}/", body, content_type="application/json", HTTP_STRIPE_SIGNATURE=header)


REPORT_HEAD = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,automatic_payout_id"


def stripe_report(*rows):
    """Rows of (category, source, gross, fee, payout)."""
    lines = [
        f"txn_{n},2026-09-22 10:00:00,eur,{gross},{fee},0,{kind},{source},{payout}"
        for n, (kind, source, gross, fee, payout) in enumerate(rows)
    ]
    return "\n".join([REPORT_HEAD, *lines]).encode()


def test_signed_delivery_is_stored_once_and_read_later(client, w):
    body = stripe_event(1, "charge.succeeded", charge(1, 2_500))
    assert [post(client, w, body).status_code for _ in range(3)] == [200, 200, 200]
    assert ProviderEvent.objects.count() == 1 and ProviderItem.objects.count() == 0
    call_command("providerevents")
    call_command("providerevents")
    assert ProviderItem.objects.values_list("kind", "external_id", "status", "amount").get() == ("payment", "ch_1", "paid", 2_500)
    assert post(client, w, body).status_code == 200 and ProviderFact.objects.count() == 1


def test_what_a_delivery_told_of_people_is_dropped_after_it_was_read(client, w):
    body = stripe_event(1, "charge.succeeded", charge(1, 2_500))
    post(client, w, body)
    services.process_events()
    ProviderEvent.objects.update(processed_at=timezone.now() - timedelta(days=31))
    services.process_events()
    assert ProviderEvent.objects.get().content == "" and post(client, w, body).status_code == 200
    assert (services.process_events(), ProviderItem.objects.get().amount) == (0, 2_500)


def test_replay_with_the_same_id_and_other_content_changes_nothing(client, w):
    post(client, w, stripe_event(1, "charge.succeeded", charge(1, 2_500)))
    assert post(client, w, stripe_event(1, "charge.succeeded", charge(1, 9_999_999))).status_code == 200
    services.process_events()
    assert ProviderItem.objects.get().amount == 2_500


@pytest.mark.parametrize("damage", ["other secret", "stale", "future", "no header", "body", "empty time", "no v1", "two times", "letters"])
def test_forged_and_stale_deliveries_are_refused_and_nothing_is_stored(client, w, damage):
    body = stripe_event(1, "charge.succeeded", charge(1, 2_500))
    good = stripe_signed(body, at=w.now)
    signature = {
        "other secret": stripe_signed(body, at=w.now, secret="x" * 20), "stale": stripe_signed(body, at=w.now - 301),
        "future": stripe_signed(body, at=w.now + 400), "no header": "", "body": good, "empty time": good.replace(f"t={w.now}", "t="),
        "no v1": f"t={w.now}", "two times": f"t={w.now - 1}," + good, "letters": f"t={w.now},v1=ü\u0660",
    }[damage]  # fmt: skip
    sent = body.replace(b"2500", b"2501") if damage == "body" else body
    answer = client.post(
        f"/hooks/{w.stripe.pk}/", sent, content_type="application/json", headers={"Stripe-Signature": signature.encode().decode("latin-1")}
    )
    assert (answer.status_code, ProviderEvent.objects.count()) == (400, 0)


def test_only_post_and_only_when_switched_on_and_within_the_limit(client, w):
    address, body = f"/hooks/{w.stripe.pk}/", stripe_event(1, "charge.succeeded", charge(1, 2_500))
    assert client.get(address).status_code == 405
    assert client.post("/hooks/00000000-0000-4000-8000-000000000000/", body, content_type="application/json").status_code == 404
    huge = b" " * (BODY_BYTES_MAX + 1)
    assert post(client, w, huge).status_code == 413
    for junk in (b"", b"[]", b"{", b'{"id": 5}', b"\xff", b"[" * 100_000):
        assert post(client, w, junk).status_code == 400
    services.configure(provider=w.stripe, enabled=False)
    assert post(client, w, body).status_code == 404 and ProviderEvent.objects.count() == 0


def test_webhook_needs_no_cookie_and_the_secret_is_sealed(w):
    from django.db import connection
    from django.test import Client

    body = stripe_event(1, "charge.succeeded", charge(1, 2_500))
    assert post(Client(enforce_csrf_checks=True), w, body).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM donations_provider")
        assert cursor.fetchone()[0].startswith("s1:")


def test_gocardless_batch_of_250_events_and_not_one_more(client, w):
    found = services.configure(provider=services.open_provider(settles_to=w.account, name="gocardless"), enabled=True, secret=SECRET)

    def send(count, secret=SECRET):
        events = [
            {
                "id": f"EV{n}",
                "created_at": "2026-09-22T10:00:00.000Z",
                "resource_type": "payments",
                "action": "confirmed",
                "links": {"payment": f"PM{n}"},
            }
            for n in range(count)
        ]
        body = json.dumps({"events": events}).encode()
        mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return client.post(f"/hooks/{found.pk}/", body, content_type="application/json", headers={"Webhook-Signature": mac}).status_code

    assert (send(251), send(3, "another secret of nobody"), ProviderEvent.objects.count()) == (400, 400, 0)
    assert (send(250), send(250), ProviderEvent.objects.count()) == (200, 200, 250)
    services.process_events()
    assert found.items.filter(status="paid", amount=None).count() == 250


FACTS = [
    Fact("payment", "ch_1", "paid", "2026-09-22T10:00:00.000+00:00", amount=2_500, currency="EUR", reference="RF"),
    Fact("payment", "ch_1", "paid", "2026-09-22T10:00:00.000+00:00", amount=2_500, fee=60, currency="EUR", payout="po_1"),
    Fact("payment", "ch_1", "disputed", "2026-09-23T10:00:00.000+00:00"),
    Fact("payment", "ch_2", "under way", "2026-09-22T10:00:00.000+00:00", amount=700, currency="EUR"),
    Fact("payment", "ch_2", "failed", "2026-09-22T10:00:00.000+00:00", amount=700, currency="EUR"),
    Fact("refund", "re_1", "refunded", "2026-09-24T10:00:00.000+00:00", amount=300, currency="EUR", payout="po_1"),
    Fact("payout", "po_1", "under way", "2026-09-25T10:00:00.000+00:00", amount=2_140, currency="EUR"),
    Fact("payout", "po_1", "paid", "2026-09-26T10:00:00.000+00:00", amount=2_140, currency="EUR"),
]


@given(st.lists(st.sampled_from(FACTS), max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_repetition_of_facts_leaves_the_same_items(w, again, order):
    def items(facts):
        ProviderFact.objects.all().delete()
        ProviderItem.objects.all().delete()
        services.learn(provider=w.stripe, facts=facts)
        return set(
            ProviderItem.objects.values_list(
                "kind", "external_id", "status", "at", "amount", "fee", "currency", "reference", "payout", "differs"
            )
        )

    shuffled = FACTS + again
    order.shuffle(shuffled)
    assert items(shuffled) == items(FACTS)
    assert ("payment", "ch_1", "disputed") in {row[:3] for row in items(FACTS)}


def paid_out(client, w, *, told=9_540, events=True):
    """Two gifts (one with Dana's reference, for the roof), a fee on each, a refund of a third of the second; and the payout."""
    promised = donations.pledge_gift(bank_account=w.account, amount_minor=8_000, fund=w.roof, name="Dana", request_id="form")
    for n, body in enumerate((charge(1, 8_000, promised.reference), charge(2, 3_000))):
        post(client, w, stripe_event(n, "charge.succeeded", body))
    post(
        client,
        w,
        stripe_event(8, "refund.created", {"id": "re_1", "charge": "ch_2", "amount": 1_000, "currency": "eur", "status": "succeeded"}),
    )
    post(
        client,
        w,
        stripe_event(9, "payout.paid", {"id": "po_1", "amount": told, "currency": "eur", "status": "paid"}, created=1_790_086_400),
    )
    services.process_events()
    services.bring_in_report(provider=w.stripe, data=stripe_report(
        ("charge", "ch_1", "80.00", "2.60", "po_1"), ("charge", "ch_2", "30.00", "2.00", "po_1"), ("refund", "re_1", "-10.00", "0.00", "po_1")))  # fmt: skip
    return ProviderItem.objects.get(kind="payout"), promised


def test_payout_that_adds_up_is_booked_gross_with_its_fees_and_arrives_at_the_bank(client, w):
    item, promised = paid_out(client, w)
    payout = services.payout_of(item)
    assert (payout.gifts, payout.fees, payout.refunds, payout.difference, payout.problems) == (11_000, 460, 1_000, 0, ())
    gifts = services.book_payout(item=item, author=w.north_treasurer)
    assert services.book_payout(item=item, author=w.north_treasurer) == gifts
    promised.refresh_from_db()
    assert sorted((gift.amount_minor, gift.donor.name) for gift in gifts) == [(3_000, ""), (8_000, "Dana")] and promised.state == "received"
    purse = w.stripe.bank_account.custody
    assert books.balance_of(w.book, stage="free", custody=purse) == 0 and books.balance_of(w.book, stage="transit") == 9_540
    data = f":20:S\n:25:{IBAN}\n:28C:00001/001\n:60F:C260920EUR0,00\n:61:2609240924C95,40NTRFNONREF//B1\n:86:Stripe payout\n:62F:C260924EUR95,40\n-\n"
    (line,) = books.store_statement(
        bank_account=w.account, data=data.encode(), filename="a.sta", author=w.north_treasurer, request_id="f"
    ).new
    item.refresh_from_db()
    entry = services.book_arrival(item=item, movement=line, author=w.north_treasurer)
    assert services.book_arrival(item=item, movement=line, author=w.north_treasurer).pk == entry.pk
    free = {
        fund: books.balance_of(w.book, stage="free", custody=w.account.custody, fund=fund) for fund in (w.roof, w.book.fund("unallocated"))
    }
    assert list(free.values()) == [7_740, 1_800] and books.balance_of(w.book, stage="transit") == 0
    returned = {gift.amount_minor: gift.returned_seq is not None for gift in Gift.objects.all()}
    assert returned == {8_000: False, 3_000: True}
    assert Gift.objects.count() == 2 and not books.check_book(w.book)


def test_payouts_leave_no_hole_in_the_provider_s_account(w):
    for n, day in enumerate(("2026-09-22", "2026-10-20", "2026-10-02"), 1):
        at = f"{day}T10:00:00.000+00:00"
        services.learn(provider=w.stripe, facts=[
            Fact("payment", f"ch_{n}", "paid", at, amount=1_000, fee=30, currency="EUR", payout=f"po_{n}"),
            Fact("payout", f"po_{n}", "paid", at, amount=970, currency="EUR"),
        ])  # fmt: skip
        services.book_payout(item=w.stripe.items.get(external_id=f"po_{n}"), author=w.north_treasurer)
    assert holes_of(w.stripe.bank_account) == [] and books.balance_of(w.book, stage="transit") == 2_910


def test_payout_that_differs_by_a_cent_is_shown_and_never_booked(client, w):
    item, _ = paid_out(client, w, told=9_541)
    with pytest.raises(Refused) as refused:
        services.book_payout(item=item, author=w.north_treasurer)
    assert refused.value.codes == ["payout_differs"]
    assert (Movement.objects.count(), Gift.objects.count()) == (0, 0)
    client.force_login(w.north_treasurer.user)
    page = client.get(item.get_absolute_url()).content.decode()
    assert "95.41" in page and "95.40" in page and "Book this payout" not in page
    assert client.post(item.get_absolute_url()).status_code == 409


def test_report_that_contradicts_a_webhook_is_flagged(client, w):
    item, _ = paid_out(client, w)
    services.bring_in_report(provider=w.stripe, data=stripe_report(("charge", "ch_2", "29.00", "1.00", "po_1")))
    assert ProviderItem.objects.get(external_id="ch_2").differs
    with pytest.raises(Refused) as refused:
        services.book_payout(item=item, author=w.north_treasurer)
    assert "payout_unclear" in refused.value.codes


PAYPAL_HEAD = '"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","Transaction ID","Custom Number"'


def paypal_csv(*rows):
    lines = [
        f'"{day}/09/2026","10:00:00","UTC","","{kind}","{status}","EUR","{gross}","{fee}","0","{own}",""'
        for day, kind, status, gross, fee, own in rows
    ]
    return ("\ufeff" + "\n".join([PAYPAL_HEAD, *lines])).encode()


def test_paypal_rows_are_rewritten_and_keep_their_history(w):
    found = services.open_provider(settles_to=w.account, name="paypal")
    rows = [
        ("22", "Donation Payment", "Completed", "50.00", "-1.50", "T1"),
        ("23", "Donation Payment", "Completed", "20.00", "-0.90", "T2"),
    ]
    assert services.bring_in_report(provider=found, data=paypal_csv(*rows)) == 2
    assert services.bring_in_report(provider=found, data=paypal_csv(*rows)) == 0
    rewritten = [
        ("22", "Donation Payment", "Canceled", "50.00", "-1.50", "T1"),
        rows[1],
        ("24", "General Withdrawal", "Completed", "-19.10", "0.00", "W1"),
    ]
    services.bring_in_report(provider=found, data=paypal_csv(*rewritten))
    item = found.items.get(external_id="T1")
    assert item.status == "failed" and {fact.said["status"] for fact in item.facts.all()} == {"paid", "failed"}
    payout = services.payout_of(found.items.get(kind="payout"))
    assert (payout.gifts, payout.fees, payout.difference, payout.problems) == (2_000, 90, 0, ())


def test_long_paypal_reports_come_zipped_and_too_long_ones_are_refused(w):
    found = services.open_provider(settles_to=w.account, name="paypal")
    row = ("22", "Donation Payment", "Completed", "50.00", "-1.50", "T1")

    def zipped(data, names=("a.csv",)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(name, data)
        return out.getvalue()

    assert services.bring_in_report(provider=found, data=zipped(paypal_csv(row))) == 1
    many = paypal_csv(*[row] * 50_001)
    for data, code in (
        (many, "report_too_large"), (zipped(b"0" * 30_000_000), "report_too_large"), (zipped(b"x", ("a", "b")), "report_zip_wrong"),
        (b"PK\x03\x04junk", "report_unreadable"), (b"\xff\xfe", "report_unreadable"), (b"a,b\n1,2\n", "report_columns_missing"),
        (paypal_csv(("22", "Donation Payment", "Completed", "5O", "0", "T9")), "report_amount_wrong"),
        (paypal_csv(("05", "Donation Payment", "Completed", "50.00", "0", "T9")), "report_dates_unclear"),
        (paypal_csv(("22", "Donation Payment", "Abgeschlossen", "50.00", "0", "T9")), "report_status_unknown"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            services.bring_in_report(provider=found, data=data)
        assert refused.value.codes == [code]
    assert found.items.count() == 1


@given(st.binary(max_size=400), st.text(max_size=80))
def test_no_adapter_breaks_on_what_anybody_sends(body, header):
    for adapter, name in ((stripe, "Stripe-Signature"), (gocardless, "Webhook-Signature"), (paypal, "x")):
        for call in (
            lambda one=adapter, key=name: one.verify(body, {key: header}, secret=SECRET, now=0.0),
            lambda one=adapter: one.read_report(body),
        ):
            with pytest.raises(Refused):
                call()


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["id", "object", "data", "amount", "created", "links", "payment", "metadata", "currency", "charge"]), inner, max_size=5), max_leaves=12)  # fmt: skip


@given(JSON, st.sampled_from([*stripe.PAYMENTS, *stripe.REFUNDS, *stripe.PAYOUTS, "payments.confirmed", "refunds.created", "payouts.paid"]))
def test_reading_signed_nonsense_never_breaks(thing, kind):
    from awna.donations.providers.adapter import Event

    content = json.dumps(
        {"id": "x", "created": thing, "data": {"object": thing}, "links": thing, "resource_metadata": thing, "created_at": thing}
    )
    for adapter in (stripe, gocardless):
        for fact in adapter.facts(Event("x", kind, content)):
            assert fact.id and (fact.amount is None or fact.amount >= 0)


def test_pages_belong_to_the_treasurer_of_the_section(client, w):
    address = f"/desk/clinic/providers/{w.stripe.pk}/"
    client.force_login(w.south_treasurer.user)
    assert client.get(address).status_code == 404
    client.force_login(w.north_treasurer.user)
    page = client.get(address).content.decode()
    assert f"/hooks/{w.stripe.pk}/" in page and SECRET not in page
    assert client.post(address, {"enabled": "", "secret": ""}).status_code == 302
    w.stripe.refresh_from_db()
    assert not w.stripe.enabled and w.stripe.secret == SECRET
    made = client.post("/desk/clinic/providers/", {"name": "gocardless", "account": w.account.pk})
    assert client.post(made.url, {"enabled": "on", "secret": "short"}).status_code == 422
    assert Provider.objects.get(name="gocardless").enabled is False
