"""Pages of cash boxes: what lies in them, who counted it, what came and went, each with a second person."""

import base64
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from awna.books.models import Document
from awna.books.services.cash import at_hand
from awna.consent.services import may_be_carried_out
from awna.core.amounts import format_minor
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page, refused_page

from . import box_shown, services
from .box_forms import ArrivalForm, CountForm, LimitsForm, OpenBoxForm, PettyForm, ReasonForm, SpendForm, TopUpForm
from .forms import DropForm, read_minor
from .models import CashArrival, CashBox, CashCount, CashPayment, CashReversal, WageSheet

ROWS_SHOWN = 50


def boxes(request: HttpRequest, slug: str) -> HttpResponse:
    found = CashBox.objects.filter(account__book__campaign=request.campaign).for_actor(request.actor)
    shown = box_shown.boxes_shown(list(found.select_related("account__commodity", "account__book__campaign", "holder__user")))
    context = {"boxes": shown, "books": box_shown.books_shown(request.campaign), "may_open": request.actor.has_role(*services.OPENERS)}
    return render(request, "approvals/cash/boxes.html", context)


def open_box(request: HttpRequest, slug: str) -> HttpResponse:
    form = OpenBoxForm(request.POST or None, campaign=request.campaign)
    if form.is_valid() and (limits := _limits(form, form.cleaned_data["currency"].scale)):
        said = form.cleaned_data
        body = said["section"].name if said["section"] else request.campaign.owner.name
        try:
            box = services.open_box(
                book=request.campaign.book, section=said["section"], body=body, name=said["name"], currency=said["currency"].code,
                holder=said["holder"], limits=limits, author=request.actor.role(*services.OPENERS),
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The box stands. Ask the stewards for cash in it."))
            return redirect(box)
    intro = _("One person holds it; two count it; a second one signs for everything that comes or goes.")
    return _form(request, None, form, _("A new cash box"), _("Open the box"), intro=intro)


def cash_box(request: HttpRequest, slug: str, box: uuid.UUID) -> HttpResponse:
    """One box: what should lie in it, what waits, what was."""
    row = _box(request, box)
    payments = row.payments.select_related(
        "page__book", "photo", "author__user", "second__user", "budget_line", "entry", "back__proposal__epoch", "back__entry"
    )[:ROWS_SHOWN]
    arrivals = row.arrivals.select_related("page__book", "author__user", "witness_1__user", "witness_2__user", "entry")[:ROWS_SHOWN]
    counts = list(row.counts.select_related("first__user", "second__user", "entry", "loss__epoch")[:ROWS_SHOWN])
    context = {
        "box": row, "shown": box_shown.boxes_shown([row])[0], "money": row.account.commodity, "payments": payments, "arrivals": arrivals, "counts": counts,
        "differs": next((one for one in counts if one.state == CashCount.DIFFERS), None), "is_holder": row.holder.user_id == request.user.pk,
        "open_count": next((one for one in counts if one.state == CashCount.FIRST), None), "may_change": request.actor.has_role("steward"),
        "losses": [one for one in counts if one.loss and not one.entry and may_be_carried_out(one.loss)] if request.actor.has_role("treasurer") else [],
        "may_ask": request.actor.has_role("steward", "treasurer", "site_lead"),
    }  # fmt: skip
    return render(request, "approvals/cash/box.html", context)


def count_box(request: HttpRequest, slug: str, box: uuid.UUID) -> HttpResponse:
    """One figure of a count. What the other typed is never on this page."""
    row = _box(request, box)
    form = CountForm(request.POST or None)
    if form.is_valid() and (minor := read_minor(form, "counted", row.account.commodity.scale)) is not None:
        try:
            count = services.type_count(box=row, counted=minor, author=request.actor.role(*services.SECONDS))
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, COUNT_SAID[count.state]())
            return redirect("explain_count", slug, row.pk, count.pk) if count.state == CashCount.DIFFERS else redirect(row)
    waiting = row.counts.filter(state=CashCount.FIRST).select_related("first__user").first()
    intro = _("Two people count, each alone: the holder and one more. Nobody sees the other's figure before both are in.")
    if waiting is not None and waiting.first.user_id != request.user.pk:
        intro = _("%(who)s has counted. Count for yourself now; the figure is not shown to you.") % {"who": waiting.first.user}
    return _form(request, row, form, _("Count the box: %(box)s") % {"box": row}, _("That is what I counted"), intro=intro)


