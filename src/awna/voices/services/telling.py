"""A case begins: somebody says what is wrong or could be better, gets a number and a private link, and the people in charge are told."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.images import redraw_photo
from awna.kit.mail import send_mail_text
from awna.kit.sealed import seal_bytes
from awna.parties.models import Campaign, Role, Section
from awna.parties.services import refuse_unless_role

from .. import boxes
from ..models import ANSWERERS, FORM, HARM, KINDS, WAYS, Voice, VoicePhoto, VoiceRules

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTVWXYZ"  # nothing that is taken for another sign when read aloud
CODE_SIGNS = 8
TEXT_CHARS_MAX, NAME_CHARS_MAX = 8_000, 120
TYPISTS = (*ANSWERERS, "shift_lead", "storekeeper", "buyer")
"""Who may type in what came on paper, by telephone or by word of mouth."""
PHOTO_NAME = "large.webp"


@dataclass(frozen=True)
class Told:
    """A case with the token of its private link, which nobody can be told again: it is not kept."""

    voice: Voice
    token: str

    @property
    def path(self) -> str:
        return reverse("voice", kwargs={"slug": self.voice.campaign.slug, "token": self.token})


@transaction.atomic
def tell(
    *, campaign: Campaign, kind: str, text: str, language: str, request_id: str, about: Sequence[str] = (), section: Section | None = None,
    name: str = "", email: str = "", wants_public: bool = False, photo: bytes = b"", way: str = FORM, typed_by: Role | None = None,
) -> Told:  # fmt: skip
    """Take a complaint or feedback down. `about`: offices whose holders shall not read it. The same request again gives the same case with a new link."""
    refuse_typist(campaign, way, typed_by)
    _refuse_unfit(kind, text, about, campaign, section)
    pictures = drawn(photo)
    # The campaign's row makes two clicks on one form follow each other.
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    first = Voice.objects.filter(campaign=campaign, request_id=request_id).first()
    if first is not None:
        return new_link(first)
    secret, public = boxes.new_pair()
    voice = Voice.objects.create(
        campaign=campaign, section=section, code=free_code(campaign), kind=kind, way=way, typed_by=typed_by, language=language, text=text.strip(),
        about=f",{','.join(sorted(about))}," if about else "", name=" ".join(name.split()), email=email.strip(), wants_public=wants_public,
        link_key=public, due_on=due_on(campaign), request_id=request_id,
    )  # fmt: skip
    for picture in pictures:
        VoicePhoto.objects.create(voice=voice, media_type="image/webp", data=seal_bytes(picture, place="voices.photo"))
    told = Told(voice, boxes.token_of(secret))
    mail_link(told, email.strip())
    _notify(voice)
    return told


def find_voice(*, campaign: Campaign, token: str) -> Voice | None:
    """The case of a private link."""
    key = boxes.public_of_token(token)
    return Voice.objects.filter(campaign=campaign, link_key=key).first() if key else None


def public_figures(campaign: Campaign) -> dict[str, int]:
    """How many there are, how many wait, how many wait too long; sealed reports are not counted."""
    day = timezone.localdate()
    return Voice.objects.spoken().filter(campaign=campaign).aggregate(
        all=Count("pk"), open=Count("pk", filter=Q(answered_at=None)), late=Count("pk", filter=Q(answered_at=None, due_on__lt=day)),
        answered=Count("pk", filter=Q(answered_at__isnull=False)), shown=Count("pk", filter=Q(published_at__isnull=False)),
    )  # fmt: skip


def due_on(campaign: Campaign) -> date:
    rules = VoiceRules.objects.filter(campaign=campaign).first() or VoiceRules(campaign=campaign)
    return timezone.localdate() + timedelta(days=rules.answer_days)


def free_code(campaign: Campaign) -> str:
    """A number that tells nothing of how many there are: `7K3Q-D9XA`."""
    while True:
        signs = "".join(secrets.choice(ALPHABET) for _sign in range(CODE_SIGNS))
        code = f"{signs[:4]}-{signs[4:]}"
        if not Voice.objects.filter(campaign=campaign, code=code).exists():
            return code


def new_link(voice: Voice) -> Told:
    """A new private link in place of the one that was lost on the way; what was sealed to the old one is gone with it."""
    secret, public = boxes.new_pair()
    Voice.objects.filter(pk=voice.pk).update(link_key=public)
    return Told(voice, boxes.token_of(secret))


def drawn(photo: bytes) -> list[bytes]:
    """The photo drawn anew, without what the camera wrote into it."""
    return [bytes(item["data"]) for item in redraw_photo(photo) if item["name"] == PHOTO_NAME] if photo else []


def mail_link(told: Told, email: str) -> None:
    """The number and the link, to whoever left an address; nothing of what was said."""
    if email:
        lines = [
            _("Your case has the number %(code)s.") % {"code": told.voice.code},
            _("Its private page shows the answer. Whoever has this link can read it, so keep it to yourself:"),
            settings.AWNA_ORIGIN + told.path,
        ]
        send_mail_text(
            to=email, subject=_("Your case %(code)s") % {"code": told.voice.code}, body="\n\n".join(lines), campaign=told.voice.campaign_id
        )


def refuse_typist(campaign: Campaign, way: str, typed_by: Role | None) -> None:
    if typed_by is not None:
        refuse_unless_role(typed_by, *TYPISTS, "safeguarding", campaign=campaign)
    if way not in dict(WAYS) or (way != FORM) != (typed_by is not None):
        raise Refused(Problem("voice_way_wrong", "Say how it came: on paper, by telephone or in person.", {}, "way"))


def refuse_wordless(text: str) -> list[Problem]:
    if not text.strip():
        return [Problem("voice_without_words", "There is no text. Write what happened, or what could be better.", {}, "text")]
    if len(text) > TEXT_CHARS_MAX:
        return [Problem("voice_too_long", "The text has %(n)s characters; at most %(limit)s fit. Shorten it.",
                        {"n": len(text), "limit": TEXT_CHARS_MAX}, "text")]  # fmt: skip
    return []


def _refuse_unfit(kind: str, text: str, about: Sequence[str], campaign: Campaign, section: Section | None) -> None:
    problems = refuse_wordless(text)
    if kind == HARM or kind not in dict(KINDS):
        problems.append(
            Problem("voice_kind_wrong", "Choose a complaint or feedback. Harm to a person is reported on a page of its own.", {}, "kind")
        )
    if set(about) - set(ANSWERERS):
        problems.append(Problem("voice_about_unknown", "Choose offices from the list.", {}, "about"))
    if section is not None and section.campaign_id != campaign.pk:
        problems.append(
            Problem("section_of_another_campaign", "That section belongs to another campaign. Choose one of this campaign.", {}, "section")
        )
    if not problems and not _readers(campaign, about, section):
        problems.append(Problem("voice_nobody_left", "Nobody in charge would be left to read it. Choose fewer offices, or use the sealed report, which goes "
                                "to the leads of safeguarding alone.", {}, "about"))  # fmt: skip
    if problems:
        raise Refused(problems)


def _readers(campaign: Campaign, about: Sequence[str], section: Section | None) -> list[Role]:
    """One role of each person in charge who may read a case."""
    found: dict[object, Role] = {}
    held = list(Role.objects.filter(campaign=campaign, ended_on=None).select_related("user"))
    named = {role.user_id for role in held if role.name in about}
    for role in held:
        if role.name in ANSWERERS and role.user_id not in named and role.section_id in (None, section and section.pk):
            found.setdefault(role.user_id, role)
    return list(found.values())


def _notify(voice: Voice) -> None:
    """Tell everybody in charge that something waits; a mail never says what."""
    about = [name for name in voice.about.split(",") if name]
    address = settings.AWNA_ORIGIN + reverse("desk_voice", kwargs={"slug": voice.campaign.slug, "voice": voice.pk})
    with translation.override(voice.campaign.site_language):
        subject = _("Case %(code)s waits for an answer") % {"code": voice.code}
        body = _("Somebody wrote to the campaign. An answer is promised by %(day)s:") % {"day": voice.due_on} + f"\n\n{address}\n"
        for role in _readers(voice.campaign, about, voice.section):
            send_mail_text(to=role.user.email, subject=subject, body=body, campaign=voice.campaign_id)
