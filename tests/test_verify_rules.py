"""Each rule of the book has a fault that breaks it: `awna-verify` names the entry and the rule, though the log is signed."""

from dataclasses import replace

import pytest

from awna.core.consent.policy import policy_payload
from awna.core.ledger.entries import Batch, Covers, Entry, Transfer
from tests.authenticator import Authenticator
from tests.core.ledger.story import APRIL, EXT, FREE, POLICY, UNKNOWN, account
from tests.verifying import memo, of_kind, refusal, row_of, with_entry

RELEASE, HOLD, GIFT = of_kind("release"), of_kind("hold"), of_kind("gift")
YES = RELEASE.decisions
SENDING = of_kind("release", 1).decisions[1]


def deciding(*decisions: object) -> Entry:
    return replace(RELEASE, decisions=decisions)


def founding(**changes: object) -> Entry:
    return replace(of_kind("policy"), payload={**policy_payload(POLICY), **changes})


def saying(entry: Entry, **changes: object) -> Entry:
    return replace(entry, payload={**entry.payload, **changes})


def signed_by(signer: Authenticator, *, digest: str = YES[0].digest, steward: str = "salma") -> Entry:
    """The first yes of the release, signed by this key, about this digest."""
    return deciding(replace(YES[0], steward=steward, **signer.approve(digest)), YES[1])


