"""Every address of the site with an example, so that a page that is added tomorrow is looked at without anybody thinking of it.

An address that needs only its campaign has its example at once. One with more parameters finds them in `Examples`; one that no test of
looks should open stands in `LEFT_OUT` with the reason. An address in neither fails the walk. Files (a dot in
the last part of the address) are for tests of their rooms.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from awna.books.services import keep_table
from awna.campaigns.services import add_indicator, add_photo, announce_event, promise_outcome, publish_update
from awna.consent.services import enrol_key
from awna.core.consent.policy import PAPER
from awna.desk.setup.door import setup_token
from awna.donations.services import issue_receipt, offer_goods
from awna.donations.services.earlier import look_at_gifts, take_gifts_in
from awna.kit.policies import declared_policies
from awna.parties.services import give_role
from awna.parties.setup.services import finish_set_up
from awna.works.models import Task
from tests.rooms.campaigns.conftest import camera_picture

from .bills import bill_examples
from .cash import cash_examples
from .crossings import crossing_examples
from .damage import damage_examples
from .ground import Ground, gift_becomes_order
from .letters import letter_examples
from .moving_in import moving_examples
from .paying import paying_examples
from .people import people_examples
from .plans import plan_examples
from .schedules import schedule_examples
from .site_days import site_examples
from .voices import voice_examples
from .ways import way_examples

LEFT_OUT = {
    "voice_photo": "a file",
    "healthz": "a word for machines", "readyz": "a word for machines", "short_link": "leads on", "log_file": "a file", "photo": "a file", "book_for": "a file",
    "import_report": "shown once, after a file came in: the story walks there", "my_shifts": "for volunteers with an account: none is here",
    "bring_in_bill": "looks like bring_in_back", "pay_order": "leads on while no bank line fits", "drop_cash": "no payment waits here", "drawn_photo": "a file", "damage_original": "a file", "record_hours": "no shift is here", "plan_shift": "no crew is here",
    "set_up": "gone once a campaign stands: the first week walks there", "set_up_step": "as set_up", "set_up_review": "as set_up",
}  # fmt: skip
"""Name of an address → why no walk opens it."""
OF_ACCOUNTS = ("account_login", "account_signup", "account_reset_password")
UNKNOWN = "no-such-token"
"""In place of a secret that nobody has: the page says that it opens nothing."""


@dataclass(frozen=True)
class Address:
    """One page to open; `roles` are empty for everybody's."""

    name: str
    path: str
    roles: frozenset[str] = frozenset()
    login: bool = False


@dataclass
class Examples:
    """A campaign in which a gift became an order, whose plan is in force and whose letter, news and event are out."""

    ground: Ground
    values: dict[str, Any] = field(default_factory=dict)
    of: dict[str, dict[str, Any]] = field(default_factory=dict)


