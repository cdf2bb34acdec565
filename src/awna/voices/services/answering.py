"""The people in charge answer, and confirm what of it everybody may read; stewards say within how many days."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.mail import send_mail_text
from awna.kit.policies import Actor
from awna.parties.models import Campaign, Role, User
from awna.parties.services import refuse_unless_role

from ..models import ANSWERERS, Barred, Voice, VoiceRules
from .telling import TEXT_CHARS_MAX

ANSWER_DAYS_MAX, KEEP_DAYS_MAX = 60, 365


@transaction.atomic
def answer_voice(*, voice: Voice, answer: str, author: Role, public_text: str = "") -> Voice:
    """Answer once. `public_text`: what of the asker's words everybody may read beside the answer; only where she agreed. Twice the same is once."""
    row = Voice.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=voice.pk)
    refuse_unreadable(row, author)
    if row.answered_at is not None and row.answer == answer.strip():
        return row
    problems = []
    if row.answered_at is not None:
        problems.append(Problem("voice_answered_already", "This case was answered on %(day)s. Reload the page to read the answer.",
                                {"day": timezone.localdate(row.answered_at)}))  # fmt: skip
    if not answer.strip():
        problems.append(Problem("answer_without_words", "There is no answer. Write it.", {}, "answer"))
    if max(len(answer), len(public_text)) > TEXT_CHARS_MAX:
        problems.append(Problem("voice_too_long", "The text has %(n)s characters; at most %(limit)s fit. Shorten it.",
                                {"n": max(len(answer), len(public_text)), "limit": TEXT_CHARS_MAX}, "answer"))  # fmt: skip
    if public_text.strip() and not row.wants_public:
        problems.append(
            Problem("voice_is_private", "The asker did not agree to be read by everybody. Leave the public words empty.", {}, "public_text")
        )
    if problems:
        raise Refused(problems)
    now, day = timezone.now(), timezone.localdate()
    row.answer, row.answered_at, row.answered_by = answer.strip(), now, author
    row.delete_on = day + timedelta(days=rules_of(row.campaign).keep_days)
    if public_text.strip():
        row.public_text, row.public_answer, row.published_at = public_text.strip(), row.answer, now
    row.save()
    tell_asker(row)
    return row


@transaction.atomic
def bar_person(*, voice: Voice, user: User, author: Role) -> Barred:
    """A case is about this person: she does not read it any more. Refused for the only one who could still answer."""
    row = Voice.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=voice.pk)
    refuse_unreadable(row, author)
    if user.pk == author.user_id:
        raise Refused(Problem("bars_herself", "Ask a colleague to answer instead, and let her take you off the case.", {}, "user"))
    return Barred.objects.get_or_create(voice=row, user=user, defaults={"barred_by": author})[0]


@transaction.atomic
def set_rules(*, campaign: Campaign, answer_days: int, keep_days: int, author: Role) -> VoiceRules:
    """Within how many days answers come, for cases from now on, and when personal parts go."""
    refuse_unless_role(author, "steward", campaign=campaign)
    problems = [
        Problem("voice_days_wrong", "Choose 1 to %(most)s days.", {"most": most}, where)
        for value, most, where in ((answer_days, ANSWER_DAYS_MAX, "answer_days"), (keep_days, KEEP_DAYS_MAX, "keep_days"))
        if not 1 <= value <= most
    ]
    if problems:
        raise Refused(problems)
    values = {"answer_days": answer_days, "keep_days": keep_days, "changed_by": author}
    return VoiceRules.objects.update_or_create(campaign=campaign, defaults=values)[0]


def rules_of(campaign: Campaign) -> VoiceRules:
    """The rules as they stand; the usual ones where nobody set any."""
    return VoiceRules.objects.filter(campaign=campaign).first() or VoiceRules(campaign=campaign)


def refuse_unreadable(row: Voice, author: Role) -> None:
    """The one who answers is in charge, and the case is about neither her nor her office."""
    refuse_unless_role(author, *ANSWERERS, campaign=row.campaign)
    held = list(Role.objects.filter(campaign=row.campaign, user=author.user_id, ended_on=None))
    if not Voice.objects.for_actor(Actor(author.user, held)).filter(pk=row.pk).exists():
        raise Refused(Problem("voice_not_yours", "This case is not yours to read. Somebody else in charge answers it."))


def tell_asker(row: Voice) -> None:
    """That there is an answer; the link went out when the case began, and nobody here knows it."""
    if row.email:
        with translation.override(row.language):
            body = _("Your case %(code)s has an answer. Open the private link that we mailed to you on %(day)s. The page of the campaign is:") % {
                "code": row.code, "day": timezone.localdate(row.asked_at)}  # fmt: skip
            send_mail_text(to=row.email, subject=_("An answer to your case %(code)s") % {"code": row.code},
                           body=f"{body}\n\n{settings.AWNA_ORIGIN}{row.campaign.get_absolute_url()}\n", campaign=row.campaign_id)  # fmt: skip
