"""A forced yes looks like a free one to whoever watches: pages, mails, log, work and questions to the database, until its day has come."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from awna.approvals import services
from awna.books import services as books
from awna.consent import services as consent
from awna.consent.models import Pin
from awna.core.problems import Refused
from awna.kit.jobs import work_off
from tests.duress import COOL_DOWN_DAYS, OTHER_PIN, PIN, ask_release, say_yes, undone
from tests.keyed import make_keyed

pytestmark = pytest.mark.django_db
RELEASE = "/desk/clinic/approvals/1/"
WATCHED = (RELEASE, "/desk/clinic/approvals/", "/desk/clinic/keys/", "/desk/clinic/policy/", "/desk/")
PUBLIC = ("/c/clinic/releases/", "/c/clinic/book/", "/c/clinic/keys/", "/c/clinic/", "/c/clinic/news/")


class Counting(MD5PasswordHasher):
    """Counts how often a hash is checked."""

    checked = 0

    def verify(self, password, encoded):
        type(self).checked += 1
        return super().verify(password, encoded)


@pytest.fixture
def keyed(db):
    found = make_keyed(founding_rules={"cool_down": COOL_DOWN_DAYS, "change_wait": 5})
    consent.set_pin(steward=found.stewards[0], pin=PIN, duress_pin=OTHER_PIN, cool_down=COOL_DOWN_DAYS)
    return found


def as_(client, role):
    client.logout()
    client.force_login(role.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def seen(answer):
    return answer.status_code, sorted(answer.items()), answer.content


def approve_on_the_page(keyed, client, proposal, steward, pin=""):
    """Both pages of a yes, as the steward and whoever stands behind her see them."""
    asked = {"choice": "approve", "request_id": f"yes {steward.pk}"}
    first = as_(client, steward).post(RELEASE, asked)
    said = keyed.signed(keyed.soft(steward), proposal)
    fields = {f"signed_{name}": getattr(said, name) for name in ("key", "nonce", "signature", "auth", "client")}
    second = client.post(RELEASE, asked | {"confirmed": "on", "pin": pin} | fields)
    assert second.status_code == 302
    return [seen(first), seen(second)]


def life(keyed, client, proposal, pin, *, now, capture, days=0):
    """Everything that anybody can see of a release with a yes under this PIN, `days` after the deciding one; and it never was."""
    shown = []
    mail.outbox.clear()
    with undone(now=now, seed=days):
        with capture(execute=True):
            shown += approve_on_the_page(keyed, client, proposal, keyed.stewards[0], pin)
            shown += [seen(client.get(path)) for path in WATCHED]
            shown += approve_on_the_page(keyed, client, proposal, keyed.stewards[1])
            assert consent.state_of(proposal).state == "cooling"
        with undone(now=now + timedelta(days=days), seed=days), capture(execute=True):
            shown.append(services.carry_out_all_ready(campaign=keyed.book.campaign))
            for steward in keyed.stewards:
                as_(client, steward)
                shown += [seen(client.get(path)) for path in WATCHED]
                # A notice's own number is drawn; everything that it says is compared.
                shown.append(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "?", client.get("/notices/").content.decode()))
            client.logout()
            shown += [seen(client.get(path)) for path in PUBLIC]
            shown.append([bytes(leaf) for leaf in keyed.book.entries.order_by("seq").values_list("leaf", flat=True)])
        work_off()
        shown.append([(one.to, one.subject, one.body) for one in mail.outbox])
    return shown


def test_pages_mails_and_log_are_the_same_to_the_byte_until_the_waiting_days_are_over(keyed, client, django_capture_on_commit_callbacks):
    proposal, now = ask_release(keyed), timezone.now()
    given = {"now": now, "capture": django_capture_on_commit_callbacks}
    for days in (0, COOL_DOWN_DAYS - 1):
        free, forced = (life(keyed, client, proposal, pin, days=days, **given) for pin in (PIN, OTHER_PIN))
        assert len(free) == len(forced) > 30 and free[-1]
        assert [n for n, pair in enumerate(zip(free, forced, strict=True)) if pair[0] != pair[1]] == []
    free, forced = (life(keyed, client, proposal, pin, days=COOL_DOWN_DAYS, **given) for pin in (PIN, OTHER_PIN))
    assert free != forced
    assert tuple(next(one for one in shown if isinstance(one, int)) for shown in (free, forced)) == (1, 0)


def test_either_pin_costs_the_same_work(keyed, settings):
    """Time is measured by `./awna torture consent --only duress`; here the work is counted: both hashes, the same questions."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    consent.set_pin(steward=keyed.stewards[0], pin=PIN, duress_pin=OTHER_PIN, cool_down=COOL_DOWN_DAYS)
    proposal, counted = ask_release(keyed), []
    for pin in (PIN, OTHER_PIN):
        Counting.checked = 0
        with undone():
            act = say_yes(keyed, proposal, pin=pin)
            with CaptureQueriesContext(connection) as asked:
                act()
        counted.append((Counting.checked, [re.sub(r"'[^']*'|\b[0-9a-f]{8,}\b|\d+", "?", one["sql"]) for one in asked]))
    assert counted[0] == counted[1]
    assert counted[0][0] == 2


