"""Services of open letters: the letter itself, signing, organisations, paper, lists taken over, and what leaves as a file."""

from .bodies import note_authority
from .codes import confirm_token, withdraw_token
from .letters import (
    WRITERS,
    LetterCount,
    VersionCount,
    Wording,
    close_letter,
    count_all,
    count_signatures,
    issue_version,
    open_letter,
    text_sources,
    translate_letter,
    wording_of,
    wordings_of,
)
from .lists import RowView, change_row, confirm_list, drop_row, join_rows, keep_row, keep_sure_rows, row_views, split_row, take_list
from .mailing import mail_waiting
from .paper import COUNTERS, enter_sheet, strike_sheet
from .signing import (
    CONFIRM_HOURS,
    confirm_signature,
    find_signature,
    find_waiting,
    mail_withdrawal,
    open_waiting,
    purge_unconfirmed,
    show_signature,
    sign_letter,
    withdraw_signature,
)

__all__ = [
    "CONFIRM_HOURS", "COUNTERS", "WRITERS", "LetterCount", "RowView", "VersionCount", "Wording", "change_row", "close_letter", "confirm_list", "confirm_signature",
    "confirm_token", "count_all", "count_signatures", "drop_row", "enter_sheet", "find_signature", "find_waiting", "issue_version", "join_rows",
    "keep_row", "keep_sure_rows", "mail_waiting", "mail_withdrawal", "note_authority", "open_letter", "open_waiting", "purge_unconfirmed", "row_views",
    "show_signature", "sign_letter", "split_row", "strike_sheet", "take_list", "text_sources", "translate_letter", "withdraw_signature", "withdraw_token", "wording_of", "wordings_of",
]  # fmt: skip
