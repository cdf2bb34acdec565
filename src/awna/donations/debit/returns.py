"""A debit that came back, known by the end-to-end id that we gave it: its gift is returned, and its mandate and pledge learn of it."""

from collections.abc import Iterable

from django.db import transaction

from awna.books.models import Movement, MovementDetail
from awna.core.problems import Refused
from awna.parties.models import Role

from ..models import Gift
from ..services.shelter import record_return
from .models import Debit
from .runs import return_debit


@transaction.atomic
def claim_returns(*, movements: Iterable[Movement], author: Role) -> list[Movement]:
    """Book each unused line out that is the return of a debit of its own account; what differs in amount is left for a person."""
    booked = []
    for movement in movements:
        if movement.amount >= 0 or movement.used:
            continue
        debit = note_return(movement=movement)
        gift = Gift.objects.filter(pledge=debit.pledge_id, kind="money", returned_seq=None).order_by("-pk").first() if debit else None
        if gift is None or gift.amount_minor != -movement.amount:
            continue
        try:
            with transaction.atomic():
                record_return(gift=gift, movement=movement, author=author, request_id=f"returned:{movement.pk}")
        except Refused:
            continue  # its batch is open still, or its money has gone on: the line waits on the treasurer's page
        booked.append(movement)
    return booked


@transaction.atomic
def note_return(*, movement: Movement) -> Debit | None:
    """Tell the debit that this line out returns, by its end-to-end id; None where it is none of ours. Said twice is once."""
    detail = MovementDetail.objects.filter(pk=movement.pk).first()
    ours = Debit.objects.filter(mandate__bank_account=movement.bank_account_id, run__dropped_at=None)
    if movement.amount >= 0 or detail is None or not detail.end_to_end_id or not ours.filter(end_to_end_id=detail.end_to_end_id).exists():
        return None
    return return_debit(end_to_end_id=detail.end_to_end_id, reason=detail.return_reason, on=movement.booked_on)
