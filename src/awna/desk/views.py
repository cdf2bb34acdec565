"""Each role's home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from awna.approvals.services.questions import TITLES
from awna.books.models import StatementHold
from awna.consent.models import Proposal
from awna.kit.models import Notice
from awna.parties.models import Campaign
from awna.voices.models import ANSWERERS, Voice
from awna.voices.services import TYPISTS

from .bank_file_views import accounts_of
from .bank_lines import treasurer_of, waiting_movements
from .moving.kinds import ALL_ROLES
from .setup.next_steps import left_to_do

# (roles, address name, what one does there): the home page lists what this person may do, in the order of a gift's life.
TASKS = [
    (("site_lead", "shift_lead"), "readiness", gettext_lazy("What blocks tomorrow: four keys for each task")),
    (("site_lead", "shift_lead"), "diary", gettext_lazy("Site diary: note the day, without a network too")),
    (("treasurer",), "import_statement", gettext_lazy("Bring in a bank file")),
    (("treasurer",), "bank_batch", gettext_lazy("Settle bank lines, many at once")),
    (("treasurer",), "bank_lines", gettext_lazy("Settle the bank lines that wait, one by one")),
    (("treasurer", "steward"), "bank_files", gettext_lazy("Bank files, and the holes between them")),
    (("treasurer",), "gifts_desk", gettext_lazy("Gifts: freeze one, or give it back")),
    (("treasurer",), "offers_desk", gettext_lazy("Goods: answer offers, and count what came")),
    (ALL_ROLES, "moving_home", gettext_lazy("Bring in what you have: donors, volunteers, items, balances, the bill")),
    (("treasurer",), "receipts", gettext_lazy("Receipts: issue, void, the run of a year")),
    (("treasurer", "steward"), "sections", gettext_lazy("Sections: registration, permit, rules for receipts")),
    (TYPISTS, "desk_voices", gettext_lazy("Complaints and feedback: answer, or type in what came on paper")),
    (("safeguarding",), "sealed_reports", gettext_lazy("Sealed reports about harm to people, and my key")),
    (("treasurer", "steward"), "legal_desk", gettext_lazy("Legal pages: imprint, privacy, terms, where to complain")),
    (("treasurer",), "providers", gettext_lazy("Payment providers: switch, reports, payouts")),
    (("treasurer", "steward"), "debits", gettext_lazy("Direct debits: mandates, the next run, the file for the bank")),
    (("treasurer", "steward"), "remittances_desk", gettext_lazy("Money that sections send on, and what is under way")),
    (("treasurer", "steward"), "rates_desk", gettext_lazy("Rates of exchange")),
    (
        ("treasurer", "site_lead", "shift_lead", "steward", "coordinator", "storekeeper"),
        "wages",
        gettext_lazy("Day wages: hours, approval, payment, witness"),
    ),
    (
        ("treasurer", "site_lead", "shift_lead", "steward", "coordinator", "storekeeper"),
        "cash_boxes",
        gettext_lazy("Cash boxes and receipt books: count, purchase, arrival"),
    ),
    (("steward", "treasurer"), "people", gettext_lazy("People: invite them, give and withdraw roles")),
    (("steward",), "surplus", gettext_lazy("What happens with money left over")),
    (("steward",), "my_keys", gettext_lazy("My keys, and the founding")),
    (("steward",), "policy", gettext_lazy("The policy: who decides on what")),
    (("steward",), "decisions", gettext_lazy("Decide what the stewards are asked")),
    (("buyer", "storekeeper"), "orders", gettext_lazy("Order, ship and receive")),
    (
        ("treasurer", "buyer", "storekeeper", "site_lead", "coordinator"),
        "paper_answer",
        gettext_lazy("Bring a steward's answer from paper"),
    ),
    (("coordinator", "shift_lead"), "crews_home", gettext_lazy("Volunteers, crews and hours")),
    (("translator", "coordinator", "steward"), "translations", gettext_lazy("Translate the campaign's texts")),
    (("steward", "site_lead", "coordinator"), "news_desk", gettext_lazy("News, photos and events")),
    (("steward", "site_lead"), "outcomes_desk", gettext_lazy("What was promised, and what was measured")),
    (("treasurer", "steward", "site_lead", "coordinator"), "mail_home", gettext_lazy("Mail: what waits, failed or came back")),
    (("treasurer", "steward"), "health", gettext_lazy("Is the site well? Backups, mail, disk, log")),
    (("site_lead", "shift_lead", "steward", "coordinator"), "damage_desk", gettext_lazy("Damage: what was found, and what you see now")),
    (("site_lead", "shift_lead"), "quality", gettext_lazy("Checks, hold points, defects, changes")),
    (("site_lead", "steward", "storekeeper"), "handover", gettext_lazy("Commissioning and hand-over")),
    (("steward", "coordinator", "storekeeper", "buyer"), "readiness", gettext_lazy("What can start, and which key is yours")),
    (("site_lead", "steward", "treasurer"), "bill_desk", gettext_lazy("The bill of quantities: lines, files, what is still open")),
    (("site_lead", "steward", "treasurer", "buyer"), "costs", gettext_lazy("Costs: budget, spent, forecast")),
    (("site_lead",), "works_desk", gettext_lazy("The plan, the tasks and the crossings")),
    (("site_lead", "steward"), "schedule", gettext_lazy("Tasks, working times and schedules of other programs")),
    (("site_lead", "steward"), "clearances", gettext_lazy("Clearances before work may start")),
    (
        ("site_lead", "steward", "coordinator", "storekeeper", "buyer"),
        "access_home",
        gettext_lazy("Crossings and sites: what was reported, asked and decided"),
    ),
]


def campaigns(request: HttpRequest) -> HttpResponse:
    """The campaigns in which this person holds a role; with one, straight to it."""
    found = Campaign.objects.filter(roles__user=request.user, roles__ended_on=None).distinct().order_by("title")
    if len(found) == 1:
        return redirect("desk_home", slug=found[0].slug)
    return render(request, "desk/campaigns.html", {"campaigns": found})


def home(request: HttpRequest, slug: str) -> HttpResponse:
    """What this person may do here, and what waits."""
    tasks, waits = [], _waits(request)
    for roles, address, label in TASKS:
        try:
            if request.actor.has_role(*roles):
                tasks.append({"url": reverse(address, kwargs={"slug": slug}), "label": label, "waits": waits.get(address, 0)})
        except NoReverseMatch:
            continue
    context = {
        "tasks": tasks,
        "role_names": [role.get_name_display() for role in request.actor.roles],
        "left": left_to_do(request.campaign, request.actor),
        "unread": Notice.objects.unread().filter(reader=request.user.pk).count(),
        "waiting": Proposal.objects.open_for(request.campaign).filter(purpose__in=TITLES).count(),
    }
    return render(request, "desk/home.html", context)


def _waits(request: HttpRequest) -> dict[str, int]:
    """How many things wait behind each address: a treasurer sees at once whether the week's work is done."""
    voices = {"desk_voices": Voice.objects.for_actor(request.actor).waiting().count()} if request.actor.has_role(*ANSWERERS) else {}
    if not request.actor.has_role("treasurer"):
        return voices
    lines = waiting_movements(campaign=request.campaign, actor=treasurer_of(request.actor)).order_by().count()
    held = StatementHold.objects.waiting().filter(file__bank_account__in=accounts_of(request)).count()
    return {**voices, "bank_batch": lines, "bank_files": held}