PLAIN = [
    (replace(GIFT, id="entry-0"), "its id was used before"),
    (replace(GIFT, kind="hours"), "may not go"),
    (replace(GIFT, rows=()), "has no rows"),
    (replace(of_kind("close"), date="2026-03-31", payload={}), "entry 25"),
    (row_of(GIFT, amount=500), "falls below zero"),
    (row_of(GIFT, movement=""), "no bank line"),
    (row_of(GIFT, lot=(1, 1)), "names an old lot"),
    (row_of(of_kind("allocate"), lot=None), "names no gift that it identifies"),
    (row_of(of_kind("allocate"), lot=(3, 1)), "its lot is no row"),
    (row_of(of_kind("allocate"), debit=FREE.id, credit=UNKNOWN.id), "narrower"),
    (replace(of_kind("issue"), rows=(Transfer("nowhere", FREE.id, 1),)), "not open"),
    (replace(of_kind("gift_in_kind"), second=""), "no second person"),
    (replace(of_kind("gift_in_kind"), second="karim"), "no second person"),
    (replace(of_kind("loss"), documents=()), "its document is missing"),
    (replace(of_kind("order"), proposal="send"), "no quorum"),
    (replace(of_kind("order"), proposal=""), "no quorum"),
    (replace(of_kind("pay"), documents=()), "evidence"),
    (replace(of_kind("pay"), date="2026-02-01"), "earliest date"),
    (row_of(of_kind("pay"), credit=FREE.id), "may not go"),
    (row_of(of_kind("pay", 3), movement="slip-1"), "the other way"),
    (replace(of_kind("pay", 3), second=""), "no second person"),
    (row_of(of_kind("receive_goods"), covers=Covers("committed.bank-1.general.EUR.buy.1", 70_001)), "cover more"),
    (row_of(of_kind("receive_goods", 1), covers=Covers("advance.omar.general.EUR", 10_001)), "cover more"),
    (row_of(of_kind("reclass"), amount=1_001), "did not approve this row"),
    (row_of(of_kind("fee"), amount=301), "above their cap"),
    (row_of(of_kind("remit", 1), movement="line-1"), "another custody"),
    (saying(of_kind("close"), balances="00" * 32), "trial balance"),
]  # fmt: skip
HOLDS = [
    (row_of(HOLD, amount=69_999), "ceiling"),
    (replace(HOLD, proposal=""), "no such proposal"),
    (replace(HOLD, date="2026-07-01"), "had ended"),
    (row_of(RELEASE, resolves=(1, 1)), "resolves no hold"),
    (row_of(of_kind("release", 1), 2, resolves=(14, 1)), "resolves no hold"),
    (row_of(GIFT, resolves=(1, 1)), "its kind cannot"),
    (replace(of_kind("void"), proposal="buy"), "another proposal"),
]
UNDOING = [
    (row_of(of_kind("reverse"), amount=4), "swapped"),
    (replace(of_kind("reverse"), reverses=6), "swapped"),
    (replace(of_kind("reverse"), reverses=None), "go together"),
    (row_of(of_kind("correction"), amount=51), "more than the row"),
    (row_of(of_kind("correction"), corrects=(9, 1)), "swapped"),
    (row_of(of_kind("correction"), corrects=None), "not there"),
]
EXCHANGE = [
    (replace(of_kind("fx"), rows=of_kind("fx").rows[:1]), "two rows"),
    (replace(of_kind("fx", 1), rows=of_kind("fx", 1).rows[::-1]), "meet in trading"),
    (row_of(of_kind("fx"), 2, amount=10_399), "near a rate"),
    (saying(memo("rate"), rate="1.4"), "near a rate"),
    (saying(memo("rate"), date="2026-04-03"), "near a rate"),
    (saying(memo("rate"), rate="0"), "no rate"),
    (saying(memo("rate"), rate="1,1"), "not a rate"),
]
STATEMENTS = [
    (saying(memo("statement"), movements=[{"id": "line-1", "amount": "59999"}]), "beyond what its statement says"),
    (saying(memo("statement"), movements=[{"id": "line-1", "amount": "-60000"}]), "beyond what its statement says"),
    (saying(memo("statement"), custody="store"), "no statement of a purse"),
    (saying(memo("statement"), closing="1.5"), "not a statement"),
    (saying(memo("statement", 1), movements=[{"id": "line-1", "amount": "60000"}]), "listed twice"),
    (saying(memo("statement", 3), movements=[{"id": "line-77", "amount": "-10000"}]), "no statement or slip"),
    (saying(memo("statement", 3), movements=[{"id": "line-7", "amount": "-9999"}]), "beyond its amount"),
    (saying(memo("slip", 1), number=3), "not the next"),
    (saying(memo("slip", 1), movements=[{"id": "slip-2", "amount": "750"}]), "the other way"),
]
BATCHES = [
    (replace(of_kind("gift", 2), batch=Batch(9, "ab" * 32, "cd" * 32)), "no batch of ten"),
    (replace(of_kind("gift", 2), batch=None), "no bank line"),
]
FOUNDING = [
    (founding(k=4), "quorum is not possible"),
    (founding(k=1), "sign"),
    (founding(epoch=1), "epoch"),
    (founding(founding=policy_payload(POLICY)["founding"][1:]), "not signed by all"),
    (founding(founding=[]), "entry 0"),
    (founding(keys=policy_payload(POLICY)["keys"][1:]), "a passkey and a paper key"),
    (founding(keys=[{**key, "steward": "salma"} for key in policy_payload(POLICY)["keys"]]), "a passkey and a paper key"),
]
DECISIONS = [
    (deciding(YES[0]), "no quorum"),
    (deciding(YES[0], YES[0]), "decides twice"),
    (deciding(replace(YES[0], steward="eve"), YES[1]), "is no steward"),
    (deciding(replace(YES[0], date="2026-07-01"), YES[1]), "had ended"),
    (deciding(replace(YES[0], digest="00" * 32), YES[1]), "another text"),
    (deciding(replace(YES[0], proposal="send"), YES[1]), "another text"),
    (deciding(replace(YES[0], key="", nonce="", auth="", client="", signature=""), YES[1]), "no such key"),
    (deciding(replace(YES[0], steward="sara"), YES[1]), "no such key of sara"),
    (deciding(replace(YES[0], nonce="00" * 32), YES[1]), "another challenge"),
    (deciding(replace(YES[0], signature=YES[1].signature), YES[1]), "signature of salma is wrong"),
    (deciding(replace(YES[0], auth=YES[0].auth[:-4] + "AAAA"), YES[1]), "signature of salma is wrong"),
    (signed_by(Authenticator("salma", site="https://evil.example")), "another site"),
    (signed_by(Authenticator("salma", rp="evil.example")), "another site"),
    (signed_by(Authenticator("salma", flags=0x01)), "did not verify the person"),
    (signed_by(Authenticator("salma", flags=0x04)), "did not verify the person"),
    (signed_by(Authenticator("salma"), digest="00" * 32), "another challenge"),
    (signed_by(Authenticator("salma"), digest=SENDING.digest), "another challenge"),
    (signed_by(Authenticator("salma", "paper"), digest="00" * 32), "signature of salma is wrong"),
    (signed_by(Authenticator("salma", seed=bytes(31) + b"\x05")), "no such key"),
    (deciding(YES[0], replace(YES[0], **Authenticator("salma", "paper").approve(YES[0].digest))), "decides twice"),
]  # fmt: skip
ALL = [*PLAIN, *HOLDS, *UNDOING, *EXCHANGE, *STATEMENTS, *BATCHES, *FOUNDING, *DECISIONS]


