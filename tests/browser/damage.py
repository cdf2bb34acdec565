"""Everything that the pages of damage can show: houses of every grade on the map, a file that is looked at, a row that waits."""

import json
from datetime import timedelta
from typing import Any

from awna.works.models import SurveyFile, SurveyRow
from awna.works.survey import services
from tests.core.survey.files import STREET, shapefile_of, zipped

from .ground import Ground


def damage_examples(ground: Ground) -> dict[str, dict[str, Any]]:
    """What fills the parameters of the addresses of damage, by the address's name."""
    campaign, nour = ground.world.campaign, ground.world.nour

    def look(data: bytes, name: str) -> SurveyFile:
        return services.look_at_survey(campaign=campaign, data=data, filename=name, source="Survey from the air", author=nour)

    services.take_survey(file=look(zipped(shapefile_of(STREET)), "street.zip"), author=nour)
    visit = {
        "_uuid": "1",
        "site": "old-mill",
        "object_name": "Mill",
        "damage_grade": "severe",
        "observed_on": str(ground.today - timedelta(days=20)),
    }
    services.take_survey(file=look(json.dumps([visit]).encode(), "visit.json"), author=nour)
    draft = look(json.dumps([{**visit, "_uuid": "2", "damage_grade": "slight"}]).encode(), "later.json")
    building = {"building": campaign.buildings.first().pk}
    return {
        "damage_building": building,
        "damage_add_to": building,
        "damage_file": {"file": draft.pk},
        "damage_row": {"row": SurveyRow.objects.get().pk},
    }
