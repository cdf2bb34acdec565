"""A book with keys as the site writes it: `awna-verify` accepts the true one, and names what an administrator forged with raw SQL."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from awna import verify
from awna.books import services as books
from awna.consent.models import Decision, EpochKey
from awna.core.consent.policy import PAPER
from tests.keyed import Keyed, make_keyed

pytestmark = pytest.mark.django_db


def lines_of(keyed: Keyed) -> list[str]:
    return verify.verify(books.dump_book(keyed.book), None)


def refusal_of(keyed: Keyed) -> str:
    with pytest.raises(verify.Wrong) as refused:
        lines_of(keyed)
    return str(refused.value)


def test_what_the_site_writes_of_keys_stops_and_policies_passes_the_verifier():
    keyed = make_keyed()
    salma, yusuf, third = keyed.stewards
    until = timezone.localdate() + timedelta(days=3)
    buy = keyed.ask(30_000)
    keyed.approve(buy, salma)
    keyed.approve(buy, yusuf, kind=PAPER)
    keyed.release(buy)
    keyed.pay(buy, 30_000)
    lost = keyed.soft(third)
    payload = books.suspension_payload(book=keyed.book, key=keyed.key(lost), steward=salma, until=until)
    books.suspend_key(
        book=keyed.book, key=keyed.key(lost), steward=salma, until=until, signed=keyed.said(keyed.soft(salma), payload), request_id="suspend")  # fmt: skip
    payload = books.pause_payload(book=keyed.book, steward=yusuf, until=until)
    books.pause(book=keyed.book, steward=yusuf, until=until, signed=keyed.said(keyed.soft(yusuf), payload), request_id="pause")
    going_on = books.propose_resume(book=keyed.book, filed_by=salma, expires_on=until, request_id="resume")
    keyed.approve(going_on, salma)
    keyed.approve(going_on, yusuf)
    books.resume(proposal=going_on, author=salma)
    new = books.propose_policy(
        book=keyed.book, add=[keyed.add_key(third)], drop=[keyed.key(lost)], filed_by=salma, expires_on=until, request_id="policy")  # fmt: skip
    keyed.approve(new, salma)
    keyed.approve(new, yusuf)
    books.renew_policy(proposal=new, author=salma)
    lines = lines_of(keyed)
    assert "Policy: 2 of 3 stewards, epoch 1." in lines
    assert any("1 suspensions, 1 pauses (1 ended early)" in line for line in lines)
    assert sum(line.startswith("Keys of ") for line in lines) == 3


def drop_guards() -> None:
    """What an administrator can do on SQLite: nothing in the database watches keys and decisions any more.

    On PostgreSQL the tests are the application's user, which cannot; there the guards let through what no database can judge, a signature.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'consent%%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')


def forge(true: Decision, **changes: object) -> None:
    """One decision is written by hand, like a true one but for the changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM consent_decision WHERE id = %s", [true.pk.hex])
        row = dict(zip((column[0] for column in cursor.description), cursor.fetchone(), strict=True)) | changes
        marks = ", ".join(["%s"] * len(row))
        cursor.execute(f"INSERT INTO consent_decision ({', '.join(row)}) VALUES ({marks})", list(row.values()))


@pytest.mark.parametrize("how", ["copied", "invented", "enrolled"])
def test_a_release_that_an_administrator_forges_with_raw_sql_is_caught(how):
    keyed = make_keyed()
    salma, yusuf, _ = keyed.stewards
    honest = keyed.ask(1_000)
    keyed.approve(honest, salma)
    true = keyed.approve(honest, yusuf)
    keyed.release(honest)
    theft = keyed.ask(90_000_00)
    keyed.approve(theft, salma)
    drop_guards()
    forged = {"id": "ab" * 16, "proposal_id": theft.pk.hex, "request_id": "forged", "digest": theft.signs, "nonce": "cd" * 32}
    why = "the key signed another challenge"
    if how == "invented":
        forged |= {"key_id": keyed.key(keyed.soft(yusuf, PAPER)).pk.hex, "signature": "A" * 86 + "==", "auth": "", "client": ""}
        why = f"the signature of {yusuf.pk} is wrong"
    if how == "enrolled":  # a key of the administrator's own, put among those of the policy
        own = keyed.add_key(yusuf)
        if connection.vendor != "sqlite":
            with pytest.raises(DatabaseError, match="epoch_is_settled"):
                EpochKey.objects.create(epoch=theft.epoch, key=own)
            return
        EpochKey.objects.create(epoch=theft.epoch, key=own)
        signed = keyed.holders[yusuf.pk][-1].approve(theft.signs)
        forged |= {"key_id": own.pk.hex} | {name: signed[name] for name in ("nonce", "signature", "auth", "client")}
        why = f"no such key of {yusuf.pk}"
    forge(true, **forged)
    entry = keyed.release(theft)
    said = refusal_of(keyed)
    assert said.startswith(f"entry {entry.seq}:") and why in said
