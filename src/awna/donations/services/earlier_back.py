"""Takes an import of earlier gifts back before the first period is closed; what stands in the book stays there."""

from django.db import transaction

from awna.books.models import Entry
from awna.campaigns.moving.services import refuse_after_closing
from awna.campaigns.moving.undoing import refuse_built_on
from awna.consent.services import withdraw_proposal
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Donor
from ..models.earlier import UNDONE, EarlierGift, GiftImport
from .earlier import refuse_stranger

OWN_OF_DONOR = ("earlier_gifts",)


@transaction.atomic
def take_gifts_back(*, found: GiftImport, author: Role) -> GiftImport:
    """Forget the rows of this import and the donors that it made, and withdraw what the stewards were asked.

    Refused, naming it, where a donor gave again or the opening balance stands in the book.
    """
    refuse_stranger(found.bank_account, author)
    refuse_after_closing(found.bank_account.book.campaign)
    found = GiftImport.objects.select_for_update(of=("self",)).get(pk=found.pk)
    if found.state == UNDONE:
        return found
    donors = set(found.rows.exclude(donor=None).values_list("donor", flat=True))
    refuse_built_on(Donor, donors, own=OWN_OF_DONOR, label="name")
    _withdraw_opening(found, author)
    EarlierGift.objects.filter(gift_import=found).delete()
    Donor.objects.filter(pk__in=donors).delete()
    found.state, found.content = UNDONE, ""
    found.save(update_fields=["state", "content"])
    return found


def _withdraw_opening(found: GiftImport, author: Role) -> None:
    """Nobody is asked any more. Once it stands in the book it stays: that money lies in the bank, and only a line of the bank takes it out."""
    if found.opening is None:
        return
    entry = Entry.objects.filter(proposal=found.opening, kind="open").first()
    if entry is not None:
        text = "The opening balance of this file stands in the book as entry %(seq)s, because the bank says that the money is there. It stays; ask the stewards to use it for another purpose instead."  # fmt: skip
        raise Refused(Problem("opening_stands_in_the_book", text, {"seq": entry.seq}))
    withdraw_proposal(proposal=found.opening, author=author)
