"""What tests of cash and wages start from: a release for wages out of the bank, workers, a sheet with hours, a photo."""

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from awna.approvals.cash import services
from awna.approvals.models import Labourer, WageSheet
from awna.approvals.services import decide
from awna.books.models import Milestone, Movement
from tests.rooms.funded import Funded, make_funded


@dataclass
class Pay:
    """EUR 40,000.00 in the bank; Salma asked for EUR 500.00 of wages and both stewards agreed. Lina writes, Nour approves, Karim pays."""

    funded: Funded
    photo: bytes
    workers: list[Labourer] = field(default_factory=list)

    @property
    def world(self) -> Any:
        return self.funded.world

    @property
    def today(self) -> date:
        return timezone.localdate()

    def wages(self, minor: int = 50_000, custody: Any = None) -> Milestone:
        proposal = services.ask_for_wages(
            campaign=self.world.campaign, custody=custody or self.funded.account.custody, fund=self.funded.roof, ceiling=minor, text="Roof, day labour",
            expires_on=self.today + timedelta(days=9), filed_by=self.world.salma, request_id=f"wages {minor}",
        )  # fmt: skip
        for steward in (self.world.salma, self.world.yusuf):
            decide(proposal=proposal, steward=steward, choice="approve", request_id=f"yes:{steward.pk}")
        return Milestone.objects.get(proposal=proposal)

    def hire(self, name: str, *, local: bool = True, **more: Any) -> Labourer:
        made = services.add_labourer(
            campaign=self.world.campaign, name=name, work="helper", is_local=local, author=self.world.shift_lead, request_id=name, **more
        )
        self.workers.append(made)
        return made

    def sheet(self, milestone: Milestone, name: str = "sheet") -> WageSheet:
        return services.open_sheet(
            campaign=self.world.campaign, milestone=milestone, title="Roof, week 1", first_on=self.today, last_on=self.today,
            author=self.world.shift_lead, request_id=name,
        )  # fmt: skip

    def hours(self, *people: Labourer, hours: str = "8", rate: int = 500) -> list[services.HoursAsk]:
        return [services.HoursAsk(one, self.today, Decimal(hours), rate) for one in people]

    def filled(self, milestone: Milestone) -> WageSheet:
        """Two people, eight hours at EUR 5.00: EUR 80.00."""
        amal, basil = self.hire("Amal Sample"), self.hire("Basil Sample", local=False)
        return services.write_hours(sheet=self.sheet(milestone), hours=self.hours(amal, basil), author=self.world.shift_lead)

    def drawn(self, minor: int = 8_000) -> Movement:
        return self.funded.bank_line(-minor)

    def paid(self, milestone: Milestone) -> WageSheet:
        sheet = services.approve_sheet(sheet=self.filled(milestone), author=self.world.nour)
        sheet = services.note_wages_paid(sheet=sheet, photo=self.photo, paid_on=self.today, movement=self.drawn(), author=self.world.karim)
        return services.witness_wages(sheet=sheet, second=self.world.shift_lead)


@pytest.fixture(scope="session")
def signed_paper() -> bytes:
    """A photo as a phone makes it, small."""
    out = io.BytesIO()
    Image.new("RGB", (240, 320), "white").save(out, format="JPEG")
    return out.getvalue()


@pytest.fixture
def pay(db: None, signed_paper: bytes) -> Pay:
    return Pay(make_funded(), signed_paper)
