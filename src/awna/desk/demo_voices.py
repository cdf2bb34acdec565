"""What the demonstration tells of legal pages and voices: the pages of every body, two answered complaints, one that waits, one lead of safeguarding."""

from typing import Any

from django.conf import settings
from django.utils import translation

from awna.parties.legal.drafts import propose
from awna.parties.legal.models import REQUIRED
from awna.parties.legal.services import OPEN_BLANK, SHUT_BLANK, publish_legal_texts, source_of
from awna.parties.models import Section, Translation
from awna.parties.services import translate_text
from awna.voices import boxes, services

LEAD = "Mona, lead of safeguarding"
INVENTED = "to be filled in by a real body"
# kind, language, words, what everybody may read of them, answer, by whom
ANSWERED = (
    ("complaint", "en", "On Tuesday the gate was shut at noon and the people who had brought stones waited an hour in the sun. Please tell us the hours.",
     "The gate was shut at noon and people waited in the sun.",
     "You are right. The gate is open from 7 to 15 now, the hours hang outside, and there is a roof of canvas to wait under.", "Nour"),
    ("feedback", "ar", "نقترح أن تكون قائمة المواد المطلوبة معلقة عند المخزن أيضا، لأن كثيرين لا يفتحون الموقع.", "قائمة المواد المطلوبة عند المخزن أيضا.",
     "فكرة جيدة. القائمة معلقة عند باب المخزن منذ الأحد وتتجدد كل أسبوع.", "Rami"),
)  # fmt: skip
WAITING = ("complaint", "en", "My receipt names the wrong month. I wrote to the section two weeks ago and heard nothing.")


def open_to_gifts(story: Any) -> None:
    """Legal pages from the proposals, so that gifts can be taken; no lawyer has read them, and they say so."""
    author, campaign = story.roles["Karim"], story.campaign
    bodies: list[Section | None] = [None, *campaign.sections.order_by("name")]
    for body in bodies:
        texts = {kind: _filled(propose(campaign=campaign, section=body, kind=kind, origin=settings.AWNA_ORIGIN)) for kind in REQUIRED}
        for row in publish_legal_texts(campaign=campaign, section=body, texts=texts, language="en", author=author):
            with translation.override("ar"):
                arabic = _filled(propose(campaign=campaign, section=body, kind=row.kind, origin=settings.AWNA_ORIGIN))
            if arabic != row.text:
                source = source_of(row)
                translate_text(
                    campaign=campaign, source=source, language="ar", text=arabic, author=story.roles["Rami"], state=Translation.MACHINE
                )


def tell(story: Any) -> None:
    """Two answered in public, one open; the lead's key was made for show and its other half is thrown away."""
    campaign = story.campaign
    for number, (kind, language, words, shown, answer, by) in enumerate(ANSWERED, start=1):
        told = services.tell(
            campaign=campaign, kind=kind, text=words, language=language, wants_public=True, request_id=f"demo-voice-{number}"
        )
        services.answer_voice(voice=told.voice, answer=answer, public_text=shown, author=story.roles[by])
    kind, language, words = WAITING
    services.tell(campaign=campaign, kind=kind, text=words, language=language, section=story.sections["EUR"], request_id="demo-voice-open")
    services.add_lead_key(role=story.roles["Mona"], title=LEAD, public_key=boxes.new_pair()[1])


def _filled(text: str) -> str:
    """Every blank as an invented one, which a real body would fill in."""
    parts = text.split(OPEN_BLANK)
    return parts[0] + "".join(f"({what}: {INVENTED}){rest}" for what, _shut, rest in (part.partition(SHUT_BLANK) for part in parts[1:]))
