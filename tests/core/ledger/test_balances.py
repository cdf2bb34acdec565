"""Replay accepts the story and refuses each break of it with its own reason."""

from dataclasses import replace

import pytest

from awna.core.ledger import rules
from awna.core.ledger.balances import Replay, apply_entry, check_entry, replay, trial_balance
from awna.core.ledger.entries import Entry, Transfer, leaf_bytes
from awna.core.problems import Refused
from tests.core.ledger.story import FREE, Story, account, gifts, tell

STORY = tell()


def of_kind(kind: str) -> Entry:
    return next(entry for entry in STORY.entries if entry.kind == kind)


def row_of(entry: Entry, **changes: object) -> Entry:
    return replace(entry, rows=(replace(entry.rows[0], **changes), *entry.rows[1:]))


def codes(changed: Entry) -> list[str]:
    """Why `changed` may not stand where the story has its original."""
    book = Replay()
    for entry in STORY.entries[: changed.seq]:
        apply_entry(book, entry=entry)
    return [problem.code for problem in check_entry(book, entry=changed, approved={"buy", "send", "move", "mason", "sheet"})]


def test_every_commodity_adds_up_to_nothing_over_all_stages():
    sums = trial_balance(replay(STORY.entries))
    assert sums["cement"] == {"ext": "-99", "stock": "50", "issued": "48", "lost": "1"}
    assert all(sum(int(net) for net in stages.values()) == 0 for stages in sums.values())


def test_each_entry_of_the_story_has_no_problem():
    assert [codes(entry) for entry in STORY.entries] == [[]] * len(STORY.entries)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (replace(of_kind("gift"), seq=2), "entry_id_twice"),
        (replace(of_kind("gift"), id="entry-0"), "entry_id_twice"),
        (replace(of_kind("gift"), date="March"), "entry_date_wrong"),
        (replace(of_kind("gift"), kind="present"), "entry_kind_unknown"),
        (replace(of_kind("gift"), rows=()), "entry_rows_wrong"),
        (row_of(of_kind("gift"), movement=""), "movement_missing"),
        (row_of(of_kind("gift"), amount=0), "row_amount_wrong"),
        (replace(of_kind("gift"), kind="order"), "pair_not_allowed"),
        (replace(of_kind("gift_in_kind"), second="karim"), "second_person_missing"),
        (row_of(of_kind("release"), resolves=(1, 1)), "hold_missing"),
        (replace(of_kind("hold"), proposal="other"), "proposal_missing"),
        (replace(of_kind("order"), proposal="send"), "milestone_missing"),
        (replace(of_kind("reclass"), proposal="nobody-approved"), "approval_missing"),
        (row_of(of_kind("hold"), amount=100_001), "balance_too_small"),
        (row_of(of_kind("issue"), debit="nowhere"), "account_unknown"),
        (replace(of_kind("fx"), rows=of_kind("fx").rows[:1]), "fx_rows_wrong"),
        (row_of(of_kind("reverse"), amount=4), "reversal_wrong"),
        (row_of(of_kind("correction"), amount=51), "correction_too_large"),
        (row_of(of_kind("correction"), corrects=None), "correction_wrong"),
        (replace(of_kind("loss"), documents=()), "document_missing"),
        (row_of(of_kind("pay"), credit=FREE.id), "pair_not_allowed"),
    ],
    ids=lambda value: value.kind if isinstance(value, Entry) else value,
)
def test_what_breaks_a_rule_is_refused_with_its_reason(changed, code):
    assert code in codes(changed)


def test_a_refused_entry_leaves_the_book_as_it_was():
    book = replay(STORY.entries[:4])
    before = (dict(book.balances), set(book.accounts))
    bad = row_of(replace(of_kind("hold"), seq=4), amount=10**9)
    assert check_entry(book, entry=bad)
    assert (dict(book.balances), set(book.accounts)) == before


def test_replay_names_the_entry_that_is_wrong():
    entries = [*STORY.entries[:1], replace(STORY.entries[1], rows=(replace(STORY.entries[1].rows[0], movement=""),)), *STORY.entries[2:]]
    with pytest.raises(Refused, match="entry 1, row 1"):
        replay(entries)


def test_only_a_shortfall_may_be_below_zero_and_never_above():
    story = Story()
    gifts(story)
    short = account("short", custody="bank-1")
    story.add("bank_forced", (short, account("ext"), 500, {"movement": "line-9"}))
    assert replay(story.entries).balances[short.id].net == -500
    story.add("reclass", (FREE, short, 501), proposal="clear")
    with pytest.raises(Refused, match="lacks only 500"):
        replay(story.entries)


def test_every_kind_and_pair_of_stages_that_is_not_listed_is_refused():
    listed = {(rule.kind, rule.debit_stage, rule.credit_stage) for rule in rules.expanded_rules()}
    assert len(listed) > 90
    found = {
        (kind, debit, credit)
        for kind in rules.KINDS for debit in rules.STAGES for credit in rules.STAGES
        for dtype in rules.STAGE_CUSTODIES[debit] for ctype in rules.STAGE_CUSTODIES[credit] for commodity in rules.COMMODITY_KINDS
        if rules.find_rule(
            kind, debit_stage=debit, debit_custody_type=dtype, credit_stage=credit, credit_custody_type=ctype, commodity_kind=commodity)
    }  # fmt: skip
    assert found == listed


def test_each_row_of_the_flat_table_has_its_own_key():
    keys = [
        (rule.kind, rule.debit_stage, rule.debit_custody_type, rule.credit_stage, rule.credit_custody_type, rule.commodity_kind)
        for rule in rules.expanded_rules()
    ]
    assert len(set(keys)) == len(keys)


def test_bank_and_provider_balances_move_only_on_a_movement_except_at_the_opening():
    for rule in rules.expanded_rules():
        ends = ((rule.debit_stage, rule.debit_custody_type), (rule.credit_stage, rule.credit_custody_type))
        moved = [type_ for stage, type_ in ends if stage in rules.BALANCE_STAGES and type_ in ("bank", "provider")]
        if moved and rule.custody_change != rules.SAME and rule.kind != "open":
            assert rules.M in rule.needs, rule


def test_a_leaf_has_one_byte_form_and_says_nothing_empty():
    leaf = leaf_bytes(of_kind("gift"))
    assert leaf.startswith(b'{"author":"karim","date":"2026-03-01","id":"entry-1","kind":"gift","opens":{"accounts":[')
    assert leaf.endswith(
        b'"rows":[{"amount":"60000","credit":"free.bank-1.general.EUR","debit":"ext.general.EUR","line":1,"movement":"line-1"}],"seq":1,"v":1}'
    )
    assert b'""' not in leaf


def test_names_and_free_text_cannot_become_ids():
    with pytest.raises(Refused, match="cannot be an id"):
        leaf_bytes(replace(of_kind("gift"), author="Karim of the clinic"))
    with pytest.raises(Refused, match="65535"):
        leaf_bytes(replace(of_kind("close"), payload={"about": "x" * 70_000}))


def test_a_row_cannot_return_to_its_own_account():
    entry = replace(of_kind("gift"), rows=(Transfer("a", "a", 1),))
    assert "row_accounts_equal" in codes(entry)
