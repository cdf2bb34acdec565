"""A contract from its proposal to the end of the defects period: advance, three instalments, retention, and a remainder that goes back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from awna.approvals import services, shown
from awna.approvals.services import ADVANCE, RETENTION, MilestoneAsk
from awna.books import services as books
from awna.core.problems import Refused
from tests.rooms.funded import make_funded

DEFECTS_DAYS = 300


@pytest.fixture
def funded(db):
    return make_funded()


def paper(funded, kind, n=""):
    return books.store_document(book=funded.book, data=f"%PDF {kind} {n}".encode(), name="p.pdf", media_type="application/pdf", kind=kind)


def pay(funded, release, n, minor, *papers, **more):
    line = funded.bank_line(-minor, on=timezone.localdate())
    return books.pay_released(
        proposal=release.proposal,
        milestone=n,
        movement=line,
        documents=papers,
        author=funded.world.karim,
        request_id=f"pay {line.pk}",
        **more,
    )


def codes(act, *args, **kwargs):
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.codes


def test_a_contract_runs_to_the_end_of_its_defects_period(funded, monkeypatch):
    w, today = funded.world, timezone.localdate()
    place = {"custody": funded.account.custody, "fund": funded.roof, "commodity": funded.eur}

    # Nour asks for the whole schedule at once; two stewards agree, and the money is released by the second word.
    schedule = [
        MilestoneAsk("1", ceiling=60_000, earliest=today, evidence=("guarantee",), kind=ADVANCE, **place),
        *(MilestoneAsk(str(n), ceiling=70_000, earliest=today, evidence=("invoice", "inspection"), **place) for n in (2, 3, 4)),
        MilestoneAsk("5", ceiling=30_000, earliest=today + timedelta(days=DEFECTS_DAYS), evidence=("inspection",), kind=RETENTION, **place),
    ]
    roof = funded.propose(*schedule, text="Roof of the ward, by contract", documents=[paper(funded, "contract")])
    for steward in (w.salma, w.yusuf):
        services.decide(proposal=roof.proposal, steward=steward, choice="approve", request_id=f"yes {steward.pk}")
    assert books.balance_of(funded.book, stage="released", commodity=funded.eur) == 300_000

    # The advance needs its guarantee; it stays in the book until the first work accounts for it.
    assert codes(pay, funded, roof, "1", 60_000, as_advance=True) == ["evidence_missing"]
    line = funded.account.movements.get(used=0)
    books.pay_released(
        proposal=roof.proposal,
        milestone="1",
        movement=line,
        documents=[paper(funded, "guarantee")],
        as_advance=True,
        author=w.karim,
        request_id="adv",
    )
    assert books.balance_of(funded.book, stage="advance", commodity=funded.eur) == 60_000
    books.clear_advance(
        payee=funded.omar.custody, fund=funded.roof, commodity=funded.eur, amount=60_000, documents=[paper(funded, "acceptance")],
        author=w.karim, second=w.nour, effective_date=today, request_id="clear",
    )  # fmt: skip
    assert books.balance_of(funded.book, stage="advance", commodity=funded.eur) == 0

    # Three instalments, each on its own evidence; the last is smaller than its ceiling.
    for n, minor in (("2", 70_000), ("3", 70_000), ("4", 55_000)):
        pay(funded, roof, n, minor, paper(funded, "invoice", n), paper(funded, "inspection", n))

    # What is kept back waits for the end of the defects period, long after the proposal stopped being open.
    assert codes(pay, funded, roof, "5", 30_000, paper(funded, "inspection", "end")) == ["milestone_too_early"]
    early = funded.account.movements.get(used=0)
    books.post_bank_fact(movement=early, author=w.karim, request_id="the bank paid all the same")
    assert books.shortfalls(funded.book) != []  # red on every page until the stewards clear it
    monkeypatch.setattr(timezone, "localdate", lambda *args: today + timedelta(days=DEFECTS_DAYS))
    pay(funded, roof, "5", 30_000, paper(funded, "inspection", "end"))

    # The page tells every step; what nobody needed goes back to the fund.
    steps = {part.milestone.n: {step.name: step.minor for step in part.steps} for part in shown.parts_shown(funded.book, roof.proposal)}
    assert [steps[n]["paid"] for n in "12345"] == [60_000, 70_000, 70_000, 55_000, 30_000]
    services.void(proposal=roof.proposal, author=w.nour, request_id="rest")
    assert books.balance_of(funded.book, stage="released", commodity=funded.eur) == 0
    assert books.balance_of(funded.book, stage="free", commodity=funded.eur) == 4_000_000 - 285_000
    assert books.check_book(funded.book) == []
