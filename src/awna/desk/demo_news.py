"""What the demonstration tells: updates, a drawn picture, two events, four promises (kept, late, missed, on the way), the press."""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image, ImageDraw

from awna.books.models import Book
from awna.campaigns import services as campaigns
from awna.campaigns.models import Photo
from awna.parties import services as parties
from awna.parties.models import Campaign, Role

ZONE = "Asia/Amman"
PICTURE_DAYS, PROMISED_DAYS = 12, 60
WIDTH, HEIGHT, COURSES, BLOCKS = 1600, 1000, 9, 8
UPDATES = (
    ("rain", "en", "Rain stopped the walls for three days",
     "The wall crew could not lay blocks from Sunday to Tuesday. **Nothing was lost.**\n\n- The cement lay dry in the store.\n- The crew cleared rubble "
     "from the yard instead.\n- The plan was made anew; the roof is expected a week later."),
    ("rain", "ar", "أوقف المطر بناء الجدران ثلاثة أيام",
     "لم يتمكن فريق البناء من رصّ الطوب من الأحد إلى الثلاثاء. **لم نفقد شيئًا.**\n\n- بقي الإسمنت جافًا في المخزن.\n- أزال الفريق الأنقاض من الساحة.\n"
     "- أُعيد وضع الخطة، ويُتوقع السقف بعد أسبوع من الموعد."),
    ("beds", "en", "Twelve beds wait for their ward",
     "Hillside Hospital gave twelve beds. They stand in the yard store, counted and covered, until the ward has a roof."),
    ("beds", "ar", "اثنا عشر سريرًا تنتظر الجناح",
     "أهدى مستشفى التلة اثني عشر سريرًا. هي في مخزن الساحة، معدودة ومغطاة، إلى أن يُسقف الجناح."),
)  # fmt: skip
WITHDRAWN = (
    "The roof is finished",
    "The roof stands.",
    "Written too early: the timber is ordered, not delivered. The roof does not stand yet.",
)
# code, promise, Arabic, days until the promised day, measure, Arabic, unit, at the start, target, figures as (days ago, figure), forecast
PROMISES = (
    ("rubble", "The yard is clear of rubble", "الساحة خالية من الأنقاض", -20, "Rubble carried away", "أنقاض نُقلت", "m3", 0, 60,
     ((40, 12), (26, 41), (22, 60)), None),
    ("water", "The clinic has clean water every day", "ماء نظيف في العيادة كل يوم", -5, "Days with clean water, of the last 30",
     "أيام بماء نظيف من آخر 30 يومًا", "days", 4, 30, ((30, 9), (7, 21)), (25, "The second tank waits at the north crossing, which is closed.")),
    ("roof", "The ward has a roof", "للجناح سقف", 30, "Roof area that is closed", "مساحة السقف المغلقة", "m2", 0, 220, (),
     (48, "Rain stopped the walls, and the roof timber waits for the second steward.")),
    ("patients", "Forty people a day are treated", "علاج أربعين شخصًا في اليوم", 120, "People treated on a working day",
     "أشخاص عولجوا في يوم عمل", "people", 11, 40, ((45, 14), (8, 17)), None),
)  # fmt: skip


def tell_news(*, campaign: Campaign, book: Book, roles: Mapping[str, Role], today: date) -> None:
    lead, steward = roles["Nour"], roles["Salma"]
    photo = _picture(campaign, lead, today)
    arrived = book.entries.filter(kind="gift_in_kind").order_by("seq").values_list("seq", flat=True)
    for name, language, title, text in UPDATES:
        proofs: dict[str, Any] = {"photos": [photo]} if name == "rain" else {"entries": list(arrived[:1])}
        campaigns.publish_update(
            campaign=campaign, title=title, text=text, language=language, author=lead, request_id=f"demo-{name}-{language}", **proofs
        )
    title, text, reason = WITHDRAWN
    early = campaigns.publish_update(campaign=campaign, title=title, text=text, language="en", author=lead, request_id="demo-too-early")
    campaigns.withdraw_update(update=early, reason=reason, author=steward)
    _announce(campaign, roles["Rami"], today)
    _promise(campaign, lead, today, hours=list(book.entries.filter(kind="hours").order_by("seq").values_list("seq", flat=True)))
    campaigns.set_press_contact(
        campaign=campaign, office="Office of the Wadi Sanad Health Association", email="press@example.org", author=steward
    )
    campaigns.state_fact(campaign=campaign, text="The clinic served eleven villages before it was hit.", language="en",
                         dated_on=today - timedelta(days=60), source="Register of the Wadi Sanad Health Association", author=steward)  # fmt: skip
    campaigns.make_short_links(campaign=campaign, author=steward)


