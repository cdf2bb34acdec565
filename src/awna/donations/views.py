"""Giving: amount, details, check, bank reference. One thing per page, no account needed, nothing is taken here."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from awna.books.models import BankAccount, Book
from awna.campaigns.bill import claims
from awna.campaigns.bill.standing import Standing
from awna.core.amounts import currency_scale, format_minor
from awna.core.problems import Refused
from awna.kit.forms import problem_text, refused_to_form
from awna.kit.http import file_answer, form_page, message_page, private, refused_page

from . import services
from .forms import AmountForm, DetailsForm
from .models import Donor, Gift, Pledge
from .qr import account_codes, payment_codes, payment_reference_grouped, payment_slip
from .services.bill_lines import line_of_pledge

STEPS = 4
HOW = "donations/_how.html"


def give(request: HttpRequest, slug: str) -> HttpResponse:
    """How much, to whom, for what."""
    book = Book.objects.filter(campaign=request.campaign).first()
    accounts = list(services.collecting_accounts(book).select_related("commodity")) if book else []
    if book is None or not (accounts or book.bank_accounts.exists()):
        return message_page(
            request, title=_("Giving is not open yet"),
            lines=[_("This campaign has no bank account yet, so nothing can be given. Please come back later.")],
        )  # fmt: skip
    barred = services.closed_bodies(book)
    if not accounts:
        return render(request, "donations/closed.html", {"title": _("Nobody may collect at present"), "closed": barred})
    closed = [problem_text(problem) for problem in barred]
    wanted = None if book.sheltered else _line_wanted(request)
    form = AmountForm(request.POST or None, book=book, initial={"line": wanted.line.code} if wanted else {})
    if form.is_valid():
        return redirect(f"{reverse('give_details', kwargs={'slug': slug})}?{urlencode(form.as_query())}")
    return form_page(
        request, form=form, title=_("How much would you like to give?"), submit=_("Continue"), steps=_step(1),
        intro=" ".join([*_line_words(wanted), _("We take no fee; your bank may charge you for the transfer. You need no account."), *closed]), step=1,
        aside="donations/_straight.html", straight=_straight(accounts, request.campaign.title),
    )  # fmt: skip


def give_details(request: HttpRequest, slug: str) -> HttpResponse:
    """Who gives, if they wish to say so. The amount comes in the address; a damaged address leads back to the first page."""
    book = Book.objects.filter(campaign=request.campaign).first()
    amount = AmountForm(request.GET, book=book) if book else None
    if amount is None or not amount.is_valid():
        return redirect("give", slug=slug)
    form = DetailsForm(request.POST or None, initial={"request_id": uuid.uuid4().hex})
    if form.is_valid():
        try:
            pledge = services.pledge_gift(
                bank_account=amount.cleaned_data["account"], fund=amount.cleaned_data["fund"],
                amount_minor=amount.cleaned_data["amount_minor"], name=form.cleaned_data["name"], email=form.cleaned_data["email"],
                language=get_language() or "en", request_id=form.cleaned_data["request_id"], draft=True,
                budget_line=amount.cleaned_data.get("budget_line"),
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect("give_check", slug=slug, token=pledge.donor.token)
    return form_page(
        request, form=form, title=_("Who gives it?"), submit=_("Continue"), steps=_step(2), back=reverse("give", kwargs={"slug": slug}),
        intro=_("You may leave both lines empty. Then keep the page that follows: it is the only way back to your gift."), aside=HOW, step=2,
    )  # fmt: skip


def give_check(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """Everything once more before it counts as pledged."""
    pledge = _pledge_of(request, token)
    if request.method == "POST":
        try:
            services.refuse_unless_collecting(account=pledge.bank_account)
            services.confirm_pledge(pledge=pledge)
        except Refused as refused:
            return private(refused_page(request, refused, back=reverse("give", kwargs={"slug": slug})))
        return private(redirect("give_done", slug=slug, token=token))
    context = {"pledge": pledge, "line": line_of_pledge(pledge), "steps": _step(3), "title": _("Is this right?")}
    return private(render(request, "donations/check.html", context), has_form=True)


def give_done(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The donor's private page: what to write on the transfer, and later what became of it."""
    pledge = _pledge_of(request, token)
    if pledge.state == "draft":
        return private(redirect("give_check", slug=slug, token=token))
    context = {
        "pledge": pledge,
        "line": line_of_pledge(pledge),
        "stopped": services.account_problem(pledge.bank_account),
        "gift": pledge.gifts.select_related("commodity").first(),
        "codes": payment_codes(pledge),
        "reference": payment_reference_grouped(pledge),
        "receipts": pledge.donor.receipts.exists(),
        "steps": _step(4),
        "token": token,
        "title": _("Your bank reference"),
    }
    return private(render(request, "donations/done.html", context))


