"""The kind table: every kind of entry and the only pairs of stages that its rows may move between.

Plain data. The database's `rule` table is filled from `expanded_rules()`; the verifier has its own copy,
and a test compares the two. Debit = where it leaves, credit = where it arrives.
"""

from dataclasses import dataclass
from itertools import product

EXT, FREE, HELD, RELEASED, COMMITTED, ADVANCE = "ext", "free", "held", "released", "committed", "advance"
STOCK, TRANSIT, ISSUED, LOST, TRADING, SHORT = "stock", "transit", "issued", "lost", "trading", "short"
STAGES = (EXT, FREE, HELD, RELEASED, COMMITTED, ADVANCE, STOCK, TRANSIT, ISSUED, LOST, TRADING, SHORT)
OUTSIDE_STAGES = frozenset({EXT, LOST, TRADING})
NO_FLOOR_STAGES = OUTSIDE_STAGES | {SHORT}
BALANCE_STAGES = frozenset({FREE, HELD, RELEASED, COMMITTED, SHORT})
"""The stages whose sum is the balance of a bank, provider or cash custody."""

NO_CUSTODY = ""
BANK, PROVIDER, CASH, PLACE, CONSIGNMENT, REMITTANCE, TASK, PAYEE = (
    "bank", "provider", "cash", "place", "consignment", "remittance", "task", "payee")  # fmt: skip
CUSTODY_TYPES = (BANK, PROVIDER, CASH, PLACE, CONSIGNMENT, REMITTANCE, TASK, PAYEE)
PURSES = (BANK, PROVIDER, CASH)

MONEY: tuple[str, ...] = ("money",)
GOODS: tuple[str, ...] = ("material", "medical", "equipment")
TIME: tuple[str, ...] = ("time",)
COMMODITY_KINDS = MONEY + GOODS + TIME

M = "M"
"""A movement of the custody named by `movement_end`: statement line, or numbered slip (which also needs P)."""
P = "P"
"""A second person, not the author."""
Q = "Q"
"""An approved proposal that fixes these rows."""
R = "R"
"""The accounts carry the entry's approved, unpaused milestone."""
T = "T"
"""Either R, or the credit custody is the one that the debit custody settles to."""
L = "L"
"""The row names a lot."""
N = "N"
"""The row makes a new lot (a `bank_forced` arrival may name one instead)."""
W = "W"
"""A document: waybill, reason, cause, order or evidence, by its salted digest."""
E = "E"
"""The milestone's evidence kinds are there and its earliest date has come."""
F = "F"
"""A proposal that is filed and has not expired; the amount is the milestone's ceiling."""
V = "V"
"""The row resolves a hold line, whole and once."""
NEEDS = (M, P, Q, R, T, L, N, W, E, F, V)

STAGE_CUSTODIES: dict[str, tuple[str, ...]] = {
    EXT: (NO_CUSTODY,), LOST: (NO_CUSTODY,), TRADING: (NO_CUSTODY,),
    FREE: PURSES, HELD: PURSES, RELEASED: PURSES, COMMITTED: PURSES, SHORT: PURSES,
    ADVANCE: (PAYEE,), STOCK: (PLACE,), TRANSIT: (CONSIGNMENT, REMITTANCE), ISSUED: (TASK,),
}  # fmt: skip
STAGE_COMMODITIES: dict[str, tuple[str, ...]] = {
    EXT: COMMODITY_KINDS, LOST: COMMODITY_KINDS, TRADING: MONEY,
    FREE: MONEY, HELD: MONEY, RELEASED: MONEY, COMMITTED: MONEY, SHORT: MONEY,
    ADVANCE: MONEY, STOCK: GOODS, TRANSIT: MONEY + GOODS, ISSUED: GOODS + TIME,
}  # fmt: skip

SAME, NEW, OUTSIDE = "same", "new", "outside"
"""Custody: stays, changes, or one end has none."""


@dataclass(frozen=True)
class Rule:
    """One pair of stages that rows of `kind` may move between, and what the entry must bring."""

    kind: str
    debit_stage: str
    credit_stage: str
    commodity_kinds: tuple[str, ...]
    needs: frozenset[str]
    debit_custody_types: tuple[str, ...]
    credit_custody_types: tuple[str, ...]
    custody_change: str
    movement_end: str | None = None
    """`debit`, `credit`, or None when no movement is needed."""
    fund_change: bool = False
    """Whether debit and credit fund may differ."""


@dataclass(frozen=True)
class FlatRule:
    """A `Rule` for exactly one custody type at each end and one kind of commodity; unique in its first six fields."""

    kind: str
    debit_stage: str
    debit_custody_type: str
    credit_stage: str
    credit_custody_type: str
    commodity_kind: str
    needs: frozenset[str]
    custody_change: str
    movement_end: str | None
    fund_change: bool


