"""What is forgotten of a letter some time after it was closed: who signed. How many signed stays."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..models import ListImport, ListRow, Organisation, Signature

KEPT_DAYS = 30


@transaction.atomic
def forget_signers(*, day: date | None = None) -> int:
    """Delete names, places and addresses of people under letters that were closed long enough ago, those who wrote for organisations, and pasted lists.

    People and organisations count as before; how many rows were emptied. Done twice, the second time finds none.
    """
    over = {"letter__closed_on__lt": (day or timezone.localdate()) - timedelta(days=KEPT_DAYS)}
    told = ~Q(email="") | ~Q(name="") | ~Q(place="") | Q(email_index__isnull=False) | Q(show_name=True)
    nobody = {"email": "", "email_index": None, "mailed_at": None}
    people = Signature.objects.confirmed().filter(told, **over).update(name="", place="", show_name=False, **nobody)
    wrote = ~Q(email="") | ~Q(signatory="") | Q(email_index__isnull=False)
    bodies = Organisation.objects.filter(wrote, **over).update(signatory="", **nobody)
    lists = ListImport.objects.filter(**over).exclude(text="")
    ListRow.objects.filter(taken_from__in=lists.values("pk")).delete()
    return people + bodies + lists.update(text="")
