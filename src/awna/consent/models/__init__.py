"""What was proposed, under which policy, what each steward decided and with which key."""

from .keys import EpochKey, EpochSteward, Founding, FoundingWord, Nonce, Pause, StewardKey, Suspension
from .private import Interest, Mark, Pin
from .proposals import Decision, PolicyEpoch, Proposal

__all__ = [
    "Decision", "EpochKey", "EpochSteward", "Founding", "FoundingWord", "Interest", "Mark", "Nonce", "Pause", "Pin", "PolicyEpoch",
    "Proposal", "StewardKey", "Suspension",
]  # fmt: skip