COUNT_SAID = {
    CashCount.FIRST: lambda: _("Your figure is kept. The other person signs in and types theirs."),
    CashCount.APART: lambda: _("Your two figures differ. Count again, both of you."),
    CashCount.DIFFERS: lambda: _("You both counted the same, and the book says something else. Say why."),
    CashCount.DONE: lambda: _("Counted: both figures and the book agree."),
}


def explain_count(request: HttpRequest, slug: str, box: uuid.UUID, count: int) -> HttpResponse:
    row = _box(request, box)
    found = get_object_or_404(CashCount.objects.select_related("box__account__book__campaign"), box=row, pk=count)
    form = ReasonForm(request.POST or None, request.FILES or None, campaign=request.campaign, is_short=found.difference < 0)
    if form.is_valid():
        said = form.cleaned_data
        photo = said["photo"].read() if said["photo"] else b""
        about = {"count": found, "reason": said["reason"], "fund": said.get("fund"), "photo": photo}
        try:
            found = services.explain_count(author=request.actor.role(*services.SECONDS), **about)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(
                request,
                _("The stewards are asked to allow the loss.") if found.loss else _("What was too much is booked with your reason."),
            )
            return redirect(row)
    return _form(request, row, form, _("A count differs"), _("Book it with this reason"), intro=_difference(row, found))


def _difference(box: CashBox, count: CashCount) -> str:
    money = box.account.commodity
    sums = {"sum": f"{money.code} {format_minor(abs(count.difference), money.scale)}"}
    if count.difference < 0:
        return (
            _("%(sum)s are missing. Both of you counted the same; the stewards must allow the loss, and everybody can read of it.") % sums
        )
    return _("%(sum)s are too much. It is booked as money without a purpose, with your reason.") % sums


def change_box(request: HttpRequest, slug: str, box: uuid.UUID) -> HttpResponse:
    row = _box(request, box)
    scale = row.account.commodity.scale
    now = {
        "holder": row.holder_id, "ceiling": format_minor(row.ceiling_minor, scale), "licence": row.licence,
        "carried": format_minor(row.carried_max_minor, scale) if row.carried_max_minor else "",
    }  # fmt: skip
    form = LimitsForm(request.POST or None, campaign=request.campaign, initial=now)
    if form.is_valid() and (limits := _limits(form, scale)):
        wanted = {"box": row, "holder": form.cleaned_data["holder"], "limits": limits, "author": request.actor.role("steward")}
        if _done(request, form, services.change_box, _("The box has its new limits."), **wanted):
            return redirect(row)
    return _form(request, row, form, _("Holder and limits"), _("Keep"), intro=_("A new holder takes over only what was just counted."))


def top_up(request: HttpRequest, slug: str, box: uuid.UUID) -> HttpResponse:
    row = _box(request, box)
    form = TopUpForm(request.POST or None, box=row, actor=request.actor)
    room = f"{row.account.currency} {format_minor(max(0, row.ceiling_minor - at_hand(row.account)), row.account.commodity.scale)}"
    intro = _("%(room)s more may lie in the box. When the stewards agree, draw it, bring in the bank file, and note that it arrived.") % {
        "room": room
    }
    return _ask(request, row, form, services.ask_for_top_up, _("Ask for cash in the box"), intro)


def ask_petty(request: HttpRequest, slug: str, box: uuid.UUID) -> HttpResponse:
    row = _box(request, box)
    form = PettyForm(request.POST or None, box=row)
    intro = _(
        "Each purchase then takes its part, on a numbered page with a photo of the receipt. Who asked cannot pay: let somebody else than the holder ask."
    )
    return _ask(request, row, form, services.ask_for_petty_cash, _("Ask for small purchases"), intro)


