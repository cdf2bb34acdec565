"""What the demonstration tells of voices: two answered complaints, one that waits, one lead of safeguarding."""

from typing import Any

from awna.voices import boxes, services

LEAD = "Mona, lead of safeguarding"
# kind, language, words, what everybody may read of them, answer, by whom
ANSWERED = (
    ("complaint", "en", "On Tuesday the gate was shut at noon and the people who had brought stones waited an hour in the sun. Please tell us the hours.",
     "The gate was shut at noon and people waited in the sun.",
     "You are right. The gate is open from 7 to 15 now, the hours hang outside, and there is a roof of canvas to wait under.", "Nour"),
    ("feedback", "ar", "نقترح أن تكون قائمة المواد المطلوبة معلقة عند المخزن أيضا، لأن كثيرين لا يفتحون الموقع.", "قائمة المواد المطلوبة عند المخزن أيضا.",
     "فكرة جيدة. القائمة معلقة عند باب المخزن منذ الأحد وتتجدد كل أسبوع.", "Rami"),
)  # fmt: skip
WAITING = ("complaint", "en", "My receipt names the wrong month. I wrote to the section two weeks ago and heard nothing.")


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
