"""The words of the book for its readers: kinds of entries and stages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from awna.books.models import Entry
from awna.books.models.naming import FUND_WORDS

KINDS: dict[str, str | Promise] = {
    "open": _("Carried over"), "gift": _("Gift received"), "gift_in_kind": _("Goods received as a gift"), "allocate": _("Put to a purpose"),
    "reclass": _("Purpose changed by the stewards"), "hold": _("Held for a decision"), "release": _("Released by the stewards"),
    "order": _("Ordered"), "pay": _("Paid"), "void": _("Set free again"), "receive_goods": _("Goods received"), "move_goods": _("Goods moved"),
    "issue": _("Given out to the building work"), "loss": _("Lost"), "hours": _("Hours worked"), "remit": _("Sent on between accounts"),
    "fx": _("Exchanged"), "fee": _("Fee"), "refund": _("Given back"), "bank_forced": _("Booked by the bank"), "reverse": _("Reversed"),
    "correction": _("Corrected"), "memo": _("Note"), "close": _("Closed"), "policy": _("Rule of decision"), "break": _("Break in the log"),
}  # fmt: skip
MEMOS: dict[str, str | Promise] = {
    "proposal": _("Proposal filed"), "statement": _("Bank statement"), "slip": _("Cash slip"), "rate": _("Exchange rate"),
    "log_key": _("New key of the log"),
}  # fmt: skip
STAGES: dict[str, str | Promise] = {
    "ext": _("outside"), "free": _("in hand"), "held": _("held for a decision"), "released": _("released"), "committed": _("ordered, not yet paid"),
    "advance": _("paid in advance"), "stock": _("in a store"), "transit": _("under way"), "issued": _("in the building work"), "lost": _("lost"),
    "trading": _("exchange"), "short": _("short"), "set_aside": _("not available"),
}  # fmt: skip
FIGURES: dict[str, str | Promise] = {
    "received": _("Received"), "spent": _("Spent"), "committed": _("Committed, not yet paid"), "in_hand": _("In hand"),
    "under_way": _("Under way between accounts"), "exchanged": _("Exchanged or lost"),
}  # fmt: skip
STAGES_OF_WAY: dict[str, str | Promise] = {
    **STAGES, "ext": _("spent"), "held": _("held for a decision of the stewards"), "free": _("in hand, not yet decided on"),
}  # fmt: skip
CUSTODIES: dict[str, str | Promise] = {
    "bank": _("Bank account"), "provider": _("Payment provider"), "cash": _("Cash box"), "place": _("Store"), "consignment": _("Load"),
    "remittance": _("Transfer"), "task": _("Work"), "payee": _("Payee"),
}  # fmt: skip
COMMODITY_KINDS: dict[str, str | Promise] = {
    "money": _("Money"), "material": _("Material"), "medical": _("Medical goods"), "equipment": _("Equipment"), "time": _("Hours"),
}  # fmt: skip
FUNDS: dict[str, str | Promise] = {**FUND_WORDS}


def what(entry: Entry) -> str | Promise:
    """What an entry did; of a memo, what it is about."""
    return MEMOS.get(entry.about) or KINDS.get(entry.kind, entry.kind)
