"""Examples for legal pages, complaints and sealed reports."""

from typing import Any

from awna.parties.services import give_role
from awna.voices import boxes
from awna.voices.services import add_lead_key, answer_voice, report_harm, tell
from tests.world import person

from .ground import Ground


def voice_examples(ground: Ground) -> dict[str, dict[str, Any]]:
    """One answered in public, one that waits, one sealed for Mona; the pages of the owner."""
    campaign = ground.world.campaign
    mona = give_role(campaign=campaign, user=person("Mona"), name="safeguarding")
    add_lead_key(role=mona, title="Mona", public_key=boxes.new_pair()[1])
    shown = tell(campaign=campaign, kind="complaint", text="The gate was shut.", language="en", wants_public=True, request_id="shown")
    answer_voice(voice=shown.voice, answer="It is open now.", public_text="The gate was shut.", author=ground.world.salma)
    open_one = tell(campaign=campaign, kind="feedback", text="Hang the hours outside.", language="en", wants_public=True, request_id="open")
    sealed = report_harm(campaign=campaign, text="Somebody was hurt.", language="en", request_id="sealed").voice
    page, case = {"body": "owner", "kind": "imprint"}, {"voice": open_one.voice.pk}
    return {
        "legal_page": page, "legal_version": {**page, "number": 1}, "write_legal": page, "review_legal": page, "desk_voice": case, "bar_person": case,
        "voice": {"token": open_one.token}, "answer_report": {"voice": sealed.pk}, "close_report": {"voice": sealed.pk},
    }  # fmt: skip