def _announce(campaign: Campaign, coordinator: Role, today: date) -> None:
    """One evening that was, one market with few places that comes."""

    def at(days: int, hour: int) -> datetime:
        return datetime.combine(today + timedelta(days=days), time(hour), UTC)

    campaigns.announce_event(
        campaign=campaign, title="Soup evening of the neighbours", starts_at=at(-15, 16), ends_at=at(-15, 19), zone=ZONE,
        place_public="Town hall of Lindenhof", text="Soup, a talk from the site, questions.", language="en", author=coordinator,
    )  # fmt: skip
    event = campaigns.announce_event(
        campaign=campaign, title="Open day at the yard", starts_at=at(20, 7), ends_at=at(20, 11), zone=ZONE, place_public="Wadi Sanad district",
        place_exact="Yard of the old school; the gate is on the side of the well.", held_in="Arabic, English", takes_registrations=True, seats=2,
        text="See the walls, ask the masons, plant a tree.\n\n- Children come with somebody of the family.\n- There is shade and water.",
        language="en", author=coordinator,
    )  # fmt: skip
    _translate(campaign, coordinator, {f"event.{event.pk}.title": "يوم مفتوح في الساحة"})


def _promise(campaign: Campaign, lead: Role, today: date, *, hours: list[int]) -> None:
    """The crew's hours are what the figures of the rubble rest on."""
    for code, title, title_ar, days, measure, measure_ar, unit, start, target, figures, forecast in PROMISES:
        outcome = campaigns.promise_outcome(
            campaign=campaign,
            code=code,
            title=title,
            language="en",
            promised_on=today + timedelta(days=days),
            author=lead,
            stated_on=today - timedelta(days=PROMISED_DAYS),
        )
        indicator = campaigns.add_indicator(
            outcome=outcome, title=measure, unit=unit, baseline=Decimal(start), baseline_on=today - timedelta(days=PROMISED_DAYS), target=Decimal(target),
            author=lead,
        )  # fmt: skip
        for ago, figure in figures:
            campaigns.record_measurement(
                indicator=indicator, value=Decimal(figure), measured_on=today - timedelta(days=ago), source="Counted on the site",
                author=lead, request_id=f"demo-{code}-{ago}", entries=hours if code == "rubble" else (),
            )  # fmt: skip
        if forecast:
            expected_on = today + timedelta(days=forecast[0])
            campaigns.state_forecast(
                outcome=outcome, expected_on=expected_on, reason=forecast[1], author=lead, request_id=f"demo-{code}-forecast"
            )
        _translate(campaign, lead, {f"outcome.{outcome.pk}.title": title_ar, f"indicator.{indicator.pk}.title": measure_ar})


def _translate(campaign: Campaign, author: Role, texts: Mapping[str, str]) -> None:
    """Arabic that no native reader has edited yet: it is marked as such."""
    translator = parties.give_role(campaign=campaign, user=author.user, name="translator")
    for source in campaigns.text_sources(campaign):
        if source.subject in texts:
            parties.translate_text(
                campaign=campaign, source=source, language="ar", text=texts[source.subject], author=translator, state="machine"
            )


def _picture(campaign: Campaign, author: Role, today: date) -> Photo:
    drawn = campaigns.add_photo(
        campaign=campaign, data=drawn_wall(), alt="A wall of hollow blocks, half as high as a door, under a grey sky", language="en",
        taken_on=today - timedelta(days=PICTURE_DAYS), consent_how=Photo.NOBODY, consent_on=today - timedelta(days=PICTURE_DAYS),
        consent_press=True, credit="drawn for the demonstration", author=author, request_id="demo-photo",
    )  # fmt: skip
    return campaigns.accept_photo(photo=drawn, author=author)


def drawn_wall() -> bytes:
    """A picture of a wall as a JPEG: the demonstration shows no real place."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#cfd6da")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, HEIGHT * 4 // 5, WIDTH, HEIGHT), fill="#b79b74")
    tall, wide = 70, WIDTH // BLOCKS
    for course in range(COURSES):
        top = HEIGHT * 4 // 5 - (course + 1) * tall
        for block in range(-1, BLOCKS - max(0, course - 4)):
            left = block * wide + (wide // 2 if course % 2 else 0)
            shade = 150 + (course * 37 + block * 53) % 40
            pen.rectangle((left, top, left + wide - 6, top + tall - 6), fill=(shade, shade - 6, shade - 14))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()
