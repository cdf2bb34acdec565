"""Every pair of the kind table goes through the database at least once, with what it needs; and so do its reversal and its correction."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import transaction

from awna.books import services as books
from awna.books.models import Movement
from awna.books.services import Row, Spot, row_payload
from awna.consent import services as consent
from awna.core.ledger import rules

LATER = date(2099, 1, 1)
SUM = 100
# The three kinds of goods follow the same rules; a test below says so, and one of them goes through here.
# Where the custody must stay, both ends are of one type: other rows of the table can never pass, and custody_must_stay refuses them.
DRIVEN = [
    rule for rule in rules.expanded_rules()
    if rule.commodity_kind in ("money", "material", "time")
    and (rule.custody_change != rules.SAME or rule.debit_custody_type == rule.credit_custody_type)
]  # fmt: skip
BASE = [rule for rule in DRIVEN if rule.kind not in ("reverse", "correction")]


class Maker:
    """Brings an account of any stage and custody to a balance, on the ways that the kind table allows."""

    def __init__(self, ledger):
        self.ledger, self.count = ledger, 0
        code = books.ensure_commodity
        self.codes = {"money": ledger.eur, "material": code(code="sand", kind="material", scale=0, name="Sand"),
                      "time": code(code="hour", kind="time", scale=2, name="Hour")}  # fmt: skip
        self.usd = code(code="USD", kind="money", scale=2, name="Dollar")
        self.paper = books.store_document(book=ledger.book, data=b"x", name="x", media_type="text/plain")
        self.payee = self.custody("payee")

    def custody(self, type, **more):
        self.count += 1
        return books.ensure_custody(book=self.ledger.book, type=type, ref=f"{type}{self.count}", title="x", **more)

    def spot(self, stage, custody=None, commodity="money", **bound):
        code = self.usd if commodity == "usd" else self.codes[commodity]
        return Spot(stage, str(custody.pk) if custody else None, str(self.ledger.fund.pk), str(code.pk), **bound)

    def line(self, custody, amount, commodity="money"):
        """A line or slip of any purse."""
        self.count += 1
        code = self.usd if commodity == "usd" else self.codes[commodity]
        return str(Movement.objects.create(custody=custody, commodity=code, occurrence=1, position=1, amount=amount,
                                           booked_on=date(2026, 3, 1)).pk)  # fmt: skip

    def post(self, kind, *rows, **more):
        self.count += 1
        return self.ledger.post(
            kind, *rows, **{"second": self.ledger.world.store, "documents": [self.paper], "request_id": f"n{self.count}", **more}
        )

    def decided(self, purpose, *rows):
        """The stewards approve exactly these rows."""
        self.count += 1
        payload = {"rows": [row_payload(row) for row in rows], "documents": [self.paper.digest]}
        proposal = consent.file_proposal(campaign=self.ledger.world.campaign, purpose=purpose, payload=payload, filed_by=self.ledger.world.nour,
                                         expires_on=LATER, request_id=f"d{self.count}")  # fmt: skip
        books.file_in_log(self.ledger.book, proposal=proposal)
        self.ledger.approve(proposal)
        return proposal

    def proposal(self, purse, payee, n="1", purpose="release"):
        self.count += 1
        milestone = {"n": n, "custody": str(purse.pk), "fund": str(self.ledger.fund.pk), "commodity": str(self.codes["money"].pk),
                     "ceiling": str(SUM), "evidence": [], "earliest": "2026-03-01"}  # fmt: skip
        return consent.file_proposal(
            campaign=self.ledger.world.campaign, purpose=purpose, filed_by=self.ledger.world.nour, expires_on=LATER, request_id=f"p{self.count}",
            payload={"payee": str(payee.pk), "milestones": [milestone], "documents": []})  # fmt: skip

    def filled(self, stage, custody_type, commodity, *, payee=None, n="1", purpose="release", up_to=None):
        """(spot, proposal) of an account that holds SUM."""
        payee = payee or self.payee
        custody = self.custody(custody_type) if custody_type and stage not in ("advance", "transit") else None
        if stage == "free":
            self.post("gift", Row(self.spot("ext"), self.spot("free", custody), SUM, movement=self.line(custody, SUM)))
            return self.spot("free", custody), None
        if stage in ("held", "released", "committed"):
            return self._bound(stage, custody, payee, n, purpose)
        if stage == "advance":
            released, proposal = self.filled("released", "bank", commodity)
            there = self.spot("advance", payee)
            self.post("pay", Row(released, there, SUM, movement=self.line(self._custody_of(released), -SUM)), proposal=proposal)
            return there, None
        if stage == "transit" and commodity == "money":
            released, proposal = self.filled("released", "bank", commodity, payee=payee, purpose="remit")
            way = self.spot("transit", self.custody("remittance", settles_to=payee))._replace(proposal=str(proposal.pk), milestone="1")
            self.post("remit", Row(released, way, SUM, movement=self.line(self._custody_of(released), -SUM)), proposal=proposal)
            return way, proposal
        if stage == "short":
            short = self.spot("short", custody)
            return short, None
        return self._goods(stage, custody or self.custody(custody_type), commodity), None

    def _bound(self, stage, purse, payee, n, purpose):
        self.post("gift", Row(self.spot("ext"), self.spot("free", purse), SUM, movement=self.line(purse, SUM)))
        proposal = self.proposal(purse, payee, n, purpose)
        bound = {"proposal": str(proposal.pk), "milestone": n}
        held, released, committed = (self.spot(one, purse, **bound) for one in ("held", "released", "committed"))
        self.post("hold", Row(self.spot("free", purse), held, SUM), proposal=proposal)
        self.ledger.approve(proposal)
        if stage != "held":
            self.post("release", Row(held, released, SUM), proposal=proposal)
        if stage == "committed":
            self.post("order", Row(released, committed, SUM), proposal=proposal)
        return {"held": held, "released": released, "committed": committed}[stage], proposal

    def _goods(self, stage, custody, commodity):
        there = self.spot(stage, custody, commodity)
        if stage == "issued" and commodity == "material":
            stock, _ = self.filled("stock", "place", commodity)
            self.post("issue", Row(stock, there, SUM))
        else:
            self.post("hours" if stage == "issued" else "gift_in_kind", Row(self.spot("ext", commodity=commodity), there, SUM))
        return there

    def _custody_of(self, spot):
        return self.ledger.book.custodies.get(pk=spot.custody)

    # -- one row of each rule ---------------------------------------------------------------------------------------

    def act(self, rule):
        """Post one entry under this rule; gives the entry and the line that the rule is about."""
        special = getattr(self, f"_{rule.kind}", None)
        if special is not None:
            return special(rule)
        options = {"n": "charges"} if rule.kind == "fee" and rule.debit_stage == "released" else {}
        debit, proposal = self._origin(rule, **options)
        credit = self._target(rule, debit, proposal)
        return self._post(rule, debit, credit, proposal)

    def _origin(self, rule, **options):
        if rule.debit_stage in rules.OUTSIDE_STAGES:
            return self.spot(rule.debit_stage, commodity=rule.commodity_kind), None
        return self.filled(rule.debit_stage, rule.debit_custody_type, rule.commodity_kind, **options)

    def _target(self, rule, debit, proposal):
        if rule.credit_stage in rules.OUTSIDE_STAGES:
            return self.spot(rule.credit_stage, self.payee if rule.kind == "pay" else None, rule.commodity_kind)
        if rule.credit_stage == "advance":
            return self.spot("advance", self.payee)
        same = rule.custody_change == "same"
        custody = self._custody_of(debit) if same else self.custody(rule.credit_custody_type)
        carried = proposal is not None and rule.credit_stage in ("released", "committed", "transit")
        bound = {"proposal": str(proposal.pk), "milestone": debit.milestone} if carried else {}
        return self.spot(rule.credit_stage, custody, rule.commodity_kind, **bound)

    def _post(self, rule, debit, credit, proposal, **more):
        row = Row(debit, credit, SUM)
        if rule.movement_end:
            end, sign = (debit, -1) if rule.movement_end == "debit" else (credit, 1)
            row = row._replace(movement=self.line(self._custody_of(end), sign * SUM))
        if "L" in rule.needs:
            row = row._replace(lot=self._lot(debit))
        if "Q" in rule.needs and rule.kind != "release":
            proposal = self.decided(rule.kind, row)
        day = {"effective_date": date(2099, 1, 2)} if rule.kind == "void" and rule.debit_stage in ("held", "released") else {}
        return self.post(rule.kind, row, proposal=proposal, **day, **more), 1

    def _lot(self, debit):
        first = self.ledger.book.transfers.filter(debit_stage="ext", kind__in=["gift", "gift_in_kind"]).order_by("-entry_seq").first()
        return f"{first.entry_seq}.{first.line}"

    def _allocate(self, rule):
        debit, _ = self._origin(rule)
        narrow = books.ensure_fund(book=self.ledger.book, code=f"part{self.count}", title="Part", parent=self.ledger.fund)
        return self._post(rule, debit, debit._replace(fund=str(narrow.pk)), None)

    def _reclass(self, rule):
        debit, _ = self._origin(rule)
        other = books.ensure_fund(book=self.ledger.book, code=f"other{self.count}", title="Other")
        there = debit._replace(fund=str(other.pk), stage=rule.credit_stage)
        if rule.credit_stage == "short":
            forced = Row(there, self.spot("ext")._replace(fund=str(other.pk)), SUM, movement=self.line(self._custody_of(debit), -SUM))
            self.post("bank_forced", forced)
        return self._post(rule, debit, there, None)

    def _hold(self, rule):
        debit, _ = self._origin(rule)
        proposal = self.proposal(self._custody_of(debit), self.payee)
        return self._post(rule, debit, debit._replace(stage="held", proposal=str(proposal.pk), milestone="1"), proposal)

    def _remit(self, rule):
        if rule.debit_stage == "transit":
            target = self.custody(rule.credit_custody_type)
            debit, proposal = self.filled("transit", "remittance", "money", payee=target)
            return self._post(rule, debit, self.spot("free", target), proposal)
        debit, proposal = self._origin(rule, **({"purpose": "remit"} if rule.debit_stage == "released" else {}))
        return self._post(rule, debit, self._target(rule, debit, proposal), proposal)

    def _fee(self, rule):
        if rule.debit_stage == "released":
            debit, proposal = self._origin(rule, n="charges")
            return self._post(rule, debit, self.spot("ext"), proposal)
        purse, target = self.custody("bank"), self.custody("bank")
        asks = [{"n": n, "custody": str(purse.pk), "fund": str(self.ledger.fund.pk), "commodity": str(self.codes["money"].pk),
                 "ceiling": str(SUM), "evidence": [], "earliest": "2026-03-01"} for n in ("1", "charges")]  # fmt: skip
        self.post("gift", Row(self.spot("ext"), self.spot("free", purse), SUM, movement=self.line(purse, SUM)))
        proposal = consent.file_proposal(
            campaign=self.ledger.world.campaign, purpose="remit", filed_by=self.ledger.world.nour, expires_on=LATER, request_id=f"fee{self.count}",
            payload={"payee": str(target.pk), "milestones": asks, "documents": []})  # fmt: skip
        bound = {"proposal": str(proposal.pk), "milestone": "1"}
        held, released = self.spot("held", purse, **bound), self.spot("released", purse, **bound)
        way = self.spot("transit", self.custody("remittance", settles_to=target), **bound)
        self.post("hold", Row(self.spot("free", purse), held, SUM), proposal=proposal)
        self.ledger.approve(proposal)
        self.post("release", Row(held, released, SUM), proposal=proposal)
        self.post("remit", Row(released, way, SUM, movement=self.line(purse, -SUM)), proposal=proposal)
        return self._post(rule, way, self.spot("ext"), proposal)

    def _fx(self, rule):
        """Two rows: the one that the rule is about, and one that completes it."""
        self.post("memo", memo={"about": "rate", "from": "EUR", "to": "USD", "rate": "1", "date": "2026-03-01", "source": "x"})
        arrives = rule.debit_stage == "trading"
        target = self.custody(rule.credit_custody_type if arrives and rule.credit_stage == "free" else "bank")
        stage, type = ("transit", "remittance") if arrives else (rule.debit_stage, rule.debit_custody_type)
        if rule.credit_custody_type == "cash":  # to take this back needs the stewards, and an entry has one proposal
            stage, type = "free", "bank"
        debit, proposal = self.filled(stage, type, "money", payee=target, **({"purpose": "fx"} if stage == "released" else {}))
        into = Row(debit, self.spot("trading"), SUM)
        if stage != "transit":
            into = into._replace(movement=self.line(self._custody_of(debit), -SUM))
        if arrives and rule.credit_stage == "transit":
            there = self.spot("transit", self._custody_of(debit), "usd", proposal=debit.proposal, milestone=debit.milestone)
            out = Row(self.spot("trading", commodity="usd"), there, SUM)
        else:
            out = Row(self.spot("trading", commodity="usd"), self.spot("free", target, "usd"), SUM, movement=self.line(target, SUM, "usd"))
        return self.post("fx", into, out, proposal=proposal), 2 if arrives else 1

    # -- taking it back ---------------------------------------------------------------------------------------------

    def undo(self, kind, entry, lines, amount):
        """Reverse the entry, or correct part of one line."""
        rows, needed = [], set()
        for row in entry.transfers.select_related("debit_account", "credit_account").filter(line__in=lines).order_by("line"):
            debit, credit = row.credit_account, row.debit_account
            rule = rules.find_rule(
                kind, debit_stage=debit.stage, debit_custody_type=debit.custody_type, credit_stage=credit.stage,
                credit_custody_type=credit.custody_type, commodity_kind=debit.commodity_kind)  # fmt: skip
            needed |= rule.needs
            swapped = Row(books.acts.spot_of(debit), books.acts.spot_of(credit), amount)
            if "M" in rule.needs:
                account, sign = (debit, -1) if rule.movement_end == "debit" else (credit, 1)
                code = "usd" if account.commodity_id == self.usd.pk else "money"
                swapped = swapped._replace(movement=self.line(account.custody, sign * amount, code))
            rows.append(swapped._replace(corrects=(entry.seq, row.line)) if kind == "correction" else swapped)
        bound = (
            entry.transfers.exclude(debit_account__proposal=None).first() or entry.transfers.exclude(credit_account__proposal=None).first()
        )
        own = bound and (bound.debit_account.proposal or bound.credit_account.proposal)
        proposal = self.decided(kind, *rows) if "Q" in needed else own or entry.proposal
        more = {"reverses": entry.seq} if kind == "reverse" else {}
        return self.post(kind, *rows, proposal=proposal, **more)


def key(rule):
    return (rule.kind, rule.debit_stage, rule.debit_custody_type, rule.credit_stage, rule.credit_custody_type, rule.commodity_kind)


@pytest.mark.parametrize("kind", list(dict.fromkeys(rule.kind for rule in BASE)))
def test_every_pair_passes_with_what_it_needs(ledger, kind):
    ledger.gift(1)
    failed = {}
    for rule in (rule for rule in BASE if rule.kind == kind):
        step = "post"
        try:
            with transaction.atomic():
                maker = Maker(ledger)
                entry, line = maker.act(rule)
                assert entry.transfers.get(line=line).rule_id == books.rule_id(rule)
                for step, able, lines, amount in (
                    ("reverse", rules.REVERSIBLE, [1, 2], SUM),
                    ("correction", rules.CORRECTABLE, [line], 40),
                ):
                    if kind in able:
                        with transaction.atomic():
                            assert maker.undo(step, entry, lines, amount).kind == step
                            transaction.set_rollback(True)
                transaction.set_rollback(True)
        except books.Refused as refused:
            failed[key(rule)] = (step, refused.codes)
    assert failed == {}


def test_taking_back_what_is_driven_here_is_all_taking_back():
    """Each pair of `reverse` and of `correction` is the swapped pair of one that goes through above."""

    def swapped(kind, able):
        return {(kind, *key(rule)[3:5], *key(rule)[1:3], rule.commodity_kind) for rule in BASE if rule.kind in able}

    for kind, able in (("reverse", rules.REVERSIBLE), ("correction", rules.CORRECTABLE)):
        assert swapped(kind, able) == {key(rule) for rule in DRIVEN if rule.kind == kind}


def test_all_goods_follow_the_rules_of_material():
    table = {key(rule): rule for rule in rules.expanded_rules()}
    for rule in table.values():
        if rule.commodity_kind in ("medical", "equipment"):
            assert replace(rule, commodity_kind="material") == table[(*key(rule)[:5], "material")]
