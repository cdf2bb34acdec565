"""Who gave, what was promised under which reference, and what arrived."""

import hashlib
import uuid
from typing import Self

from django.db import models
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount, Book, Commodity, Fund, GiftBatch, Movement
from awna.core.banking.references import group_reference
from awna.kit.policies import Actor
from awna.kit.sealed import SealedTextField
from awna.parties.models import Campaign, Section

PLEDGE_STATES = [("draft", _("being filled in")), ("pledged", _("pledged")), ("received", _("received")), ("dropped", _("dropped"))]
GIFT_KINDS = [("money", _("Money")), ("in_kind", _("Goods"))]


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class DonorQuerySet(models.QuerySet["Donor"]):
    def by_token(self, token: str) -> "Donor | None":
        """The donor of a secret link, or None."""
        return self.filter(token_digest=token_digest(token)).first()

    def for_actor(self, actor: Actor) -> Self:
        """The donors of the actor's section; a role without a section sees those of the campaign's own account alone."""
        whole = {role.campaign_id for role in actor.roles if role.section_id is None}
        return self.filter(
            models.Q(section__in=[role.section_id for role in actor.roles if role.section_id]) | models.Q(section=None, campaign__in=whole)
        )


class Donor(models.Model):
    """Somebody who gives, known only by what they chose to tell. One row per act of giving: nobody is merged by likeness.

    The token opens the private page that follows the gift; only its digest can be looked up. `receipt_details` is a JSON object of what
    receipts ask of a donor, such as an address, and is empty until she wants one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="donors")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="donors")
    name = SealedTextField(blank=True)
    email = SealedTextField(blank=True)
    language = models.CharField(max_length=8, default="en")
    receipt_details = SealedTextField(blank=True)
    token = SealedTextField()
    token_digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DonorQuerySet.as_manager()
    field_classes = {
        "id": "I", "campaign": "I", "section": "I", "name": "C", "email": "C", "language": "I",
        "receipt_details": "C", "token": "C", "token_digest": "I", "created_at": "I",
    }  # fmt: skip

    def __str__(self) -> str:
        return f"donor {str(self.pk)[:8]}"


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def open_in(self, book: Book) -> Self:
        """Pledges of this book that wait for their money."""
        return self.filter(bank_account__book=book, state="pledged").select_related("donor", "fund", "bank_account__commodity")

    def for_actor(self, actor: Actor) -> Self:
        return self.filter(donor__in=Donor.objects.for_actor(actor))

    def with_due(self) -> Self:
        """Each with `due_minor`: what was promised, less what has come."""
        came = Gift.objects.filter(pledge=models.OuterRef("pk"), returned_seq=None).order_by().values("pledge")
        sums = models.Subquery(came.annotate(sum=models.Sum("amount_minor")).values("sum"))
        return self.annotate(due_minor=Greatest(models.F("amount_minor") - Coalesce(sums, 0), 0))


class Pledge(models.Model):
    """A promise to transfer an amount to one bank account under one reference."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="pledges")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="pledges")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="pledges")
    amount_minor = models.BigIntegerField()
    reference = models.CharField(max_length=16, unique=True)
    state = models.CharField(max_length=10, choices=PLEDGE_STATES, default="draft")
    shelter_waived = models.BooleanField(default=False)
    request_id = models.CharField(max_length=80)
    pledged_at = models.DateTimeField(auto_now_add=True)

    objects = PledgeQuerySet.as_manager()
    field_classes = {
        "id": "I", "donor": "I", "bank_account": "P", "fund": "P", "amount_minor": "P", "reference": "I", "state": "I",
        "shelter_waived": "I", "request_id": "I", "pledged_at": "I",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank_account", "request_id"], name="donations_pledge_request_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="donations_pledge_positive"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("give_done", kwargs={"slug": self.donor.campaign.slug, "token": self.donor.token})

    @property
    def reference_grouped(self) -> str:
        return group_reference(self.reference)

    @property
    def currency(self) -> Commodity:
        return self.bank_account.commodity


class GiftQuerySet(models.QuerySet["Gift"]):
    def for_actor(self, actor: Actor) -> Self:
        return self.filter(donor__in=Donor.objects.for_actor(actor))


class Gift(models.Model):
    """What arrived: money on a bank account, or goods in a store. `lot` names its line in the book, `entry.line`.

    A gift of a sheltered book is a share of `batch` and has no line before the batch closes. `allocated_seq`: the entry that moved it,
    with others, out of Unidentified; `returned_seq`: the entry that sent it back. `frozen_at`: since when it may be nobody's receipt, because
    a bank, an authority or the section asks whose it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="gifts")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, null=True, blank=True, related_name="gifts")
    kind = models.CharField(max_length=10, choices=GIFT_KINDS)
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, null=True, blank=True, related_name="gifts")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="gifts")
    commodity = models.ForeignKey(Commodity, on_delete=models.PROTECT, related_name="gifts")
    amount_minor = models.BigIntegerField()
    batch = models.ForeignKey(GiftBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="gifts")
    entry_seq = models.BigIntegerField(null=True, blank=True)
    line = models.PositiveIntegerField(default=1)
    received_on = models.DateField()
    reference = models.CharField(max_length=64, blank=True)
    allocated_seq = models.BigIntegerField(null=True, blank=True)
    returned_seq = models.BigIntegerField(null=True, blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=80)

    objects = GiftQuerySet.as_manager()
    field_classes = {
        "id": "I", "donor": "I", "pledge": "I", "kind": "P", "movement": "P", "book": "P", "commodity": "P", "amount_minor": "P",
        "batch": "I", "entry_seq": "P", "line": "P", "received_on": "P", "reference": "I",
        "allocated_seq": "I", "returned_seq": "I", "frozen_at": "I", "request_id": "I",
    }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["book", "entry_seq", "line"], condition=models.Q(batch=None), name="donations_gift_lot_once"),
            models.CheckConstraint(condition=~models.Q(batch=None, entry_seq=None), name="donations_gift_in_book_or_batch"),
            models.UniqueConstraint(fields=["book", "request_id"], name="donations_gift_request_once"),
        ]

    def __str__(self) -> str:
        return f"gift {self.lot}"

    @property
    def lot(self) -> str:
        """The line in the book; empty while the gift waits in an open batch."""
        return "" if self.entry_seq is None else f"{self.entry_seq}.{self.line}"