def _ask(request: HttpRequest, row: CashBox, form: Any, service: Any, title: str, intro: str) -> HttpResponse:
    if form.is_valid() and (minor := read_minor(form, "amount", row.account.commodity.scale)) is not None:
        asked = {name: value for name, value in form.cleaned_data.items() if name != "amount"}
        asked["amount" if service is services.ask_for_top_up else "ceiling"] = minor
        author = request.actor.role("steward", "treasurer", "site_lead")
        if _done(request, form, service, _("The stewards are asked; the money is held."), box=row, filed_by=author, **asked):
            return redirect(row)
    return _form(request, row, form, title, _("Ask the stewards"), intro=intro)


def spend(request: HttpRequest, slug: str, box: uuid.UUID) -> HttpResponse:
    row = _box(request, box)
    form = SpendForm(request.POST or None, request.FILES or None, box=row)
    if form.is_valid() and (minor := read_minor(form, "amount", row.account.commodity.scale)) is not None:
        said = form.cleaned_data
        ask = services.PaymentAsk(
            said["milestone"], minor, said["text"], said["paid_on"], said["book"], said["serial"], said["budget_line"]
        )
        note = _("Noted. It is booked when somebody else signs: ask them to sign in.")
        author = request.actor.role(*services.HOLDERS)
        if _done(
            request,
            form,
            services.note_payment,
            note,
            box=row,
            ask=ask,
            photo=said["photo"].read(),
            author=author,
            request_id=said["request_id"],
        ):
            return redirect(row)
    return _form(request, row, form, _("A purchase out of the box"), _("Note it"))


def arrive(request: HttpRequest, slug: str, box: uuid.UUID) -> HttpResponse:
    row = _box(request, box)
    form = ArrivalForm(request.POST or None, request.FILES or None, box=row)
    if form.is_valid() and (minor := read_minor(form, "amount", row.account.commodity.scale)) is not None:
        said = form.cleaned_data
        kind = said.get("kind") or CashArrival.DRAWN
        page = (said["book"], said["serial"]) if said["book"] and said["serial"] is not None else (None, None)
        ask = services.ArrivalAsk(said["milestone"], kind, minor, said["arrived_on"], sent=said["sent"], book=page[0], serial=page[1])
        photo = said["photo"].read() if said["photo"] else b""
        note = _("Noted. It is booked when whoever saw it confirms: ask them to sign in.")
        author = request.actor.role(*services.HOLDERS)
        if _done(request, form, services.note_arrival, note, box=row, ask=ask, photo=photo, author=author, request_id=said["request_id"]):
            return redirect(row)
    return _form(
        request, row, form, _("Cash arrived"), _("Note it"), intro=_("Leave the receipt book empty where cash was drawn at the bank.")
    )


