"""Public pages of a campaign. Anyone may read them; nothing here writes."""

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from awna.donations.models import Donor, Pledge
from awna.kit.http import private
from awna.parties.models import Campaign

from . import words
from .appeal import appeal_of
from .journey import journey_of
from .proof import proof_of


def front(request: HttpRequest) -> HttpResponse:
    """The only campaign at once, else the list."""
    campaigns = list(Campaign.objects.order_by("title"))
    if len(campaigns) == 1:
        return redirect("campaign", slug=campaigns[0].slug)
    return render(request, "public/front.html", {"title": _("Campaigns"), "campaigns": campaigns})


def campaign(request: HttpRequest, slug: str) -> HttpResponse:
    """What is so far: figures that add up, each linked to its entries; what is next, what is missing, who decides."""
    return render(request, "public/campaign.html", appeal_of(request.campaign))


def trace(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The private page of one donor: the way of what was given."""
    # Most donors wait for nothing: whether one does is asked together with the donor.
    waits = Exists(Pledge.objects.filter(donor=OuterRef("pk"), state="pledged"))
    donor = Donor.objects.annotate(waits=waits).by_token(token)
    if donor is None or donor.campaign_id != request.campaign.pk:
        raise Http404("This link opens no gift.")
    journeys = [journey_of(gift) for gift in donor.gifts.select_related("book__campaign", "commodity", "pledge").order_by("entry_seq")]
    shown = [
        {
            "journey": item,
            "steps": [
                (step, words.KINDS.get(step.kind, step.kind), words.STAGES_OF_WAY.get(step.stage, step.stage)) for step in item.steps
            ],
            "parts": [(part, words.STAGES_OF_WAY.get(part.stage, part.stage)) for part in item.parts],
            "not_yet": [words.KINDS[kind] for kind in item.not_yet],
            "proof": proof_of(item.gift),
        }
        for item in journeys
    ]
    waiting = list(donor.pledges.filter(state="pledged").select_related("bank_account__commodity")) if donor.waits else []
    context = {
        "title": _("The way of your gift"), "gifts": shown, "waiting": waiting, "has_proof": any(item["proof"] for item in shown),
    }  # fmt: skip
    return private(render(request, "public/trace.html", context))
