"""Desk pages of the buyer, the treasurer who pays, and the store."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.books.services import store_document
from awna.core.amounts import parse_minor
from awna.core.ledger.rules import COMMITTED
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page

from . import services
from .forms import CountForm, OrderForm, PayForm, ShipForm
from .models import Consignment, PurchaseOrder
from .services.buying import milestone_left


def orders(request: HttpRequest, slug: str) -> HttpResponse:
    """All orders, newest first, and the loads under way."""
    found = request.campaign.orders.select_related("supplier", "milestone__commodity").prefetch_related("lines__item")
    return render(
        request,
        "supply/orders.html",
        {"orders": found, "loads": _loads(request), "may_order": request.actor.has_role(*services.BUYER_ROLES)},
    )


def stores(request: HttpRequest, slug: str) -> HttpResponse:
    """What lies where, and what is expected."""
    return render(request, "supply/stores.html", {"stock": services.stock_by_place(request.campaign), "loads": _loads(request)})


def order(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One order: what was ordered, what is paid, what was sent."""
    found = get_object_or_404(
        PurchaseOrder.objects.select_related("supplier", "milestone__commodity"), campaign=request.campaign, number=number
    )
    context = {
        "order": found, "committed": milestone_left(found.milestone, COMMITTED), "loads": found.consignments.all(),
        "may_pay": request.actor.has_role(*services.PAYER_ROLES), "may_ship": request.actor.has_role(*services.RECEIVER_ROLES),
    }  # fmt: skip
    return render(request, "supply/order.html", context)


def new_order(request: HttpRequest, slug: str) -> HttpResponse:
    """Order one item under a released milestone."""
    form = OrderForm(request.POST or None, campaign=request.campaign, initial=_fresh())
    if form.is_valid():
        asked = form.cleaned_data
        try:
            made = services.order_materials(
                supplier=asked["supplier"], proposal=asked["milestone"].proposal, milestone=asked["milestone"].n,
                lines=[services.OrderAsk(asked["item"], asked["quantity"])], amount_minor=parse_minor(asked["amount"], asked["milestone"].commodity.scale),
                expected_on=asked["expected_on"], author=request.actor.role(*services.BUYER_ROLES), request_id=asked["request_id"],
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Order %(number)s is placed; its money is committed.") % {"number": made.number})
            return redirect("order", slug=slug, number=made.number)
    return form_page(request, form=form, title=_("Order materials"), submit=_("Order"), desk=True)


def pay(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Name the bank line that paid an order."""
    found = get_object_or_404(PurchaseOrder, campaign=request.campaign, number=number)
    form = PayForm(request.POST or None, request.FILES or None, order=found, initial=_fresh())
    if form.is_valid():
        asked = form.cleaned_data
        try:
            services.pay_supplier(
                order=found, movement=asked["movement"], documents=_evidence(request, asked), author=request.actor.role(*services.PAYER_ROLES),
                request_id=asked["request_id"],
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The payment is in the book."))
            return redirect("order", slug=slug, number=number)
    intro = _("Only a line of the account that the stewards named, to this supplier, can pay the order.")
    return form_page(
        request, form=form, title=_("Pay %(supplier)s") % {"supplier": found.supplier}, submit=_("Post the payment"), intro=intro, desk=True
    )


def ship(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Put goods of an order on their way."""
    found = get_object_or_404(PurchaseOrder, campaign=request.campaign, number=number)
    form = ShipForm(request.POST or None, order=found, initial=_fresh())
    if form.is_valid():
        asked = form.cleaned_data
        lines = [services.OrderAsk(line.item, asked[f"item_{line.item_id}"]) for line in found.lines.all() if asked[f"item_{line.item_id}"]]
        try:
            load = services.ship(
                lines=lines, to_store=asked["to_store"], order=found, crossing=asked["crossing"], expected_on=asked["expected_on"],
                author=request.actor.role(*services.RECEIVER_ROLES), request_id=asked["request_id"],
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Load %(number)s is on its way.") % {"number": load.number})
            return redirect("consignment", slug=slug, number=load.number)
    return form_page(request, form=form, title=_("Send goods of order %(number)s") % {"number": number}, submit=_("On its way"), desk=True)


def consignment(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Count what came: good and damaged, against what is expected."""
    load = get_object_or_404(Consignment, campaign=request.campaign, number=number)
    form = CountForm(request.POST or None, consignment=load, initial=_fresh())
    lines = list(load.lines.select_related("item"))
    if form.is_valid():
        asked = form.cleaned_data
        counts = [services.Count(line.item, asked[f"good_{line.item_id}"], asked[f"damaged_{line.item_id}"]) for line in lines]
        try:
            services.receive(
                consignment=load, counts=counts, author=request.actor.role(*services.RECEIVER_ROLES), request_id=asked["request_id"]
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The count is in the book. What is short stays under way."))
            return redirect("consignment", slug=slug, number=number)
    context = {
        "form": form, "load": load, "may_count": request.actor.has_role(*services.RECEIVER_ROLES),
        "lines": [_line(load, line, form) for line in lines], "receipts": load.receipts.select_related("item").order_by("counted_at"),
    }  # fmt: skip
    return render(request, "supply/consignment.html", context, status=422 if form.errors else 200)


def _line(load: Consignment, line: Any, form: CountForm) -> dict[str, Any]:
    left = services.still_under_way(load, line.item)
    return {
        "item": line.item, "sent": line.quantity, "left": left, "came": line.quantity - left,
        "good": form[f"good_{line.item_id}"], "damaged": form[f"damaged_{line.item_id}"],
    }  # fmt: skip


def _loads(request: HttpRequest) -> list[dict[str, Any]]:
    """Loads of which something is still under way."""
    rows = []
    for load in request.campaign.consignments.select_related("to_store", "crossing").prefetch_related("lines__item__commodity"):
        left = [(line.item, services.still_under_way(load, line.item)) for line in load.lines.all()]
        if any(quantity for _item, quantity in left):
            rows.append({"load": load, "left": [(item, quantity) for item, quantity in left if quantity]})
    return rows


def _evidence(request: HttpRequest, asked: dict[str, Any]) -> list[Any]:
    file = asked["evidence"]
    if not file:
        return []
    kind = asked["evidence_kind"] or "invoice"
    media_type = file.content_type or "application/octet-stream"
    return [store_document(book=request.campaign.book, data=file.read(), name=file.name, media_type=media_type, kind=kind)]


def _fresh() -> dict[str, str]:
    return {"request_id": str(uuid.uuid4())}
