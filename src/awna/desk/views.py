"""Each role's home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from awna.approvals.services.questions import TITLES
from awna.books.models import StatementHold
from awna.consent.models import Proposal
from awna.kit.models import Notice
from awna.parties.models import Campaign
from awna.voices.models import ANSWERERS, Voice

from .bank_file_views import accounts_of
from .bank_lines import treasurer_of, waiting_movements
from .setup.next_steps import left_to_do
from .tasks import GROUPS


def campaigns(request: HttpRequest) -> HttpResponse:
    """The campaigns in which this person holds a role; with one, straight to it."""
    found = Campaign.objects.filter(roles__user=request.user, roles__ended_on=None).distinct().order_by("title")
    if len(found) == 1:
        return redirect("desk_home", slug=found[0].slug)
    return render(request, "desk/campaigns.html", {"campaigns": found})


def home(request: HttpRequest, slug: str) -> HttpResponse:
    """What this person may do here, and what waits."""
    waits = _waits(request)
    groups = [
        (heading, [_task(slug, address, label, waits) for roles, address, label in tasks if request.actor.has_role(*roles)])
        for heading, tasks in GROUPS
    ]
    context = {
        "waits": [task for _heading, tasks in groups for task in tasks if task["waits"]],
        "groups": [(heading, rest) for heading, tasks in groups if (rest := [task for task in tasks if not task["waits"]])],
        "role_names": [role.get_name_display() for role in request.actor.roles],
        "left": left_to_do(request.campaign, request.actor),
        "unread": Notice.objects.unread().filter(reader=request.user.pk).count(),
        "waiting": Proposal.objects.open_for(request.campaign).filter(purpose__in=TITLES).count(),
    }
    return render(request, "desk/home.html", context)


def _task(slug: str, address: str, label: str, waits: dict[str, int]) -> dict[str, object]:
    return {"url": reverse(address, kwargs={"slug": slug}), "label": label, "waits": waits.get(address, 0)}


def _waits(request: HttpRequest) -> dict[str, int]:
    """How many things wait behind each address: a treasurer sees at once whether the week's work is done."""
    voices = {"desk_voices": Voice.objects.for_actor(request.actor).waiting().count()} if request.actor.has_role(*ANSWERERS) else {}
    if not request.actor.has_role("treasurer"):
        return voices
    lines = waiting_movements(campaign=request.campaign, actor=treasurer_of(request.actor)).order_by().count()
    held = StatementHold.objects.waiting().filter(file__bank_account__in=accounts_of(request)).count()
    return {**voices, "bank_batch": lines, "bank_files": held}
