"""Reports about harm: sealed at once for the keys of the leads of safeguarding, read off this server, answered to the private link."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.mail import send_mail_text
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from .. import boxes
from ..models import FORM, HARM, LEAD, LeadKey, Voice
from .telling import Told, drawn, due_on, free_code, mail_link, new_link, refuse_typist, refuse_wordless

KEEP_SEALED_DAYS_MAX = 3_650


def open_keys(campaign: Campaign) -> QuerySet[LeadKey]:
    """The keys for which reports are sealed today."""
    return LeadKey.objects.filter(campaign=campaign, ended_at=None, role__ended_on=None, role__user__is_active=True)


@transaction.atomic
def report_harm(
    *, campaign: Campaign, text: str, language: str, request_id: str, but: Sequence[int] = (), contact: str = "", email: str = "", photo: bytes = b"",
    way: str = FORM, typed_by: Role | None = None,
) -> Told:  # fmt: skip
    """Seal a report. `but`: keys of leads whom it is about. Nothing of it is kept unsealed; `email` gets the link and is not kept either."""
    refuse_typist(campaign, way, typed_by)
    keys = list(open_keys(campaign).exclude(pk__in=but))
    problems = refuse_wordless(text)
    if not keys:
        problems.append(Problem("no_lead_to_read", "No lead of safeguarding is left who could read it. Nothing was kept. Go to the outside body that the page "
                                "“Where to complain” names.", {}, "but"))  # fmt: skip
    if problems:
        raise Refused(problems)
    pictures = drawn(photo)
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = Voice.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        return new_link(first)
    secret, public = boxes.new_pair()
    code, now = free_code(campaign), timezone.now()
    told = f"{campaign.title}\n{code}\n{now:%Y-%m-%d %H:%M %Z}\n{contact.strip()}\n\n{text.strip()}\n"
    parts = {boxes.REPORT: told.encode(), **{f"photo-{number}.webp": data for number, data in enumerate(pictures, start=1)}}
    voice = Voice.objects.create(
        campaign=campaign, code=code, kind=HARM, way=way, typed_by=typed_by, language=language, link_key=public, due_on=due_on(campaign),
        asked_at=now, sealed=boxes.seal(boxes.pack(parts), [key.public_key for key in keys]), request_id=request_id,
    )  # fmt: skip
    voice.readers.set(keys)
    result = Told(voice, boxes.token_of(secret))
    mail_link(result, email.strip())
    _notify(voice, keys)
    return result


@transaction.atomic
def answer_sealed(*, voice: Voice, answer: str, author: Role) -> Voice:
    """Words for the reporter, sealed to her private link: this server cannot read them again. A later answer takes the place of the one before."""
    row = _locked_for(voice, author)
    if not answer.strip():
        raise Refused(Problem("answer_without_words", "There is no answer. Write it.", {}, "answer"))
    if row.link_key is None:
        raise Refused(Problem("voice_forgotten", "This case was deleted. Nobody can read an answer any more."))
    row.sealed_answer = boxes.seal(answer.strip().encode(), [row.link_key])
    row.answered_at, row.answered_by = timezone.now(), author
    row.save(update_fields=["sealed_answer", "answered_at", "answered_by"])
    return row


@transaction.atomic
def close_sealed(*, voice: Voice, delete_on: date, author: Role) -> Voice:
    """The lead has what she needs on her own machine: the box is deleted here on that day. The law may ask her to keep it elsewhere."""
    row = _locked_for(voice, author)
    latest = timezone.localdate() + timedelta(days=KEEP_SEALED_DAYS_MAX)
    if not timezone.localdate() <= delete_on <= latest:
        raise Refused(Problem("delete_day_wrong", "Choose a day from today to %(latest)s.", {"latest": latest}, "delete_on"))
    row.delete_on = delete_on
    row.save(update_fields=["delete_on"])
    return row


@transaction.atomic
def add_lead_key(*, role: Role, title: str, public_key: str) -> LeadKey:
    """From now on reports are sealed for this key too; every other lead is told. The same key again is the same row."""
    refuse_unless_role(role, LEAD, campaign=role.campaign)
    key = boxes.check_public_key(public_key)
    if not title.strip():
        raise Refused(Problem("lead_without_title", "Reporters must know whose key it is. Type a name or an office.", {}, "title"))
    row, made = LeadKey.objects.get_or_create(
        campaign=role.campaign, public_key=key, defaults={"role": role, "title": " ".join(title.split())}
    )
    if row.role_id != role.pk or row.ended_at is not None:
        raise Refused(Problem("lead_key_used", "This key is another lead's or was ended. Make a new pair.", {}, "public_key"))
    if made:
        for other in open_keys(role.campaign).exclude(pk=row.pk).select_related("role__user"):
            body = _(
                "From now on reports are also sealed for “%(title)s”, key %(key)s. If you do not know who that is, speak with the stewards at once."
            )
            send_mail_text(
                to=other.role.user.email,
                subject=_("A new lead of safeguarding"),
                body=body % {"title": row.title, "key": row.public_key},
                campaign=row.campaign_id,
            )
    return row


@transaction.atomic
def end_lead_key(*, key: LeadKey, author: Role) -> LeadKey:
    """No report is sealed for it any more; what was sealed before still opens with it."""
    refuse_unless_role(author, LEAD, campaign=key.campaign)
    row = LeadKey.objects.select_for_update(of=("self",)).get(pk=key.pk)
    if row.role_id != author.pk:
        raise Refused(Problem("lead_key_not_yours", "Each lead ends her own key. When a lead is gone, end her role."))
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
    return row


def _locked_for(voice: Voice, author: Role) -> Voice:
    """The report, for a lead whose key opens it."""
    refuse_unless_role(author, LEAD, campaign=voice.campaign)
    row = Voice.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=voice.pk)
    if row.kind != HARM or not row.readers.filter(role=author).exists():
        raise Refused(Problem("report_not_for_you", "This report is not sealed for a key of yours."))
    return row


def _notify(voice: Voice, keys: Sequence[LeadKey]) -> None:
    """Tell the leads for whom it is sealed, and nobody else, that there is one."""
    address = settings.AWNA_ORIGIN + reverse("sealed_reports", kwargs={"slug": voice.campaign.slug})
    with translation.override(voice.campaign.site_language):
        subject = _("A sealed report waits: %(code)s") % {"code": voice.code}
        body = _("Fetch the sealed file, and open it on your own machine with your key:") + f"\n\n{address}\n"
        for address_of_lead in sorted({key.role.user.email for key in keys}):
            send_mail_text(to=address_of_lead, subject=subject, body=body, campaign=voice.campaign_id)
