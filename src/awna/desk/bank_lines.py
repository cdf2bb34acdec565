"""Which lines of the bank still wait for the treasurer, and what each of them may be; nothing here writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from awna.books.models import Account, Entry, Movement, Share, Transfer
from awna.books.models.naming import UNIDENTIFIED
from awna.core.amounts import group_minor
from awna.donations.models import Pledge
from awna.kit.policies import Actor
from awna.parties.models import Campaign
from awna.supply.models import PurchaseOrder

from .bank_open import OpenThings

LINES_MAX = 25
"""Lines on one page, each with every open pledge; the rest follow as these are settled."""
PLEDGES_MAX = 200
"""Open pledges offered for one line, the likely ones first."""
SIMILAR_RUN_CHARACTERS_MIN = 8
"""One wrong character in a reference of 16 always leaves a run of eight right ones."""

BANKS_OWN = "fact:"
"""The choice that a line is the bank's own doing."""
NAMELESS, ARRIVAL, OUTGOING = "nameless", "arrival", "outgoing"


@dataclass(frozen=True)
class Choice:
    """Something that a line may be; `value` goes into the form, and `likely` ones come first."""

    value: str
    label: str
    likely: bool = False


@dataclass(frozen=True)
class WaitingLine:
    """A line and its choices. `own`: the reader is the treasurer of this very account and may read who paid and why."""

    movement: Movement
    kind: str
    own: bool
    choices: list[Choice] = field(default_factory=list)
    orders: list[PurchaseOrder] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return abs(self.movement.amount)


def treasurer_of(actor: Actor) -> Actor:
    """The same person with the roles as treasurer alone: other hats open no bank account."""
    return Actor(actor.user, [role for role in actor.roles if role.name == "treasurer"])


def waiting_movements(*, campaign: Campaign, actor: Actor) -> QuerySet[Movement]:
    """The movements of this treasurer's accounts that nothing used yet, or that went to Unidentified and have no giver."""
    reversed_entries = Entry.objects.filter(book__campaign=campaign).exclude(reverses=None).values("reverses")
    posted = Transfer.objects.filter(book__campaign=campaign, kind="gift", credit_fund__code=UNIDENTIFIED)
    nameless = posted.exclude(entry_seq__in=reversed_entries)
    sheltered = Share.objects.filter(giftbatch__book__campaign=campaign, giftbatch__fund__code=UNIDENTIFIED)
    without_giver = Q(pk__in=nameless.values("movement")) | Q(pk__in=sheltered.values("movement"))
    return (
        Movement.objects.for_actor(actor)
        .filter(Q(used=0) | (without_giver & Q(gifts=None)), bank_account__book__campaign=campaign)
        .select_related("bank_account__book", "bank_account__commodity", "commodity", "custody")
        .order_by("booked_on", "position", "pk")
    )


def read_lines(*, movements: Sequence[Movement], actor: Actor, with_pledges: bool = True) -> list[WaitingLine]:
    """Each movement with what it may be. `with_pledges`: every open pledge is offered too, the likely ones first."""
    open_things = OpenThings(movements)
    own_sections = {role.section_id for role in actor.roles}
    pledges: dict[Any, list[Pledge]] = {}
    lines = []
    for movement in movements:
        account = movement.bank_account
        own = account.section_id in own_sections
        if movement.amount < 0:
            sendings = _remittances(open_things.released(movement), movement)
            lines.append(WaitingLine(movement, OUTGOING, own, [*sendings, *_facts(movement, open_things)], open_things.orders(movement)))
            continue
        if own and with_pledges and account.pk not in pledges:
            pledges[account.pk] = list(Pledge.objects.for_actor(actor).open_in(account.book).filter(bank_account=account))
        gifts = _gifts(movement, pledges[account.pk]) if own and with_pledges else []
        arrivals = _remittances(open_things.arriving(movement), movement)
        if movement.used:
            lines.append(WaitingLine(movement, NAMELESS, own, [*arrivals, *gifts, *_facts(movement, open_things)]))
        else:
            set_aside = Choice("unidentified", _("No pledge and no remittance: keep it as not yet identified"))
            lines.append(WaitingLine(movement, ARRIVAL, own, [*arrivals, *gifts, set_aside, *_facts(movement, open_things)]))
    return lines


def _gifts(movement: Movement, pledges: list[Pledge]) -> list[Choice]:
    found = [_gift(movement, pledge) for pledge in pledges]
    return sorted(found, key=lambda choice: not choice.likely)[:PLEDGES_MAX]


def _gift(movement: Movement, pledge: Pledge) -> Choice:
    reasons = []
    if _is_similar(pledge.reference, movement.reference + movement.text):
        reasons.append(_("similar reference"))
    if pledge.amount_minor == movement.amount:
        reasons.append(_("same amount"))
    amount = group_minor(pledge.amount_minor, pledge.currency.scale)
    parts = [_("Pledge %(reference)s") % {"reference": pledge.reference_grouped}, f"{pledge.currency.code} {amount}", pledge.donor.name]
    return Choice(f"pledge:{pledge.pk}", _labelled(parts, reasons), likely=bool(reasons))


def _is_similar(reference: str, text: str) -> bool:
    compact = "".join(character for character in text.upper() if character.isalnum())
    match = SequenceMatcher(None, reference, compact, autojunk=False).find_longest_match()
    return match.size >= SIMILAR_RUN_CHARACTERS_MIN


def _remittances(accounts: Iterable[Account], movement: Movement) -> list[Choice]:
    choices = []
    for account in accounts:
        same = account.balance.minor == abs(movement.amount) and account.commodity_id == movement.commodity_id
        amount = group_minor(account.balance.minor, account.commodity.scale)
        text = str(account.proposal.content.get("text", "")) if account.proposal else ""
        parts = [_("Remittance: %(text)s") % {"text": text}, f"{account.commodity.code} {amount}"]
        choices.append(Choice(f"remit:{account.milestone_id}", _labelled(parts, [_("same amount")] if same else []), likely=same))
    return sorted(choices, key=lambda choice: not choice.likely)


def _facts(movement: Movement, open_things: OpenThings) -> list[Choice]:
    """What the bank did by itself: the book follows it, whoever likes it or not."""
    if movement.amount > 0:
        back = [
            Choice(f"back:{row.entry_seq}", _("The payment of entry %(number)s came back") % {"number": row.entry_seq})
            for row in open_things.payments_like(movement)
        ]
        return [*back, Choice(BANKS_OWN, _("The bank's own payment, such as interest"))]
    returns = [
        Choice(f"fact:{gift.entry_seq}.{gift.line}", _("The bank took the gift of entry %(number)s back") % {"number": gift.entry_seq})
        for gift in open_things.gifts_like(movement)
    ]
    return [*returns, Choice(BANKS_OWN, _("The bank took it: a charge, or a payment that nobody here ordered"))]


def _labelled(parts: list[str], reasons: list[str]) -> str:
    label = " · ".join(part for part in parts if part)
    return _("%(what)s (%(reasons)s)") % {"what": label, "reasons": ", ".join(reasons)} if reasons else label
