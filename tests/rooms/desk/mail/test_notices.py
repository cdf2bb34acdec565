"""Notices: on the page always, by mail as often as the reader chose, in the reader's language, and never twice."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from awna.books.models import BankAccount, Statement, StatementFile
from awna.core.problems import Refused
from awna.crews import services as crews
from awna.crews.models import Volunteer
from awna.desk.mail.telling import send_digests, tell_gaps, tell_shifts
from awna.kit.jobs import work_off
from awna.kit.models import Mail, Notice
from awna.kit.notices import services
from awna.kit.notices.models import NoticeChoice
from awna.parties.services import give_role
from tests.rooms.funded import Funded, make_funded
from tests.world import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def funded() -> Funded:
    return make_funded()


def tell(funded: Funded, key: str = "gap 1", **more: Any) -> bool:
    karim = funded.world.karim
    wanted: dict[str, Any] = {"subject": "A statement\nis missing", "lines": ["October."], "address": "/desk/clinic/bank/files/"}
    return services.tell(reader=karim.user_id, to=karim.user.email, key=key, campaign=karim.campaign_id, **(wanted | more))


def mails() -> list[Any]:
    work_off()
    found, mail.outbox[:] = list(mail.outbox), []
    return found


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_told_at_once_and_never_twice(funded: Funded) -> None:
    assert tell(funded)
    assert not tell(funded)
    (letter,) = mails()
    assert letter.subject == "A statement is missing"
    assert "http://localhost:8000/desk/clinic/bank/files/" in letter.body
    assert letter.extra_headers["List-Unsubscribe"].startswith("<http://localhost:8000/notices/stop/")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_digest_holds_everything_of_its_day_once(funded: Funded) -> None:
    reader = funded.world.karim.user_id
    services.choose(reader=reader, pace="daily", language="de")
    for n in range(3):
        tell(funded, f"gap {n}")
    tell(funded, "shift 1", subject="You have a shift", is_private=True)
    assert mails() == []
    assert send_digests() == 1
    (letter,) = mails()
    assert letter.body.count("A statement is missing") == 3
    assert "shift" not in letter.body
    assert (send_digests(), mails()) == (0, [])
    tell(funded, "gap 9")
    assert send_digests() == 0  # the day is not over
    assert services.mail_digest(reader=reader, to="karim@example.org", otherwise="en", now=timezone.now() + timedelta(hours=25)) == 1


def test_what_was_read_on_the_page_is_not_mailed_again(funded: Funded) -> None:
    services.choose(reader=funded.world.karim.user_id, pace="weekly")
    tell(funded)
    services.mark_read(reader=funded.world.karim.user_id)
    assert send_digests() == 0


def test_what_is_urgent_waits_for_no_digest_and_respects_never(funded: Funded) -> None:
    services.choose(reader=funded.world.karim.user_id, pace="weekly")
    tell(funded, is_urgent=True)
    assert len(mails()) == 1
    services.choose(reader=funded.world.karim.user_id, pace="never")
    tell(funded, "gap 2", is_urgent=True)
    assert mails() == []
    assert Notice.objects.count() == 2


def test_the_mail_of_a_private_notice_says_nothing_of_it(funded: Funded) -> None:
    tell(funded, is_private=True, subject="You have a shift", lines=["At the clinic at nine."])
    (letter,) = mails()
    assert "clinic" not in letter.subject + letter.body
    assert "shift" not in letter.subject + letter.body
    assert "At the clinic" in signed_in(funded.world.karim.user).get("/notices/").content.decode()


def test_one_click_ends_the_mails_and_not_the_page(funded: Funded) -> None:
    tell(funded)
    (letter,) = mails()
    path = letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8000")
    strict = Client(enforce_csrf_checks=True)
    assert "End them" in strict.get(path).content.decode()
    assert NoticeChoice.objects.count() == 0  # mail programs open links by themselves
    for _ in range(2):
        assert strict.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded").status_code == 200
    tell(funded, "gap 2")
    assert mails() == []
    assert strict.post(f"{path[:-4]}abc/").status_code == 400


def test_the_page_shows_ones_own_and_nobody_elses(funded: Funded) -> None:
    tell(funded)
    notice = Notice.objects.get()
    eve = signed_in(funded.world.eve)
    assert "A statement is missing" not in eve.get("/notices/").content.decode()
    assert eve.post(f"/notices/{notice.pk}/").url == "/notices/"
    notice.refresh_from_db()
    assert notice.read_at is None
    karim = signed_in(funded.world.karim.user)
    assert "A statement is missing" in karim.get("/notices/").content.decode()
    assert "1 new notice for you" in karim.get("/desk/clinic/").content.decode()
    assert karim.post(f"/notices/{notice.pk}/").url == "/desk/clinic/bank/files/"
    assert "1 new notice" not in karim.get("/desk/clinic/").content.decode()
    assert Client().get("/notices/").status_code == 302


def test_a_reader_chooses_and_what_is_not_offered_is_refused(funded: Funded) -> None:
    karim = signed_in(funded.world.karim.user)
    assert karim.post("/notices/choice/", {"pace": "weekly", "language": "de"}).status_code == 302
    assert services.choice_of(funded.world.karim.user_id).pace == "weekly"
    assert karim.post("/notices/choice/", {"pace": "hourly"}).status_code == 422
    for wrong in ({"pace": "hourly"}, {"pace": "now", "language": "tlh"}):
        with pytest.raises(Refused):
            services.choose(reader=funded.world.karim.user_id, **wrong)


def test_notices_are_forgotten(funded: Funded) -> None:
    tell(funded)
    assert services.forget_notices(now=timezone.now() + timedelta(days=services.NOTICES_KEPT_DAYS - 1)) == 0
    assert services.forget_notices(now=timezone.now() + timedelta(days=services.NOTICES_KEPT_DAYS + 1)) == 1
    tell(funded, "gap 2")
    assert services.forget_reader(reader=funded.world.karim.user_id) == 1


def statement(account: BankAccount, author: Any, number: int, first: date, last: date, minor: tuple[int, int]) -> None:
    file = StatementFile.objects.create(
        bank_account=account, name=str(number), digest=f"d{number}", content="s", author=author, request_id=f"s{number}"
    )
    Statement.objects.create(
        bank_account=account, file=file, position=0, format="camt", number=str(number), opening_on=first, closing_on=last, opening_minor=minor[0], closing_minor=minor[1]
    )  # fmt: skip


def test_treasurers_of_the_account_are_told_of_a_gap_once_in_their_language(funded: Funded) -> None:
    world, account = funded.world, funded.account
    services.choose(reader=world.karim.user_id, pace="now", language="en")
    statement(account, world.karim, 1, date(2026, 9, 1), date(2026, 9, 30), (0, 100))
    statement(account, world.karim, 2, date(2026, 11, 1), date(2026, 11, 20), (300, 400))
    told = tell_gaps(book=funded.book)
    readers = set(Notice.objects.values_list("reader", flat=True))
    others = {role.user_id for role in (world.north_treasurer, world.south_treasurer) if role.section_id != account.section_id}
    assert told == len(readers) > 0
    assert world.karim.user_id in readers
    assert not readers & others
    assert tell_gaps(book=funded.book) == 0
    letter = next(one for one in mails() if one.to == ["karim@example.org"])
    assert "1 Oct 2026 – 31 Oct 2026" in letter.body
    assert account.iban not in letter.body


def test_a_volunteer_is_told_of_a_shift_and_of_its_change(funded: Funded) -> None:
    world = funded.world
    user = person("Hana")
    give_role(campaign=world.campaign, user=user, name="volunteer")
    day = timezone.localdate() + timedelta(days=9)
    services.choose(reader=user.pk, pace="now", language="en")
    row = Volunteer.objects.create(campaign=world.campaign, code="H", name="Hana", user=user)
    crew = world_crew(world, row, day)
    shift = crews.Shift.objects.create(
        crew=crew, title="Lay roof tiles", works_on=day, hours_planned=Decimal(6), planned_by=world.nour, request_id="1"
    )
    assert tell_shifts(campaign=world.campaign) == 1
    assert tell_shifts(campaign=world.campaign) == 0
    shift.works_on = day + timedelta(days=1)
    shift.save()
    assert tell_shifts(campaign=world.campaign) == 1
    assert [one.subject for one in Notice.objects.order_by("made_at")] == ["You have a shift", "Your shift changed"]
    assert "Lay roof tiles" in Notice.objects.latest("made_at").body
    assert all("roof" not in letter.body for letter in mails())


def world_crew(world: Any, row: Volunteer, day: date) -> Any:
    crew = crews.Crew.objects.create(
        campaign=world.campaign, name="Roof", from_on=day, until_on=day + timedelta(days=3), formed_by=world.nour, request_id="c"
    )
    crew.members.add(row)
    return crew


def test_notices_count_on_the_campaigns_quota(funded: Funded) -> None:
    tell(funded)
    found = Mail.objects.get()
    assert (found.kind, found.for_campaign) == ("notice", funded.world.campaign.pk)
