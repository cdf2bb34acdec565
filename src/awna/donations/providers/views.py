"""Payment providers: the address for their deliveries, and the treasurer's pages."""

import time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from awna.books.models import BankAccount, Movement
from awna.core.ledger.rules import BANK
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page
from awna.parties.models import Role

from . import paypal, services
from .adapter import BODY_BYTES_MAX
from .forms import NewProviderForm, ReportForm, SettingForm
from .models import Provider, ProviderItem

ROWS_A_PAGE = 50
LINES_SHOWN_MAX = 20
WHICH_REPORT = {
    "stripe": gettext_lazy("At Stripe: payout reconciliation, itemised, with all columns."),
    "gocardless": gettext_lazy("At GoCardless, with all columns: the transactions of the payout's breakdown, and the list of payouts, one after the other."),
    "paypal": gettext_lazy("At PayPal: the activity as CSV or zip, with all columns, in English, with dates as YYYY-MM-DD."),
}  # fmt: skip


@csrf_exempt  # a provider has no cookie; its signature over the raw bytes is the right to do it
def webhook(request: HttpRequest, provider: UUID) -> HttpResponse:
    """Verify, store, answer 200; 400 for what is forged or stale, and nothing of that is kept. Reading happens later."""
    found = Provider.objects.filter(pk=provider, enabled=True).exclude(name=paypal.name).first()
    if found is None:
        raise Http404("No provider is switched on at this address.")
    body = request.read(BODY_BYTES_MAX + 1)
    if len(body) > BODY_BYTES_MAX:
        return _said("The body is too large.", status=413)
    try:
        services.receive_delivery(provider=found, body=body, headers=request.headers, now=time.time())
    except Refused as refused:
        return _said(refused.codes[0], status=400)
    return _said("stored")


def providers(request: HttpRequest, slug: str) -> HttpResponse:
    """Every provider of the accounts that this person keeps, on or off; and the form that adds one."""
    form = NewProviderForm(request.POST or None, accounts=_accounts(request))
    if form.is_valid():
        try:
            found = services.open_provider(settles_to=form.cleaned_data["account"], name=form.cleaned_data["name"])
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return redirect(found.get_absolute_url())
    intro = _("Bank transfer needs none of this. A provider stays off until somebody switches it on.")
    return form_page(
        request, form=form, title=_("Payment providers"), submit=_("Add it, switched off"), intro=intro, desk=True,
        providers=_mine(request).select_related("bank_account__commodity"), aside="donations/providers/_list.html",
    )  # fmt: skip


def provider(request: HttpRequest, slug: str, provider: UUID) -> HttpResponse:
    """One provider: its switch and secret, its webhook address, its payouts and payments."""
    found = _one(request, provider)
    form = SettingForm(request.POST or None, initial={"enabled": found.enabled})
    if form.is_valid():
        try:
            services.configure(provider=found, **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("Kept."))
            return redirect(found.get_absolute_url())
    payouts = found.items.filter(kind="payout").order_by("-at")[:LINES_SHOWN_MAX]
    payments = found.items.exclude(kind="payout").order_by("-at")
    return form_page(
        request, form=form, title=str(found.get_name_display()), submit=_("Keep it"), desk=True, aside="donations/providers/_provider.html",
        back=reverse("providers", kwargs={"slug": slug}), provider=found, hook=_hook(request, found),
        payouts=[services.payout_of(item) for item in payouts], page=Paginator(payments, ROWS_A_PAGE).get_page(request.GET.get("page")),
        waiting=found.events.filter(processed_at=None).count(),
    )  # fmt: skip


def provider_report(request: HttpRequest, slug: str, provider: UUID) -> HttpResponse:
    """Bring in a report of the provider."""
    found = _one(request, provider)
    form = ReportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            new = services.bring_in_report(provider=found, data=form.cleaned_data["file"].read())
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("%(count)s rows said something new.") % {"count": new})
            return redirect(found.get_absolute_url())
    intro = f"{_('The report says which gifts, fees and refunds a payout holds. The same rows again change nothing.')} {WHICH_REPORT[found.name]}"
    return form_page(
        request,
        form=form,
        title=_("Report of the provider"),
        submit=_("Bring it in"),
        intro=intro,
        desk=True,
        back=found.get_absolute_url(),
    )


def provider_payout(request: HttpRequest, slug: str, provider: UUID, payout: int) -> HttpResponse:
    """One payout with its parts; the buttons that book it and its arrival, or the difference."""
    found = _one(request, provider)
    item = get_object_or_404(found.items.select_related("provider__bank_account__commodity"), pk=payout, kind="payout")
    if request.method == "POST":
        try:
            _book(request, item)
        except Refused as refused:
            return refused_page(request, refused, back=request.path, desk=True)
        return redirect(request.path)
    summary = services.payout_of(item)
    arrivals = []
    if item.booked_at:
        target = found.bank_account.custody.settles_to_id
        arrivals = Movement.objects.filter(custody=target, amount=item.amount, used=0).order_by("booked_on")[:LINES_SHOWN_MAX]
    context = {
        "title": _("Payout %(id)s") % {"id": item.external_id}, "provider": found, "payout": summary, "arrivals": arrivals,
        "page": Paginator(summary.parts, ROWS_A_PAGE).get_page(request.GET.get("page")),
    }  # fmt: skip
    return render(request, "donations/providers/payout.html", context)


def _book(request: HttpRequest, item: ProviderItem) -> None:
    line = request.POST.get("movement", "")
    if not line:
        services.book_payout(item=item, author=_author(request))
        return
    target = item.provider.bank_account.custody.settles_to_id
    movement = next((one for one in Movement.objects.filter(custody=target, used=0, amount=item.amount) if str(one.pk) == line), None)
    if movement is None:
        raise Http404("There is no such bank line.")
    services.book_arrival(item=item, movement=movement, author=_author(request))


def _hook(request: HttpRequest, found: Provider) -> str:
    return "" if found.name == paypal.name else request.build_absolute_uri(reverse("provider_webhook", kwargs={"provider": found.pk}))


def _accounts(request: HttpRequest) -> Any:
    mine = BankAccount.objects.for_actor(request.actor)
    return mine.filter(book__campaign=request.campaign, custody__type=BANK).order_by("holder", "iban")


def _mine(request: HttpRequest) -> Any:
    return Provider.objects.for_actor(request.actor).filter(bank_account__book__campaign=request.campaign)


def _one(request: HttpRequest, provider: UUID) -> Provider:
    found: Provider = get_object_or_404(_mine(request).select_related("bank_account__commodity", "bank_account__custody"), pk=provider)
    return found


def _author(request: HttpRequest) -> Role:
    return request.actor.role("treasurer")


def _said(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