def _rule(
    kind: str, debit: str, credit: str, commodities: tuple[str, ...], needs: str = "", *,
    dtypes: tuple[str, ...] | None = None, ctypes: tuple[str, ...] | None = None,
    custody: str | None = None, movement: str | None = None, funds: bool = False,
) -> Rule:  # fmt: skip
    if custody is None:
        custody = OUTSIDE if debit in OUTSIDE_STAGES or credit in OUTSIDE_STAGES else SAME
    return Rule(
        kind, debit, credit, commodities, frozenset(needs), dtypes or STAGE_CUSTODIES[debit], ctypes or STAGE_CUSTODIES[credit],
        custody, movement, funds)  # fmt: skip


_CARGO, _SENT = (CONSIGNMENT,), (REMITTANCE,)

PAIRS: tuple[Rule, ...] = (
    _rule("open", EXT, FREE, MONEY, "QWN"),
    _rule("open", EXT, STOCK, GOODS, "QWN"),
    _rule("open", EXT, ADVANCE, MONEY, "QWN"),
    _rule("gift", EXT, FREE, MONEY, "MN", movement="credit"),
    _rule("gift_in_kind", EXT, STOCK, GOODS, "PN"),
    _rule("gift_in_kind", EXT, TRANSIT, GOODS, "PN", ctypes=_CARGO),
    _rule("allocate", FREE, FREE, MONEY, funds=True),
    _rule("reclass", FREE, FREE, MONEY, "Q", funds=True),
    _rule("reclass", FREE, SHORT, MONEY, "Q", funds=True),
    _rule("hold", FREE, HELD, MONEY, "F"),
    _rule("release", HELD, RELEASED, MONEY, "QV"),
    _rule("order", RELEASED, COMMITTED, MONEY, "RW"),
    _rule("pay", RELEASED, EXT, MONEY, "RME", movement="debit"),
    _rule("pay", COMMITTED, EXT, MONEY, "RME", movement="debit"),
    _rule("pay", RELEASED, ADVANCE, MONEY, "RME", custody=NEW, movement="debit"),
    _rule("pay", COMMITTED, ADVANCE, MONEY, "RME", custody=NEW, movement="debit"),
    _rule("void", HELD, FREE, MONEY, "V"),
    _rule("void", COMMITTED, RELEASED, MONEY),
    _rule("void", RELEASED, FREE, MONEY),
    _rule("void", ADVANCE, FREE, MONEY, "M", ctypes=(BANK, CASH), custody=NEW, movement="credit"),
    _rule("receive_goods", EXT, STOCK, GOODS, "P"),
    _rule("receive_goods", EXT, TRANSIT, GOODS, "P", ctypes=_CARGO),
    _rule("receive_goods", ADVANCE, EXT, MONEY, "P"),
    _rule("move_goods", STOCK, TRANSIT, GOODS, "W", ctypes=_CARGO, custody=NEW),
    _rule("move_goods", STOCK, STOCK, GOODS, "W", custody=NEW),
    _rule("move_goods", TRANSIT, STOCK, GOODS, "W", dtypes=_CARGO, custody=NEW),
    _rule("issue", STOCK, ISSUED, GOODS, custody=NEW),
    _rule("issue", ISSUED, STOCK, GOODS, custody=NEW),
    _rule("loss", STOCK, LOST, GOODS, "PW"),
    _rule("loss", TRANSIT, LOST, GOODS, "PW", dtypes=_CARGO),
    _rule("loss", ISSUED, LOST, GOODS, "PW"),
    _rule("loss", ADVANCE, LOST, MONEY, "QW"),
    _rule("loss", FREE, LOST, MONEY, "QW", dtypes=(CASH,)),
    _rule("loss", TRANSIT, LOST, MONEY, "QW", dtypes=_SENT),
    _rule("hours", EXT, ISSUED, TIME, "P"),
    _rule("remit", RELEASED, TRANSIT, MONEY, "RM", ctypes=_SENT, custody=NEW, movement="debit"),
    _rule("remit", TRANSIT, FREE, MONEY, "TM", dtypes=_SENT, custody=NEW, movement="credit"),
    _rule("remit", FREE, TRANSIT, MONEY, "M", dtypes=(PROVIDER,), ctypes=_SENT, custody=NEW, movement="debit"),
    _rule("fx", FREE, TRADING, MONEY, "M", movement="debit"),
    _rule("fx", RELEASED, TRADING, MONEY, "RM", movement="debit"),
    _rule("fx", TRANSIT, TRADING, MONEY, dtypes=_SENT),
    _rule("fx", TRADING, FREE, MONEY, "M", movement="credit"),
    _rule("fx", TRADING, TRANSIT, MONEY, ctypes=_SENT),
    _rule("fee", RELEASED, EXT, MONEY, "RM", movement="debit"),
    _rule("fee", TRANSIT, EXT, MONEY, "R", dtypes=_SENT),
    _rule("refund", RELEASED, EXT, MONEY, "RML", movement="debit"),
    _rule("refund", STOCK, EXT, GOODS, "PL"),
    _rule("bank_forced", FREE, EXT, MONEY, "M", movement="debit"),
    _rule("bank_forced", SHORT, EXT, MONEY, "M", movement="debit"),
    _rule("bank_forced", EXT, FREE, MONEY, "MN", movement="credit"),
)  # fmt: skip