def give_slip(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The payment details as a PDF, with the code or the Swiss payment part."""
    pledge = _pledge_of(request, token)
    if pledge.state != "pledged":
        raise Http404("There is nothing to pay at this address.")

    def slip() -> bytes:
        services.refuse_unless_collecting(account=pledge.bank_account)
        return payment_slip(pledge)

    return _file(request, slip, name=f"payment-{pledge.reference}.pdf", media_type="application/pdf")


def gift_file(request: HttpRequest, slug: str, token: str, gift: UUID) -> HttpResponse:
    """The donor's own file: receipt, key and proof."""
    found = _gift_of(request, token, gift)
    return _file(request, lambda: services.donor_file(found), name=f"gift-{found.entry_seq}.awna", media_type="application/json")


def gift_proof(request: HttpRequest, slug: str, token: str, gift: UUID) -> HttpResponse:
    """The proof alone, for any tool that reads proofs of logs."""
    found = _gift_of(request, token, gift)
    return _file(
        request, lambda: services.proof_file(found), name=f"gift-{found.entry_seq}.tlog-proof", media_type="text/plain; charset=utf-8"
    )


def _file(request: HttpRequest, read: Callable[[], bytes], *, name: str, media_type: str) -> HttpResponse:
    try:
        return private(file_answer(read(), name=name, media_type=media_type))
    except Refused as refused:
        return private(refused_page(request, refused, title=_("Not yet")))


def _gift_of(request: HttpRequest, token: str, gift: UUID) -> Gift:
    donor = Donor.objects.by_token(token)
    found = donor.gifts.select_related("book", "batch__book").filter(pk=gift).first() if donor else None
    if donor is None or donor.campaign_id != request.campaign.pk or found is None:
        raise Http404("There is no gift at this address.")
    return found


def _line_wanted(request: HttpRequest) -> Standing | None:
    """The line of the bill that a link named, with what is open on it."""
    code = request.POST.get("line") or request.GET.get("line", "")
    return claims.open_line(campaign=request.campaign, code=code) if code else None


def _line_words(wanted: Standing | None) -> list[str]:
    """What the line is, and what of it nobody gave yet, each currency by itself."""
    if wanted is None:
        return []
    left = ", ".join(f"{format_minor(minor, currency_scale(code))} {code}" for code, minor in wanted.open.items())
    return [_("Your gift is meant for “%(line)s”, where %(open)s are still open.") % {"line": wanted.line, "open": left or "0"}]


def _pledge_of(request: HttpRequest, token: str) -> Pledge:
    donor = Donor.objects.by_token(token)
    pledge = (
        donor.pledges.select_related("donor__campaign", "fund", "bank_account__commodity", "bank_account__section").first()
        if donor and donor.campaign_id == request.campaign.pk
        else None
    )
    if pledge is None:
        raise Http404("There is no gift at this address.")
    return pledge


def _straight(accounts: Sequence[BankAccount], title: str) -> list[dict[str, Any]]:
    """Each account for whoever transfers without telling us: the same stored details as text and as codes."""
    return [{"account": account, "codes": account_codes(account, text=title)} for account in accounts]


def _step(number: int) -> str:
    return _("Step %(number)s of %(steps)s: amount, details, check, bank reference") % {"number": number, "steps": STEPS}
