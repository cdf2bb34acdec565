"""What was answered is forgotten after the time that the campaign states; who waits too long is not."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.kit.mail import send_mail_text
from awna.parties.forgotten.services import note_forgotten
from awna.parties.models import Campaign, Role

from ..models import ANSWERERS, Voice


@transaction.atomic
def forget_closed(*, campaign: Campaign) -> int:
    """Delete the personal parts of cases whose time is over: words, name, address, photos, boxes, the link. What was published stays; how many."""
    due = Voice.objects.select_for_update(of=("self",)).filter(campaign=campaign, delete_on__lte=timezone.localdate(), forgotten_at=None)
    rows = list(due)
    for row in rows:
        _forget(row)
    return len(rows)


@transaction.atomic
def delete_voice(*, voice: Voice) -> None:
    """Whoever has the private link takes everything back, what was published too: nothing is left of it, nor is it counted."""
    note_forgotten(kind="voice", subject=voice.pk)
    Voice.objects.filter(pk=voice.pk).delete()


@transaction.atomic
def remind_late(*, campaign: Campaign) -> int:
    """Mail the people in charge once about each case whose day has passed; how many cases."""
    rows = list(
        Voice.objects.select_for_update(of=("self",)).spoken().late(timezone.localdate()).filter(campaign=campaign, reminded_at=None)
    )
    if rows:
        address = settings.AWNA_ORIGIN + reverse("desk_voices", kwargs={"slug": campaign.slug})
        people = Role.objects.filter(campaign=campaign, name__in=ANSWERERS, ended_on=None, section=None).order_by("user__email")
        with translation.override(campaign.site_language):
            subject, body = _("Answers are late"), _("Somebody waits longer than the campaign promised. Everybody can see how many:")
            for email in people.values_list("user__email", flat=True).distinct():
                send_mail_text(to=email, subject=subject, body=f"{body}\n\n{address}\n", campaign=campaign.pk)
        Voice.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=timezone.now())
    return len(rows)


def _forget(row: Voice) -> None:
    row.photos.all().delete()
    row.barred.all().delete()
    row.readers.clear()
    row.text, row.name, row.email, row.answer, row.about = "", "", "", "", ""
    row.sealed, row.sealed_answer, row.link_key = None, None, None
    row.forgotten_at = timezone.now()
    row.save()
