"""The only writers of consent: policies, keys, proposals, decisions, and where a proposal stands."""

from .deciding import decide, take_paper_answer
from .keys import PROVE, drop_unfounded_key, enrol_key, is_proven, keep_proof, proof_digest, prove_key, set_founding
from .private import declare_interest, end_interest, has_pin, is_interested, set_pin, was_forced
from .proposals import (
    PAYLOAD_BYTES_MAX,
    STEWARD,
    bind_proposal,
    current_epoch,
    file_proposal,
    is_of_older_policy,
    older_policy,
    set_policy,
    withdraw_proposal,
)
from .signing import Signed, ask_nonce, digest_to_sign, find_key, is_suspended, nonce_of, refuse_dead_key, signed_of, verify
from .states import (
    State,
    count_approvals,
    counting_decisions,
    is_approved,
    is_paused,
    may_be_carried_out,
    required_of,
    state_of,
)
from .stopping import end_pause, keep_founding_word, keep_pause, keep_suspension

__all__ = [
    "PAYLOAD_BYTES_MAX", "PROVE", "STEWARD", "Signed", "State", "ask_nonce", "bind_proposal", "count_approvals", "counting_decisions",
    "current_epoch", "decide", "declare_interest", "digest_to_sign", "drop_unfounded_key", "end_interest", "end_pause", "enrol_key", "file_proposal",
    "find_key", "has_pin", "is_approved", "is_interested", "is_of_older_policy", "is_paused", "is_proven", "is_suspended", "keep_founding_word", "keep_pause", "keep_proof", "keep_suspension", "may_be_carried_out", "nonce_of", "older_policy", "proof_digest", "prove_key", "refuse_dead_key", "required_of",
    "set_founding", "set_pin", "set_policy", "signed_of", "state_of", "take_paper_answer", "verify", "was_forced", "withdraw_proposal",
]  # fmt: skip
