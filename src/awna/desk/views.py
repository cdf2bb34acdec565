"""Each role's home page, the bank import, and the first run."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from awna.books.models import BankAccount
from awna.consent.models import Proposal
from awna.core.ledger.rules import CASH
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.parties.models import Campaign

from . import services
from .forms import SetUpForm, StatementForm

# (roles, address name, what one does there): the home page lists what this person may do, in the order of a gift's life.
TASKS = [
    (("treasurer",), "import_statement", gettext_lazy("Bring in a bank file")),
    (("treasurer",), "bank_lines", gettext_lazy("Settle the bank lines that wait")),
    (("treasurer",), "receipts", gettext_lazy("Receipts: issue, void, the run of a year")),
    (("treasurer", "steward"), "sections", gettext_lazy("Sections: registration, permit, rules for receipts")),
    (("steward",), "decisions", gettext_lazy("Decide on releases of money")),
    (("buyer", "storekeeper"), "orders", gettext_lazy("Order, ship and receive")),
    (("coordinator", "shift_lead"), "crews_home", gettext_lazy("Volunteers, crews and hours")),
    (("translator", "coordinator", "steward"), "translations", gettext_lazy("Translate the campaign's texts")),
    (("steward", "site_lead", "coordinator"), "news_desk", gettext_lazy("News, photos and events")),
    (("steward", "site_lead"), "outcomes_desk", gettext_lazy("What was promised, and what was measured")),
    (("site_lead",), "works_desk", gettext_lazy("The plan, the tasks and the crossings")),
]


def campaigns(request: HttpRequest) -> HttpResponse:
    """The campaigns in which this person holds a role; with one, straight to it."""
    found = Campaign.objects.filter(roles__user=request.user, roles__ended_on=None).distinct().order_by("title")
    if len(found) == 1:
        return redirect("desk_home", slug=found[0].slug)
    return render(request, "desk/campaigns.html", {"campaigns": found})


def home(request: HttpRequest, slug: str) -> HttpResponse:
    """What this person may do here, and what waits."""
    tasks = []
    for roles, address, label in TASKS:
        try:
            if request.actor.has_role(*roles):
                tasks.append({"url": reverse(address, kwargs={"slug": slug}), "label": label})
        except NoReverseMatch:
            continue
    context = {
        "tasks": tasks,
        "role_names": [role.get_name_display() for role in request.actor.roles],
        "waiting": Proposal.objects.open_for(request.campaign).count(),
    }
    return render(request, "desk/home.html", context)


def import_statement(request: HttpRequest, slug: str) -> HttpResponse:
    """A bank file in, gifts out; the report stands on the next page."""
    role = request.actor.role("treasurer")
    accounts = BankAccount.objects.for_actor(request.actor).filter(book__campaign=request.campaign).exclude(custody__type=CASH)
    form = StatementForm(request.POST or None, request.FILES or None, accounts=accounts, initial={"request_id": str(uuid.uuid4())})
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            report = services.import_statement(
                bank_account=form.cleaned_data["bank_account"], data=file.read(), filename=file.name, author=role,
                request_id=form.cleaned_data["request_id"],
            )  # fmt: skip
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            request.session["import_report"] = report.__dict__
            return redirect("import_report", slug=slug)
    context = {"form": form, "title": _("Bring in a bank file"), "submit": _("Import"), "multipart": True}
    return render(request, "kit/desk_form.html", context)


def import_report(request: HttpRequest, slug: str) -> HttpResponse:
    report = request.session.get("import_report")
    if report is None:
        return redirect("import_statement", slug=slug)
    return render(request, "desk/import_report.html", {"report": report})


def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """The first run: one page that makes the campaign and invites everyone."""
    if not services.setup_is_open(token):
        raise Http404
    form = SetUpForm(request.POST or None)
    if form.is_valid():
        try:
            campaign, links = services.set_up_campaign(plan=form.plan())
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            return render(request, "desk/set_up_done.html", {"new_campaign": campaign, "links": links})
    context = {
        "form": form,
        "title": _("Start a campaign"),
        "intro": _("This page is open until the first campaign stands. Everyone named here gets a letter with a link of their own."),
        "submit": _("Create the campaign and invite everyone"),
    }
    return render(request, "kit/form.html", context)