def sign_payment(request: HttpRequest, slug: str, box: uuid.UUID, payment: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(CashPayment, box=_box(request, box), pk=payment)
    return _act(
        request, found.box, services.sign_payment, _("Signed and booked."), payment=found, second=request.actor.role(*services.SECONDS)
    )


def witness_arrival(request: HttpRequest, slug: str, box: uuid.UUID, arrival: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(CashArrival, box=_box(request, box), pk=arrival)
    return _act(
        request, found.box, services.witness_arrival, _("Your word is kept."), arrival=found, witness=request.actor.role(*services.SECONDS)
    )


def book_loss(request: HttpRequest, slug: str, box: uuid.UUID, count: int) -> HttpResponse:
    found = get_object_or_404(CashCount.objects.select_related("first", "second", "loss"), box=_box(request, box), pk=count)
    return _act(request, found.box, services.book_count_loss, _("The loss is booked."), count=found, author=request.actor.role("treasurer"))


def drop(request: HttpRequest, slug: str, box: uuid.UUID, what: str, row: uuid.UUID) -> HttpResponse:
    """A payment or arrival that did not happen so, before it was booked."""
    place = _box(request, box)
    form = DropForm(request.POST or None)
    author = request.actor.role(*services.SECONDS)
    if what == "payment":
        service, wanted = services.drop_payment, {"payment": get_object_or_404(CashPayment, box=place, pk=row)}
    else:
        service, wanted = services.drop_arrival, {"arrival": get_object_or_404(CashArrival, box=place, pk=row)}
    if form.is_valid() and _done(
        request, form, service, _("Dropped. Its page is void."), why=form.cleaned_data["why"], author=author, **wanted
    ):
        return redirect(place)
    return _form(
        request,
        place,
        form,
        _("It did not happen so"),
        _("Drop it"),
        intro=_("The page in the receipt book is crossed through, and its number stays taken."),
    )


def ask_back(request: HttpRequest, slug: str, what: str, row: uuid.UUID) -> HttpResponse:
    """Ask the stewards to let a booked payment out of a box be reversed."""
    if what == "sheet":
        of: Any = get_object_or_404(WageSheet.objects.filter(campaign=request.campaign).for_actor(request.actor).with_people(), pk=row)
        to = of.get_absolute_url()
    else:
        payments = CashPayment.objects.select_related("milestone__proposal__campaign", "milestone__custody", "entry", "box")
        of = get_object_or_404(payments, pk=row)
        to = _box(request, of.box_id).get_absolute_url()
    form = DropForm(request.POST or None)
    author = request.actor.role(*services.SECONDS)
    said = _("The stewards are asked. When they agree, put the money back and let somebody else confirm it.")
    if form.is_valid() and _done(request, form, services.ask_back, said, of=of, text=form.cleaned_data["why"], author=author):
        return redirect(to)
    intro = _("Nothing is erased: a reversal stands beside the entry, with your reason.")
    return form_page(request, form=form, title=_("Take a payment back"), submit=_("Ask the stewards"), intro=intro, back=to, desk=True)


def take_back(request: HttpRequest, slug: str, back: int) -> HttpResponse:
    """The money lies in the box again."""
    found = get_object_or_404(CashReversal.objects.select_related("sheet", "payment__box"), proposal__campaign=request.campaign, pk=back)
    if found.sheet is not None:
        sheets = WageSheet.objects.filter(campaign=request.campaign).for_actor(request.actor)
        to = get_object_or_404(sheets, pk=found.sheet_id).get_absolute_url()
    else:
        to = _box(request, found.payment.box_id).get_absolute_url()
    try:
        services.take_back(back=found, author=request.actor.role(*services.SECONDS))
    except Refused as refused:
        return refused_page(request, refused, back=to, desk=True)
    messages.success(request, _("The payment is taken back."))
    return redirect(to)


def photo(request: HttpRequest, slug: str, box: uuid.UUID, digest: str) -> HttpResponse:
    """The photo of a receipt, slip or count of this box."""
    row = _box(request, box)
    known = {row.payments.filter(photo__digest=digest), row.arrivals.filter(photo__digest=digest), row.counts.filter(photo__digest=digest)}
    if not any(found.exists() for found in known):
        raise Http404
    paper = get_object_or_404(Document, book=row.account.book, digest=digest)
    return HttpResponse(base64.b64decode(paper.content), content_type="image/webp", headers={"Cache-Control": "no-store, private"})


def _box(request: HttpRequest, box: uuid.UUID) -> CashBox:
    found = CashBox.objects.filter(account__book__campaign=request.campaign).for_actor(request.actor)
    return get_object_or_404(
        found.select_related("account__book__campaign", "account__commodity", "account__custody", "holder__user"), pk=box
    )


def _limits(form: Any, scale: int) -> services.BoxLimits | None:
    ceiling = read_minor(form, "ceiling", scale)
    carried = read_minor(form, "carried", scale) if form.cleaned_data["carried"] else 0
    return (
        services.BoxLimits(ceiling, carried, form.cleaned_data["licence"].strip()) if ceiling is not None and carried is not None else None
    )


def _done(request: HttpRequest, form: Any, service: Any, said: str, **wanted: Any) -> bool:
    try:
        service(**wanted)
    except Refused as refused:
        refused_to_form(form, refused)
        return False
    messages.success(request, said)
    return True


def _act(request: HttpRequest, box: CashBox, service: Any, said: str, **wanted: Any) -> HttpResponse:
    try:
        service(**wanted)
    except Refused as refused:
        return refused_page(request, refused, back=box.get_absolute_url(), desk=True)
    messages.success(request, said)
    return redirect(box)


def _form(request: HttpRequest, box: CashBox | None, form: Any, title: str, submit: str, *, intro: str = "") -> HttpResponse:
    back = box.get_absolute_url() if box else f"/desk/{request.campaign.slug}/cash/"
    return form_page(request, form=form, title=title, submit=submit, intro=intro, back=back, desk=True)
