"""What waits: cool-down, new policies, recovery by paper, expiry; and a yes that was forced, which looks like every other until then."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Entry
from awna.consent import services as consent
from awna.consent.models import Decision, Mark, Proposal
from awna.core.consent.policy import PAPER
from awna.core.problems import Refused
from tests.keyed import Keyed, make_keyed, proven

pytestmark = pytest.mark.django_db
PIN, OTHER = "stone 4711", "cedar 0815"


@pytest.fixture
def clock(monkeypatch):
    """`clock(days)` goes on so many days."""
    real, shift = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: real() + shift[0])

    def go(days: int) -> None:
        shift[0] += timedelta(days=days)

    return go


@pytest.fixture
def keyed(db: None) -> Keyed:
    return make_keyed(founding_rules={"cool_down": 3, "change_wait": 7})


def codes(act, *args, **given):
    with pytest.raises(Refused) as refused:
        act(*args, **given)
    return refused.value.codes


def policy(keyed, **more):
    given = {
        "book": keyed.book,
        "filed_by": keyed.stewards[1],
        "expires_on": timezone.localdate() + timedelta(days=60),
        "request_id": "pol",
    }
    return books.propose_policy(**(given | more))


def test_money_stays_held_until_the_days_are_over(keyed, clock):
    proposal = keyed.ask(100_00)
    keyed.approve(proposal, keyed.stewards[0])
    clock(2)
    keyed.approve(proposal, keyed.stewards[1])
    assert codes(keyed.release, proposal) == ["release_is_cooling"]
    assert (consent.state_of(proposal).state, consent.may_be_carried_out(proposal)) == ("cooling", False)
    clock(3)
    assert consent.may_be_carried_out(proposal)
    assert keyed.release(proposal) == keyed.release(proposal)
    assert proven(keyed.book)


def test_an_entry_of_tomorrow_does_not_shorten_the_days(keyed):
    proposal = keyed.ask(100_00)
    for steward in keyed.stewards[:2]:
        keyed.approve(proposal, steward)
    tomorrow = timezone.localdate() + timedelta(days=4)
    row = books.Row(*(spot(proposal, stage) for stage in ("held", "released")), 100_00)
    given = {"book": keyed.book, "kind": "release", "rows": [row], "author": keyed.world.karim, "proposal": proposal, "request_id": "x"}
    assert codes(books.post_entry, **given, effective_date=tomorrow) == ["entry_of_tomorrow"]


def spot(proposal, stage):
    from awna.books.models import Milestone
    from awna.books.services.releases import milestone_spot

    return milestone_spot(Milestone.objects.get(proposal=proposal), stage)


def test_a_clock_ten_years_off_releases_nothing(keyed, clock):
    proposal = keyed.ask(100_00)
    for steward in keyed.stewards[:2]:
        keyed.approve(proposal, steward)
    clock(3650)
    assert codes(keyed.release, proposal) == ["proposal_not_approved"]
    clock(-2 * 3650)
    assert codes(keyed.release, proposal) == ["release_is_cooling"]


def test_a_new_policy_waits_and_dropped_keys_do_not_count(keyed, clock):
    salma, yusuf, third = keyed.stewards
    fresh = keyed.add_key(salma)
    asked = policy(keyed, add=[fresh], drop=[keyed.key(keyed.soft(yusuf))], required=3)
    keyed.approve(asked, yusuf)  # with the very key that the policy drops
    keyed.approve(asked, third)
    assert (consent.count_approvals(asked), consent.is_approved(asked)) == (1, False)
    keyed.approve(asked, salma)
    assert codes(books.renew_policy, proposal=asked, author=yusuf) == ["proposal_not_approved"]
    clock(7)
    assert books.renew_policy(proposal=asked, author=yusuf) == books.renew_policy(proposal=asked, author=yusuf)
    assert consent.current_epoch(keyed.book.campaign).required == 3
    assert proven(keyed.book)


def test_a_policy_that_expires_in_its_wait_is_refused(keyed):
    soon = timezone.localdate() + timedelta(days=6)
    assert codes(policy, keyed, required=3, expires_on=soon) == ["policy_expires_in_its_wait"]


def test_paper_keys_recover_after_the_long_wait(keyed, clock):
    salma, yusuf, third = keyed.stewards
    asked = policy(keyed, add=[keyed.add_key(salma)], drop=[keyed.key(keyed.soft(salma))], by_paper=True)
    assert codes(keyed.approve, asked, salma) == ["paper_key_needed"]
    keyed.approve(asked, salma, kind=PAPER)
    keyed.approve(asked, third, kind=PAPER)
    clock(29)
    assert codes(books.renew_policy, proposal=asked, author=yusuf) == ["proposal_not_approved"]
    clock(1)
    assert books.renew_policy(proposal=asked, author=yusuf).kind == "policy"
    assert proven(keyed.book)


def test_a_proposal_of_the_old_policy_is_asked_anew(keyed, clock):
    old = keyed.ask(100_00)
    for steward in keyed.stewards[:2]:
        keyed.approve(old, steward)
    asked = policy(keyed, required=3)
    for steward in keyed.stewards:
        keyed.approve(asked, steward)
    clock(7)
    books.renew_policy(proposal=asked, author=keyed.stewards[0])
    assert codes(keyed.release, old) == ["proposal_of_older_policy"]
    assert codes(keyed.approve, old, keyed.stewards[2]) == ["proposal_of_older_policy"]
    said = consent.decide(proposal=old, steward=keyed.stewards[2], choice="decline", reason="Ask it anew", request_id="no")
    assert said.choice == "decline"


def test_bands_offices_and_households(keyed, clock):
    eur = str(keyed.eur.pk)
    salma, yusuf, third = (str(one.pk) for one in keyed.stewards)
    rules = {
        "bands": [{"commodity": eur, "k": 2, "upto": "100000"}, {"commodity": eur, "k": 2, "offices": 2}],
        "offices": [{"steward": salma, "office": "chair"}, {"steward": yusuf, "office": "chair"}, {"steward": third, "office": "till"}],
        "households": [{"steward": salma, "household": "A"}, {"steward": third, "household": "A"}],
        "caps": [{"commodity": eur, "per_day": "150000"}],
    }  # fmt: skip
    asked = policy(keyed, rules=rules)
    for steward in keyed.stewards[:2]:
        keyed.approve(asked, steward)
    clock(7)
    books.renew_policy(proposal=asked, author=keyed.stewards[0])
    small, large = keyed.ask(1_000_00), keyed.ask(1_000_01)
    keyed.approve(small, keyed.stewards[0])
    keyed.approve(small, keyed.stewards[2])
    assert codes(keyed.release, small) == ["proposal_not_approved"]  # one household
    for steward in keyed.stewards[:2]:
        keyed.approve(large, steward)
    assert codes(keyed.release, large) == ["proposal_not_approved"]  # one office
    keyed.approve(small, keyed.stewards[1])
    keyed.approve(large, keyed.stewards[2])
    assert keyed.release(small).kind == "release"
    assert codes(keyed.release, large) == ["cap_exceeded"]
    clock(1)
    assert keyed.release(large).kind == "release"
    assert proven(keyed.book)


def test_what_expired_is_voided_once_for_every_purpose(keyed, clock):
    keyed.ask(100_00, expires_on=timezone.localdate() + timedelta(days=2))
    keyed.ask(200_00, purpose="refund", expires_on=timezone.localdate() + timedelta(days=2))
    clock(3)
    assert (books.void_expired(book=keyed.book), books.void_expired(book=keyed.book)) == (2, 0)
    assert books.balance_of(keyed.book, stage="held", commodity=keyed.eur) == 0
    assert Entry.objects.filter(kind="void").count() == 2


def rows_of(proposal):
    """Every row that one yes leaves behind, by table and size; random values are only measured."""
    mark = Mark.objects.get(decision__proposal=proposal)
    decision = mark.decision
    sizes = (len(mark.sealed), decision.choice, decision.reason, decision.digest == proposal.signs, len(decision.nonce))
    return tables(), sizes, consent.state_of(proposal)


def test_a_forced_yes_leaves_the_same_rows_and_is_held_when_the_days_are_over(keyed, clock):
    salma, yusuf, _ = keyed.stewards
    consent.set_pin(steward=salma, pin=PIN, duress_pin=OTHER, cool_down=3)
    seen = []
    for pin in (PIN, OTHER):
        before = tables()
        proposal = keyed.ask(100_00)
        keyed.approve(proposal, salma, pin=pin)
        keyed.approve(proposal, yusuf)
        found, sizes, state = rows_of(proposal)
        added = {name: found[name] - before[name] for name in found}
        seen.append((added, sizes, state, codes(keyed.release, proposal), consent.may_be_carried_out(proposal)))
    assert seen[0] == seen[1]
    free, forced = Proposal.objects.filter(purpose="release").order_by("filed_at")
    clock(3)
    assert consent.may_be_carried_out(free)
    assert keyed.release(free).kind == "release"
    assert (consent.may_be_carried_out(forced), consent.state_of(forced).state) == (False, "held")
    assert codes(keyed.release, forced) == ["proposal_is_held"]


def tables():
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def test_what_is_refused_of_pins(keyed):
    salma = keyed.stewards[0]
    assert codes(consent.set_pin, steward=salma, pin="1", cool_down=3) == ["pin_length_wrong"]
    assert codes(consent.set_pin, steward=salma, pin=PIN, duress_pin=PIN, cool_down=3) == ["pins_are_the_same"]
    assert codes(consent.set_pin, steward=salma, pin=PIN, duress_pin=OTHER, cool_down=0) == ["duress_needs_waiting_days"]
    consent.set_pin(steward=salma, pin=PIN, cool_down=0)
    proposal = keyed.ask(1_00)
    assert codes(keyed.approve, proposal, salma) == ["pin_wrong"]
    assert not Decision.objects.exists()
    keyed.approve(proposal, salma, pin=PIN)