@pytest.mark.parametrize(("changed", "why"), ALL, ids=[f"{n}_{entry.kind}_{why}".replace(" ", "_") for n, (entry, why) in enumerate(ALL)])
def test_a_book_that_breaks_a_rule_is_refused_though_signed(changed, why):
    said = refusal(with_entry(changed))
    assert said.startswith("entry ")
    assert why in said


def added(*entries: tuple) -> str:
    """What the verifier says when these entries follow the whole story."""
    from tests.core.ledger.story import dump_of, tell

    story = tell()
    for kind, rows, fields in entries:
        story.add(kind, *rows, date=APRIL, **fields)
    return refusal(dump_of(story.entries))


ROOF = account("free", custody="bank-1", fund="roof-fund")
SHORT = account("short", custody="bank-1")
WAY = account("transit", custody="way", commodity="EUR", proposal="send", milestone="1")
DOLLARS = account("trading", commodity="USD"), account("free", custody="bank-2", commodity="USD")
FOLLOWING = [
    ([("fx", [(WAY, account("trading"), 1_000), (*DOLLARS, 1_071, {"movement": "line-12"})], {})], "arrives elsewhere"),
    ([("reverse", [(account("stock", custody="store", commodity="cement"), account("ext", commodity="cement"), 5)],
       {"second": "nour", "reverses": 19})], "reversed before"),
    ([("memo", [], {"payload": {"about": "statement", "custody": "bank-1", "movements": [{"id": "line-11", "amount": "-5"}]}}),
      ("bank_forced", [(SHORT, EXT, 5, {"movement": "line-11"})], {})], "money is still free there"),
    ([("gift", [(EXT, FREE, 700, {"movement": "line-6"})], {}), ("gift", [(EXT, FREE, 1, {"movement": "line-6"})], {})], "beyond its amount"),
    ([("memo", [], {"payload": {"about": "proposal", "proposal": {}}, "proposal": "x"})], "not a proposal"),
    ([("break", [], {"payload": {"about": "break"}})], "no quorum of stewards approved exactly this break"),
    ([("policy", [], {"payload": {**policy_payload(POLICY), "epoch": 1}})], "no quorum of stewards approved exactly this policy"),
    ([("hold", [(FREE, account("held", custody="bank-1", proposal="mason", milestone="1"), 10_000)], {"proposal": "mason"})], "had ended"),
    ([("hold", [(FREE, account("held", custody="bank-1", proposal="buy", milestone="1"), 70_000)], {"proposal": "buy"})], "held already"),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "why"), FOLLOWING, ids=[why.replace(" ", "_") for _, why in FOLLOWING])
def test_what_may_not_follow_is_refused(entries, why):
    assert why in added(*entries)