KINDS_WITHOUT_ROWS: dict[str, frozenset[str]] = {
    "memo": frozenset(), "close": frozenset(), "policy": frozenset(Q), "break": frozenset(Q),
}  # fmt: skip
"""The founding `policy` (entry 0) needs no proposal: it is what later proposals are judged by."""
REVERSIBLE = frozenset({
    "gift", "gift_in_kind", "allocate", "pay", "receive_goods", "move_goods", "issue", "hours", "remit", "fx", "fee", "refund",
    "loss", "bank_forced", "hold"})  # fmt: skip
CORRECTABLE = (REVERSIBLE | {"open"}) - {"hold"}
"""A hold is never corrected in part: its amount is the ceiling."""
KINDS = (*dict.fromkeys(rule.kind for rule in PAIRS), "reverse", "correction", *KINDS_WITHOUT_ROWS)


def _swapped(rule: Rule, kind: str) -> list[Rule]:
    """The pair turned round; what it needs depends on whose balance the row changes."""
    debit_types, credit_types = rule.credit_custody_types, rule.debit_custody_types
    changes_debit = rule.credit_stage in BALANCE_STAGES and rule.custody_change != SAME
    changes_credit = rule.debit_stage in BALANCE_STAGES and rule.custody_change != SAME
    rules = []
    for debit_type, credit_type in product(debit_types, credit_types):
        purse = debit_type if changes_debit else credit_type if changes_credit else NO_CUSTODY
        needs, end = {P}, None
        if purse in (BANK, PROVIDER):
            needs, end = {M}, "debit" if changes_debit else "credit"
            if kind == "correction" and rule.debit_stage == EXT:
                needs |= {Q}
        elif purse == CASH:
            needs = {Q}
        rules.append(Rule(
            kind, rule.credit_stage, rule.debit_stage, rule.commodity_kinds, frozenset(needs), (debit_type,), (credit_type,),
            rule.custody_change, end, rule.fund_change))  # fmt: skip
    return rules


def reverse_pairs() -> tuple[Rule, ...]:
    """Pairs of `reverse`: the swapped pairs of every reversible kind, one rule for each pair of custody types."""
    return tuple(swapped for rule in PAIRS if rule.kind in REVERSIBLE for swapped in _swapped(rule, "reverse"))


def correction_pairs() -> tuple[Rule, ...]:
    """Pairs of `correction`: part of one line of a correctable kind, swapped; outwards from a bank also Q."""
    return tuple(swapped for rule in PAIRS if rule.kind in CORRECTABLE for swapped in _swapped(rule, "correction"))


def _flat(rule: Rule) -> list[FlatRule]:
    flats = []
    for debit_type, credit_type, commodity in product(rule.debit_custody_types, rule.credit_custody_types, rule.commodity_kinds):
        moved = {"debit": debit_type, "credit": credit_type}.get(rule.movement_end or "", NO_CUSTODY)
        needs = rule.needs | {P} if moved == CASH else rule.needs
        flats.append(FlatRule(
            rule.kind, rule.debit_stage, debit_type, rule.credit_stage, credit_type, commodity,
            needs, rule.custody_change, rule.movement_end, rule.fund_change))  # fmt: skip
    return flats


def _key(rule: FlatRule) -> tuple[str, str, str, str, str, str]:
    return (rule.kind, rule.debit_stage, rule.debit_custody_type, rule.credit_stage, rule.credit_custody_type, rule.commodity_kind)


def expanded_rules() -> tuple[FlatRule, ...]:
    """The whole table, one exact key per row, `reverse` and `correction` included; a cash movement (slip) adds P."""
    rules = [flat for rule in (*PAIRS, *reverse_pairs(), *correction_pairs()) for flat in _flat(rule)]
    return tuple({_key(rule): rule for rule in rules}.values())


_TABLE = {_key(rule): rule for rule in expanded_rules()}


def find_rule(
    kind: str, *, debit_stage: str, debit_custody_type: str, credit_stage: str, credit_custody_type: str, commodity_kind: str
) -> FlatRule | None:
    """The rule that allows this row, or None: then nothing may post it."""
    return _TABLE.get((kind, debit_stage, debit_custody_type, credit_stage, credit_custody_type, commodity_kind))
