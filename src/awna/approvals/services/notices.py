"""Notices to the stewards whose word is wanted: what is asked, by when, and the word code to compare; never a secret, never twice."""

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from awna.consent.models import Decision, Proposal
from awna.consent.services import digest_to_sign
from awna.core.consent.quorum import word_code
from awna.kit.notices.services import in_language_of, tell
from awna.parties.models import Campaign, Role

from ..models import Told
from .questions import TITLES, address_of, amounts_of, title_of


@transaction.atomic
def tell_stewards(*, campaign: Campaign) -> int:
    """One notice for each steward and open proposal that she was not told of yet and has not answered. Returns how many."""
    waiting = list(Proposal.objects.open_for(campaign).filter(purpose__in=TITLES).select_related("release"))
    if not waiting:
        return 0
    stewards = list(Role.objects.filter(campaign=campaign, name="steward", ended_on=None).select_related("user", "campaign"))
    told = set(Told.objects.filter(proposal__in=waiting, what=Told.WAITS).values_list("proposal", "steward"))
    answered = set(Decision.objects.filter(proposal__in=waiting).values_list("proposal", "steward"))
    wanted = [
        (proposal, steward) for proposal in waiting for steward in stewards
        if (proposal.pk, steward.pk) not in told | answered and proposal.filed_by_id != steward.pk
    ]  # fmt: skip
    for proposal, steward in wanted:
        Told.objects.create(proposal=proposal, steward=steward, what=Told.WAITS)
        _send(proposal, steward)
    return len(wanted)


@transaction.atomic
def tell_held(*, proposal: Proposal) -> int:
    """Tell every steward once that a proposal was stopped at its last gate: somebody may have been forced. It names nobody."""
    if not Proposal.objects.filter(pk=proposal.pk, held_at__isnull=False).exists():
        return 0
    told = 0
    for steward in Role.objects.filter(campaign=proposal.campaign_id, name="steward", ended_on=None).select_related("user", "campaign"):
        _row, is_new = Told.objects.get_or_create(proposal=proposal, steward=steward, what=Told.HELD)
        if is_new:
            told += 1
            _send_held(proposal, steward)
    return told


def _send_held(proposal: Proposal, steward: Role) -> None:
    with in_language_of(steward.user_id, steward.campaign.site_language):
        lines = [
            _("Stopped and not carried out: %(title)s.") % {"title": title_of(proposal)},
            _(
                "Somebody may have been forced to agree. No money moved. Speak with the other stewards in person before you ask for it anew."
            ),
        ]
        subject = _("%(campaign)s: a proposal was stopped") % {"campaign": steward.campaign.title_here}
        tell(
            reader=steward.user_id, to=steward.user.email, key=f"held {proposal.pk}", subject=subject, lines=lines, address=address_of(proposal),
            campaign=steward.campaign_id, is_urgent=True,
        )  # fmt: skip


def _send(proposal: Proposal, steward: Role) -> None:
    """In the steward's own language where she chose one, else in that of the place."""
    campaign = steward.campaign
    with in_language_of(steward.user_id, campaign.site_language):
        lines = [
            _("Your word is wanted: %(title)s.") % {"title": title_of(proposal)},
            *amounts_of(proposal),
            _("Open until %(day)s.") % {"day": date_format(proposal.expires_on, "j M Y")},
            _("Word code of this exact text: %(code)s. Read it aloud to another steward: both of you must see the same words.")
            % {"code": word_code(digest_to_sign(proposal))},
            _("Never sign because a mail asks you to: read the proposal on the page first."),
        ]
        subject = _("%(campaign)s: your word is wanted") % {"campaign": campaign.title_here}
        tell(
            reader=steward.user_id, to=steward.user.email, key=f"waits {proposal.pk}", subject=subject, lines=lines, address=address_of(proposal),
            campaign=campaign.pk,
        )  # fmt: skip
