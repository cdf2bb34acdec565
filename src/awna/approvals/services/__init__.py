"""The only writers of approvals: propose a release, say a steward's word, carry out what was agreed, void what ended, tell the stewards."""

from .asking import (
    ADVANCE,
    INSTALMENT,
    PROPOSER_ROLES,
    QUOTES_WANTED,
    RETENTION,
    STEWARD,
    MilestoneAsk,
    QuoteAsk,
    propose_quote_rule,
    propose_release,
    quote_rules,
)
from .deciding import Follow, answered, carry_out, carry_out_all_ready, decide, follow
from .notices import tell_stewards
from .spending import holds_of, milestone_balance, release, spot_at, void

__all__ = [
    "ADVANCE",
    "INSTALMENT",
    "PROPOSER_ROLES",
    "QUOTES_WANTED",
    "RETENTION",
    "STEWARD",
    "Follow",
    "MilestoneAsk",
    "QuoteAsk",
    "answered",
    "carry_out",
    "carry_out_all_ready",
    "decide",
    "follow",
    "holds_of",
    "milestone_balance",
    "propose_quote_rule",
    "propose_release",
    "quote_rules",
    "release",
    "spot_at",
    "tell_stewards",
    "void",
]  # fmt: skip