def examples(ground: Ground) -> Examples:
    w = ground.world
    pledge, run = gift_becomes_order(ground)
    news = publish_update(
        campaign=w.campaign, title="The roof is clear", text="Two days of work.", language="en", author=w.nour, request_id="news"
    )
    event = announce_event(
        campaign=w.campaign, title="Market day", starts_at=timezone.now() + timedelta(days=9), place_public="The square", author=w.salma
    )
    outcome = promise_outcome(
        campaign=w.campaign,
        code="open",
        title="The ward is open",
        language="en",
        promised_on=ground.today + timedelta(days=90),
        author=w.salma,
    )
    indicator = add_indicator(
        outcome=outcome, title="Beds in use", unit="beds", baseline=Decimal(0), baseline_on=ground.today, target=Decimal(12), author=w.salma
    )
    photo = add_photo(
        campaign=w.campaign, data=camera_picture(), alt="The yard with the new wall", language="en", taken_on=ground.today, consent_how="nobody",
        consent_on=ground.today, author=w.nour, request_id="photo",
    )  # fmt: skip
    donor, gift = {"token": pledge.donor.token}, pledge.gifts.get()
    # Karim keeps the books of the section too, so that he opens its receipts.
    receipt = issue_receipt(
        gift=gift, author=give_role(campaign=w.campaign, user=w.karim.user, name="treasurer", section=gift.donor.section)
    )
    task, volunteer = Task.objects.filter(campaign=w.campaign)[0], w.campaign.volunteers.first()
    table = keep_table(
        bank_account=ground.account,
        data=b"Date;Amount;Text\n02.03.2026;50,00;gift\n",
        filename="march.csv",
        author=w.north_treasurer,
        request_id="t",
    )
    looked = look_at_gifts(
        bank_account=ground.account, data=b"key,date,amount,currency,name\n1,2026-01-05,50.00,EUR,Dana\n", decimal="point", separator="comma",
        author=w.north_treasurer,
    )  # fmt: skip
    earlier = take_gifts_in(found=looked, author=w.north_treasurer)
    offer = offer_goods(campaign=w.campaign, what="Hospital beds", quantity=12, unit="pieces", name="Dana", request_id="offer")
    paper_key = enrol_key(steward=w.salma, kind=PAPER, public=bytes(range(32)), request_id="paper key")
    return Examples(
        ground,
        values={
            "slug": w.campaign.slug, "token": UNKNOWN, "letter": ground.letter.pk, "update": news.pk, "event": event.pk, "photo": photo.pk, "outcome": outcome.pk,
            "indicator": indicator.pk, "seq": 1, "number": 1, "proposal": w.campaign.proposals.order_by("filed_at")[0].pk, "language": "ar", "subject": "campaign.title", "volunteer_id": volunteer and volunteer.pk,
        },
        of={
            "set_up_done": set_up_example(ground), "give_check": donor, "give_done": donor, "trace": donor, "book_page": {"page": "0001"}, "plan_page": {"page": 1},
            **crossing_examples(ground), **letter_examples(ground), **site_examples(ground, task), **schedule_examples(ground, task), **damage_examples(ground), **bill_examples(ground), **moving_examples(ground), **way_examples(ground), **cash_examples(ground), **voice_examples(ground), **paying_examples(ground.account, w.north_treasurer), "bank_columns": {"file": table.pk}, "bank_split": {"movement": gift.movement_id}, "figure": {"figure": "received", "code": "EUR"}, "plan_run": {"pk": run.pk}, **plan_examples(ground, run), **people_examples(ground),
            "my_receipts": donor, "gift_import": {"found": earlier.pk}, "value_gift": {"gift": gift.pk}, "freeze_gift": {"gift": gift.pk}, "offer": {"token": offer.donor.token}, "answer_offer": {"offer": offer.pk}, "goods_came": {"offer": offer.pk}, "issue_receipt": {"gift": gift.pk}, "void_receipt": {"receipt": receipt.pk},
            "suspend_key": {"key": paper_key.pk}, "prove_key": {"key": paper_key.pk}, "annual_receipts": {"year": ground.today.year - 1}, "section": {"section": w.north.pk}, "works_issue": {"pk": task.pk}, "works_progress": {"pk": task.pk},
        },
    )  # fmt: skip


def set_up_example(ground: Ground) -> dict[str, Any]:
    """A campaign that began an hour ago: its links are still kept, and its desk lists what to do next."""
    finish_set_up(
        set_up=None, campaign=ground.world.campaign, links=[("steward", "salma@example.org", "https://rebuild.example.org/join/example/")]
    )
    return {"token": setup_token()}


def addresses(found: Examples) -> Iterator[Address | str]:
    """Each page to open, or a complaint about an address that has no example."""
    for route, name, policies in declared_policies():
        policy = (policies or {}).get("GET")
        is_file = "." in route.rpartition("/")[2]
        if policy is None or is_file or name in LEFT_OUT or (route.startswith("accounts/") and name not in OF_ACCOUNTS):
            continue
        wanted = re.findall(r"<(?:\w+:)?(\w+)>", route)
        values = {**found.values, **found.of.get(name, {})}
        missing = [part for part in wanted if part not in values]
        if missing:
            yield f"{route}: give an example of {', '.join(missing)} in tests/browser/addresses.py, or say there why it is left out"
        else:
            yield Address(name, reverse(name, kwargs={part: values[part] for part in wanted} or None), policy.roles, policy.login)
