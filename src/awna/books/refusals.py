"""What the database's guards say, in words: code of a guard → what is so and what to do."""

import re

from django.db import DatabaseError

from awna.core.problems import Problem

_TEXTS = {
    "pair_not_allowed": "An entry of kind %(kind)s cannot move from %(debit)s to %(credit)s. The kind table of the book lists what can.",
    "balance_below_floor": "%(asked)s was asked, but only %(has)s is there. Ask for less, or bring in what is missing first.",
    "balance_above_ceil": "A shortfall cannot be filled beyond nothing: %(asked)s is more than is short.",
    "second_person_missing": "This entry needs a second person. Ask a colleague to confirm it.",
    "second_person_is_author": "The second person must be somebody else than the author, even in another role.",
    "role_of_another_campaign": "The author or second person belongs to another campaign. Sign in with a role of this one.",
    "proposal_of_another_campaign": "The proposal belongs to another campaign.",
    "proposal_not_approved": "Not enough stewards have approved this proposal, or it expired or was withdrawn. Wait for them, or file it again.",
    "release_is_cooling": "Enough stewards have agreed, but the waiting days of the policy are not over. The money stays held until then.",
    "proposal_cannot_change": "A proposal never changes. Withdraw it and file another one.",
    "epoch_is_settled": "Keys, households and offices of a policy in use cannot change. Propose a new policy.",
    "key_of_another_campaign": "This key belongs to another campaign, or the policy counts names and not keys.",
    "policy_change_needs_consent": "The policy changes only when the stewards of the present policy approve a proposal for exactly this.",
    "key_cannot_change": "A key never changes. Take it back and enrol another one.",
    "key_is_in_use": "A policy names this key. Propose a policy without it.",
    "decision_without_a_day": "A decision says on which day it was made.",
    "decision_not_signed": "This book counts signatures only. Sign with one of your keys.",
    "key_of_another_steward": "This key is not one of this steward's that the policy names.",
    "key_is_suspended": "This key is suspended now. Use another of your keys, or wait until the suspension ends.",
    "pause_cannot_change": "A pause never changes; it ends by itself, or when the stewards agree to go on.",
    "resume_needs_consent": "A pause ends early only when enough stewards agree.",
    "proposal_already_used": "This proposal was carried out already. File a new one for more.",
    "proposal_not_open": "Money can be held only for a proposal that is filed, not withdrawn and not expired on the entry's date.",
    "milestone_not_approved": "The money does not carry a milestone of an approved proposal. Release it first.",
    "milestones_differ": "The two accounts belong to different milestones. Each milestone is paid from its own money.",
    "account_of_another_proposal": "The account belongs to another proposal than the entry.",
    "account_does_not_fit_milestone": "Custody, fund and currency must be those of the milestone.",
    "payee_differs": "The proposal names another payee. Money goes only to the payee that the stewards approved; file a new proposal.",
    "target_differs": "The money may arrive only at the target of the proposal, or where this custody settles to.",
    "hold_is_not_the_ceiling": "The amount held must be exactly the milestone's ceiling, not %(asked)s.",
    "unidentified_cannot_be_held": "Gifts not yet identified cannot be held. Allocate them to a fund first.",
    "hold_line_missing": "Name the hold line that is released or voided.",
    "hold_line_not_wanted": "Only a release or a void names a hold line.",
    "hold_line_does_not_fit": "%(asked)s is not what was held there. A hold is released or voided whole.",
    "movement_missing": "A bank balance moves only on a line of its statement. Import the statement first.",
    "movement_not_wanted": "This entry does not move a bank balance, so it cannot use a line of a statement.",
    "movement_does_not_fit": "The line of the statement belongs to another account or currency, or has the other direction.",
    "books_movement_used_within_amount": "This line of the statement is used up: %(asked)s is more than what is left of it.",
    "lot_missing": "Name the gift (lot) that this concerns.",
    "lot_not_wanted": "This entry brings a new gift, so it cannot name an older one.",
    "fund_not_narrower": "Money can be allocated only to a narrower fund. A wider or other use needs the stewards (reclass).",
    "funds_differ": "An entry of kind %(kind)s cannot move to another fund.",
    "custody_must_stay": "An entry of kind %(kind)s cannot move to another custody.",
    "custody_must_change": "Both ends lie in the same custody; nothing would move.",
    "batches_differ": "Both ends must be the same batch.",
    "document_missing": "Attach the document that this stands on: waybill, order, reason or evidence.",
    "evidence_missing": "The milestone asks for evidence that is not attached. Attach each kind that it names.",
    "milestone_too_early": "The milestone's earliest date has not come.",
    "reverse_is_not_the_mirror": "A reversal repeats every row of the entry, swapped.",
    "entry_not_reversible": "This entry cannot be reversed, or not in this shape.",
    "entry_was_corrected": "This entry was corrected in part, so it cannot be reversed whole.",
    "correction_above_the_line": "A correction takes back part of one line, swapped, and never more than is left of it.",
    "correction_not_wanted": "Only a correction names the line that it corrects.",
    "short_before_free_is_empty": "The shortfall may be used only when that fund has nothing free in that account.",
    "fee_is_not_of_charges": "Bank charges are paid from the proposal's charges, not from another milestone.",
    "fx_needs_two_rows": "An exchange has exactly two rows.",
    "entry_rows_do_not_fit_kind": "An entry of kind %(kind)s cannot have this number of rows.",
    "entry_kind_unknown": "“%(kind)s” is not a kind of entry.",
    "transfer_accounts_differ": "Both ends are the same account; nothing would move.",
    "transfer_amount": "%(asked)s cannot be posted: amounts are above zero and at most 10^15 minor units.",
    "entry_row_count": "An entry has at most 1000 rows. Split it.",
    "entry_leaf_size": "The entry is larger than a leaf of the log can be. Split it.",
    "fx_rows_do_not_fit": "An exchange goes into trading and out of it, in one fund and from one currency to another.",
    "period_is_closed": "That period of the book is closed. Date the entry after it; a mistake in it is corrected by a new entry.",
    "close_without_a_day": "A close names the last day that it closes.",
    "close_before_its_end": "A period can be closed only after its last day.",
    "covers_not_wanted": "Only a receipt says what it covers.",
    "covers_above_what_was_paid": "Receipts cannot cover more than was ordered or paid there.",
    "proposal_not_ended": "The money is bound until the proposal ends: it expires, is withdrawn, or is paid.",
    "proposal_of_another_purpose": "The stewards approved something else with this proposal. File one for this purpose.",
    "charges_above_cap": "The banks kept more on the way than the release allows for charges. Ask the stewards for a higher cap.",
    "batch_expired": "This batch has expired on the entry's date. It may be lost, but not given out.",
    "exchange_of_two_holders": "Both accounts must belong to one body. Between bodies money is remitted.",
    "rate_missing": "No rate between these currencies is written down for that day or before. Record it with its source first.",
    "rate_outside_band": "This is more than 20 %% away from the rate written down. Check the lines; else the stewards must name the least arrival.",
    "rate_wrong": "A rate is a number above zero.",
    "arrival_below_least": "Less arrived than the stewards allowed. Ask them again.",
    "lot_brought_nothing": "A lot is a row that brought something in; this one did not.",
    "giftbatch_not_wanted": "Only a gift of one row, without a line of a statement, stands for a batch.",
    "giftbatch_does_not_fit": "The batch belongs to another account, fund or currency, or was posted already.",
    "giftbatch_is_closed": "This batch was posted already. The gift belongs to the next one.",
    "batch_too_small": "A batch of fewer than ten gifts would show what few people gave. It runs on until ten have come.",
    "shares_do_not_add_up": "The entry must be exactly the sum of the batch's gifts.",
    "role_stands_in_the_book": "Entries of the book were written or confirmed in this role, so it cannot be removed. End it instead.",
    "row_differs_from_its_entry": "A row must have the kind and the id of the entry that it belongs to.",
    "row_differs_from_its_accounts": "A row must repeat the stage, fund and commodity of the accounts that it names.",
    "rate_comes_with_a_memo": "A rate is written down by a memo that says it and its source. Record it there.",
    "entry_is_incomplete": "An entry must have all the rows that it announces.",
    "first_entry_is_the_policy": "The book has not been opened with its policy.",
    "entry_seq_not_next": "Somebody else posted at the same moment. Try again.",
}
_FALLBACK = "The guards of the book refused this (%(code)s). Nothing was changed; tell the operator."


def problem_of(error: DatabaseError, **said: object) -> Problem:
    """The problem for a database error raised while posting; `said`: kind, debit, credit, asked, has."""
    text = str(error)
    known = sorted((code for code in _TEXTS if re.search(rf"\b{code}\b", text)), key=len, reverse=True)
    if known:
        return Problem(known[0], _TEXTS[known[0]], said)
    if ("UNIQUE" in text and "resolves" in text) or "resolves_seq" in text:
        return Problem("hold_line_already_resolved", "This hold was released or voided already.")
    if "reverses" in text:
        return Problem("entry_already_reversed", "This entry was reversed already.")
    found = re.search(r"constraint (?:failed: )?\"?(\w+)", text)
    return Problem("book_refused", _FALLBACK, {"code": found.group(1) if found else text.split("\n")[0][:80]})


def refusal(code: str, **said: object) -> Problem:
    """The same words, for a check made before the database is asked."""
    return Problem(code, _TEXTS[code], said)