def test_a_forced_change_of_the_policy_is_not_seen_before_its_wait_is_over(keyed):
    first, second, _third = keyed.stewards
    until = timezone.localdate() + timedelta(days=60)
    answers = []
    for pin in (PIN, OTHER_PIN):
        with undone():
            asked = books.propose_policy(book=keyed.book, required=3, filed_by=first, expires_on=until, request_id="change")
            keyed.approve(asked, first, pin=pin)
            keyed.approve(asked, second)
            with pytest.raises(Refused) as refused:
                books.renew_policy(proposal=asked, author=first)
            answers.append((refused.value.codes, consent.state_of(asked)))
    assert answers[0] == answers[1]
    assert answers[0][0] == ["proposal_not_approved"]


# -- the page of the PINs, and the yes that asks for one -------------------------------------------------------------

PINS = "/desk/clinic/keys/pins/"
BOTH = {"pin": "111222", "pin_again": "111222", "duress_pin": "333444", "duress_pin_again": "333444"}


def test_a_steward_sets_both_pins(keyed, client):
    second = keyed.stewards[1]
    page = as_(client, second).get(PINS).content.decode()
    assert "How it protects you" in page
    assert client.post(PINS, BOTH).status_code == 302
    stored = Pin.objects.get(steward=second)
    assert "111222" not in stored.normal and "333444" not in stored.duress


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"pin": "12345", "pin_again": "12345"}, "A PIN has 6 to 12 digits."),
        ({"pin": "garden", "pin_again": "garden"}, "A PIN has 6 to 12 digits."),
        ({"pin_again": "111223"}, "The two are not the same."),
        ({"duress_pin": "111222", "duress_pin_again": "111222"}, "The two PINs must differ."),
        ({"duress_pin": "", "duress_pin_again": ""}, "This field is required."),
    ],
)
def test_pins_that_would_not_serve_are_refused(keyed, client, typed, says):
    answer = as_(client, keyed.stewards[1]).post(PINS, BOTH | typed)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert "111222" not in answer.content.decode()
    assert not Pin.objects.filter(steward=keyed.stewards[1]).exists()


def test_without_waiting_days_no_second_pin_is_taken(client):
    keyed = make_keyed()
    as_(client, keyed.stewards[0])
    assert "has no cool-down" in client.get("/desk/clinic/keys/").content.decode()
    answer = client.post(PINS, BOTH)
    assert answer.status_code == 422
    assert "no waiting days" in answer.content.decode()
    assert not Pin.objects.exists()


def test_the_second_page_asks_for_the_pin_and_says_when_it_is_wrong(keyed, client):
    proposal, steward = ask_release(keyed), keyed.stewards[0]
    asked = {"choice": "approve", "request_id": "yes"}
    assert 'name="pin"' in as_(client, steward).post(RELEASE, asked).content.decode()
    for wrong in ("", "999999"):
        said = keyed.signed(keyed.soft(steward), proposal)
        fields = {f"signed_{name}": getattr(said, name) for name in ("key", "nonce", "signature", "auth", "client")}
        answer = client.post(RELEASE, asked | {"confirmed": "on", "pin": wrong} | fields)
        assert answer.status_code == 422
        assert "This is not your PIN. Nothing was recorded; try again." in html.unescape(answer.content.decode())
        assert 'name="pin"' in answer.content.decode()
    assert not proposal.decisions.exists()


def test_whoever_has_a_pin_is_asked_for_it_even_where_nothing_waits(keyed, client):
    """A question that moves no money has no waiting days, but her yes asks for the PIN, so the page must have a place for it."""
    until = timezone.localdate() + timedelta(days=60)
    asked = books.propose_policy(book=keyed.book, required=3, filed_by=keyed.stewards[0], expires_on=until, request_id="change")
    for steward, has_field in ((keyed.stewards[0], True), (keyed.stewards[1], False)):
        page = as_(client, steward).post(f"/desk/clinic/approvals/of/{asked.pk}/", {"choice": "approve", "request_id": "y"})
        assert ('name="pin"' in page.content.decode()) is has_field
