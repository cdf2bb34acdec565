"""Take a complaint down, answer it, publish it where both sides agree, forget it; seal reports about harm for the leads of safeguarding."""

from .answering import answer_voice, bar_person, rules_of, set_rules
from .keeping import delete_voice, forget_closed, remind_late
from .sealed import add_lead_key, answer_sealed, close_sealed, end_lead_key, open_keys, report_harm
from .telling import TYPISTS, Told, find_voice, public_figures, tell

__all__ = [
    "TYPISTS", "Told", "add_lead_key", "answer_sealed", "answer_voice", "bar_person", "close_sealed", "delete_voice", "end_lead_key", "find_voice",
    "forget_closed", "open_keys", "public_figures", "remind_late", "report_harm", "rules_of", "set_rules", "tell",
]  # fmt: skip
