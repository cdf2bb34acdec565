"""Pages of open letters: to read, to sign, and those of the desk."""

from .desk import check_authority, close, desk_letter, desk_letters, new_version, sheet, strike
from .lists import list_row, new_list, review
from .reading import letter, letters, organisations, organisations_csv, printed
from .signing import ask_withdrawal, confirm_signature, letter_mailed, sign_organisation, withdraw_signature

__all__ = [
    "ask_withdrawal", "check_authority", "close", "confirm_signature", "desk_letter", "desk_letters", "letter", "letter_mailed", "letters", "list_row",
    "new_list", "new_version", "organisations", "organisations_csv", "printed", "review", "sheet", "sign_organisation", "strike", "withdraw_signature",
]  # fmt: skip
