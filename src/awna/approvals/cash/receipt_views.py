"""Pages of receipt books: every number with what became of it; the next one void or lost."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import refused_page

from . import services
from .box_forms import PageForm, ReceiptBookForm
from .models import ReceiptBook, ReceiptPage
from .views import page


def new_receipt_book(request: HttpRequest, slug: str) -> HttpResponse:
    form = ReceiptBookForm(request.POST or None, campaign=request.campaign)
    if form.is_valid():
        try:
            book = services.begin_receipt_book(campaign=request.campaign, author=request.actor.role(*services.OPENERS), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("receipt_book", slug, book.pk)
    intro = _("A bought or printed book with numbered pages. No number is skipped, used twice or taken away.")
    return page(request, form, _("A new receipt book"), _("Begin the book"), to="cash_boxes", intro=intro)


def receipt_book(request: HttpRequest, slug: str, book: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(ReceiptBook.objects.select_related("campaign", "holder__user"), campaign=request.campaign, pk=book)
    comes = services.next_serial(row)
    form = PageForm(request.POST or None, initial={"serial": comes})
    if form.is_valid():
        said = form.cleaned_data
        service = services.declare_lost if said["what"] == ReceiptPage.LOST else services.void_page
        try:
            service(book=row, serial=said["serial"], why=said["why"], author=request.actor.role(*services.KEEPERS))
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("It stands in the book."))
            return redirect("receipt_book", slug, row.pk)
    pages = row.pages.select_related("author__user", "second__user").order_by("-serial")
    status = 422 if form.is_bound else 200
    return render(request, "approvals/cash/receipt_book.html", {"book": row, "pages": pages, "next": comes, "form": form}, status=status)


def confirm_lost(request: HttpRequest, slug: str, book: uuid.UUID, serial: int) -> HttpResponse:
    row = get_object_or_404(ReceiptPage.objects.select_related("book__campaign"), book__campaign=request.campaign, book=book, serial=serial)
    try:
        services.confirm_lost(page=row, second=request.actor.role(*services.KEEPERS))
    except Refused as refused:
        return refused_page(request, refused, desk=True)
    messages.success(request, _("Two people say that the page is lost."))
    return redirect("receipt_book", slug, book)
