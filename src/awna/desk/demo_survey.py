"""The demonstration: the damage that was found, from the air, on a visit with phones, and by the site lead herself."""

from datetime import date, timedelta
from typing import Any

from awna.works.models import SurveyFile
from awna.works.survey import services as survey

from .demo_files import FILES

AIR_DAYS, VISIT_DAYS, LEAD_DAYS = 70, 52, 9
SITE = "Wadi Sanad Clinic"


def tell(story: Any) -> None:
    """A published survey of the valley, a visit to the clinic with one row that waits, and a second look at the ward."""
    site = story.campaign.sites.get(name=SITE)
    _bring(story, "damage.geojson", source="Invented satellite survey of Wadi Sanad", day=story.today - timedelta(days=AIR_DAYS))
    _bring(story, "damage-visit.json", source="Visit of the clinic with phones", day=story.today - timedelta(days=VISIT_DAYS))
    for name, part, grade, note in (
        ("Main ward", "walls", "moderate", "The blocks of the north wall can be used again."),
        ("Main ward", "roof", "destroyed", "Timber is broken over the whole span."),
        ("Pharmacy", "", "slight", "Cleared and swept; two panes are missing."),
    ):
        survey.record_observation(
            campaign=story.campaign, site=site, name=name, part=part, grade=grade, note=note, observed_on=story.today - timedelta(days=LEAD_DAYS),
            author=story.roles["Nour"], request_id=f"demo-seen-{name}-{part}",
        )  # fmt: skip


def _bring(story: Any, name: str, *, source: str, day: date) -> SurveyFile:
    data = (FILES / name).read_text(encoding="utf-8").replace("DAY", day.isoformat()).encode()
    found = survey.look_at_survey(campaign=story.campaign, data=data, filename=name, source=source, author=story.roles["Nour"])
    return survey.take_survey(file=found, author=story.roles["Nour"])
