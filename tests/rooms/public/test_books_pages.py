"""The open books: filters, stable pages, running balances, figures that add up, in both languages, with clear words for wrong addresses."""

import hashlib
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from awna.approvals.services import release
from awna.books.models import Balance, Entry, Statement, StatementFile, Tally, Transfer
from awna.books.services import Row, Spot, log_key, post_entry, publish_head, store_document
from awna.books.services.browse import SCANNED_ENTRIES_MAX, Page, rows_page
from awna.books.services.filters import Filters, checked_filters, read_filters, short
from awna.books.services.sums import split_period, sums_of, totals_of
from awna.core.log.proof import check_proof
from awna.core.problems import Refused
from awna.public.book_reports import accounts_of, activities_of, balances_at, budget_of, funds_of, goods_of
from awna.public.book_shown import TABS, bar
from tests.rooms.funded import Funded, make_funded

pytestmark = pytest.mark.django_db
TABLE_BYTES_MAX = 60 * 1024
QUERIES_MAX = 40


@pytest.fixture
def funded() -> Funded:
    """Forty small gifts after the large one, a release of EUR 2,900.00, and ten bags of cement that came as a gift."""
    given = make_funded()
    for number in range(40):
        gift(given, 1_000 + number, on=timezone.localdate() - timedelta(days=number))
    proposed = given.propose()
    given.sign(proposed)
    release(proposal=proposed.proposal, author=given.world.salma)
    spot = {"fund": "goods-general", "commodity": str(given.cement.commodity_id)}
    post_entry(
        book=given.book, kind="gift_in_kind", author=given.world.store, second=given.world.nour, effective_date=timezone.localdate(),
        request_id="kind", rows=[Row(Spot("ext", None, **spot), Spot("stock", str(given.store.custody_id), **spot), 10)],
        documents=[store_document(book=given.book, data=b"list", name="list.txt", media_type="text/plain", kind="waybill")],
    )  # fmt: skip
    return given


def gift(funded: Funded, minor: int, *, on: date) -> Entry:
    line = funded.bank_line(minor, on=on)
    place = {"fund": str(funded.roof.pk), "commodity": str(funded.eur.pk)}
    row = Row(Spot("ext", None, **place), Spot("free", str(funded.account.custody_id), **place), minor, movement=str(line.pk))
    return post_entry(book=funded.book, kind="gift", author=funded.world.karim, effective_date=on, request_id=str(line.pk), rows=[row])


def closing(funded: Funded, minor: int, *, on: date) -> None:
    """The bank says what it holds at the end of a day."""
    file = StatementFile.objects.filter(bank_account=funded.account).first()
    Statement.objects.create(bank_account=funded.account, file=file, position=1, closing_minor=minor, closing_on=on)


def page(path: str, *, status: int = 200) -> str:
    answer = Client().get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def all_keys(funded: Funded, filters: Filters) -> list[tuple[int, int]]:
    """Every key of every page, following each page's own link to the next one."""
    keys: list[tuple[int, int]] = []
    while True:
        found: Page = rows_page(funded.book, filters, size=7)
        keys += [row.key for row in found.rows]
        if not found.before:
            return keys
        filters = checked_filters(funded.book, filters.query(before=found.before))


def test_pages_hold_every_row_once_and_stay_when_the_book_grows(funded: Funded) -> None:
    keys = all_keys(funded, Filters())
    rows = set(Transfer.objects.filter(book=funded.book).values_list("entry_seq", "line"))
    bare = {(seq, 0) for seq in Entry.objects.filter(book=funded.book, row_count=0).values_list("seq", flat=True)}
    assert keys == sorted(rows | bare, reverse=True)
    second = rows_page(funded.book, checked_filters(funded.book, {"before": f"{keys[6][0]}.{keys[6][1]}"}), size=7)
    gift(funded, 500, on=timezone.localdate())
    again = rows_page(funded.book, checked_filters(funded.book, {"before": f"{keys[6][0]}.{keys[6][1]}"}), size=7)
    assert [row.key for row in again.rows] == [row.key for row in second.rows] == keys[7:14]


@pytest.mark.parametrize(("query", "wanted"), [
    ({"kind": "gift"}, lambda row: row.kind == "gift"),
    ({"fund": "roof"}, lambda row: "roof" in (row.debit_fund.code, row.credit_fund.code)),
    ({"commodity": "EUR", "least": "10.05", "most": "10.10"}, lambda row: 1_005 <= row.amount <= 1_010),
    ({"commodity": "cement"}, lambda row: row.commodity.code == "cement"),
    ({"from": "-30", "to": "-3"}, lambda row: timedelta(3) <= timezone.localdate() - row.entry.effective_date <= timedelta(30)),
    ({"q": "ROOF"}, lambda row: row.credit_fund.title == "Roof"),
    ({"q": "hold"}, lambda row: row.kind == "hold"),
    ({"kind": "pay"}, lambda row: False),
], ids=str)  # fmt: skip
def test_each_filter_finds_what_it_says_and_adds_it_up(funded: Funded, query: dict[str, str], wanted: Any) -> None:
    query = {name: str(timezone.localdate() + timedelta(int(value))) if name in ("from", "to") else value for name, value in query.items()}
    filters = checked_filters(funded.book, query)
    expected = [
        row
        for row in Transfer.objects.filter(book=funded.book).select_related("entry", "debit_fund", "credit_fund", "commodity")
        if wanted(row)
    ]
    assert [key for key in all_keys(funded, filters) if key[1]] == sorted(((row.entry_seq, row.line) for row in expected), reverse=True)
    totals = totals_of(funded.book, filters) or []
    assert sum(one["rows"] for one in totals) == len(expected)
    assert sum(one["minor"] for one in totals) == sum(row.amount for row in expected)
    assert filters.query() == query


def test_a_place_shows_signed_rows_and_what_lay_there_after_each(funded: Funded) -> None:
    filters = checked_filters(funded.book, {"custody": short(funded.account.custody), "commodity": "EUR"})
    rows, before = [], ""
    while True:
        found = rows_page(funded.book, checked_filters(funded.book, filters.query(before=before)), size=9)
        assert found.has_balance
        rows += found.rows
        if not (before := found.before):
            break
    lies = 0
    for row in reversed(rows):
        lies += row.minor
        assert row.balance == lies
    assert lies == 4_000_000 + sum(range(1_000, 1_040))
    (total,) = totals_of(funded.book, filters) or []
    assert (total["came"], total["went"]) == (lies, 0)


def test_a_single_account_has_its_own_balance(funded: Funded) -> None:
    free = Transfer.objects.filter(book=funded.book, kind="gift")[0].credit_account
    found = rows_page(funded.book, checked_filters(funded.book, {"account": short(free)}), size=5)
    assert found.rows[0].balance == Balance.objects.get(pk=free.pk).minor == 4_000_000 + sum(range(1_000, 1_040)) - 290_000
    assert found.rows[0].minor == -290_000
    assert "−290" not in page(f"/c/clinic/book/?account={short(free)}") and "−2\u00a0900.00" in page(
        f"/c/clinic/book/?account={short(free)}"
    )


def test_a_search_that_looked_enough_says_how_far_and_goes_on(funded: Funded, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SCANNED_ENTRIES_MAX > 10
    monkeypatch.setattr("awna.books.services.browse.SCANNED_ENTRIES_MAX", 10)
    filters = checked_filters(funded.book, {"commodity": "EUR", "least": "40000"})
    found = rows_page(funded.book, filters)
    assert (found.rows, found.searched_to is not None) == ([], True)
    shown = page("/c/clinic/book/?commodity=EUR&least=40000")
    assert "Go on looking" in shown
    gifts = Entry.objects.filter(book=funded.book, kind="gift").order_by("seq")[0].seq
    assert all_keys(funded, filters) == [(gifts, 1)]


@pytest.mark.parametrize(("name", "value", "sentence"), [
    ("from", "yesterday", "is not a date"), ("to", "2026-02-30", "is not a date"), ("to", "20260228", "is not a date"), ("kind", "present", "is not a kind of entry"),
    ("fund", "moon", "has no purpose"), ("custody", "zz", "has nothing with the number"), ("account", "00000000", "has nothing with the number"),
    ("proposal", "deadbeef", "has nothing with the number"), ("commodity", "gold", "counts nothing called"), ("least", "5", "needs to know what it counts"),
    ("q", "x" * 81, "at most 80 letters"), ("q", "a\x00b", "a sign that no name has"), ("before", "12", "is not a place in the book"),
    ("before", "٣.١", "is not a place in the book"), ("before", "9" * 20 + ".1", "is not a place in the book"),
])  # fmt: skip
def test_a_wrong_filter_is_answered_with_a_sentence(funded: Funded, name: str, value: str, sentence: str) -> None:
    for path in ("/c/clinic/book/", "/ar/c/clinic/book/"):
        answer = Client().get(path, {name: value})
        assert answer.status_code == 422
        assert 'class="cards rows"' not in answer.content.decode()
    assert sentence in Client().get("/c/clinic/book/", {name: value}).content.decode()


def test_every_wrong_filter_is_named_at_once(funded: Funded) -> None:
    _filters, problems = read_filters(
        funded.book, {"from": "2026-05-02", "to": "2026-05-01", "commodity": "EUR", "least": "3", "most": "2.001", "kind": "x"}
    )
    assert {problem.where for problem in problems} == {"to", "most", "kind"}
    with pytest.raises(Refused):
        checked_filters(funded.book, {"commodity": "EUR", "least": "3", "most": "2"})


@pytest.mark.parametrize("prefix", ["", "/ar"])
def test_every_page_answers_small_and_with_few_questions(funded: Funded, prefix: str, django_assert_max_num_queries: Any) -> None:
    paths = [reverse(name, kwargs={"slug": "clinic"}) for name, _text in TABS]
    for path in [
        *paths,
        "/c/clinic/book/entry/0/",
        "/c/clinic/book/?kind=gift&q=roof",
        "/c/clinic/book/activities/?from=2026-01-05&to=2026-02-07",
    ]:
        with django_assert_max_num_queries(QUERIES_MAX):
            answer = Client().get(prefix + path)
        assert answer.status_code == 200 and len(answer.content) < TABLE_BYTES_MAX, path
        assert "style=" not in answer.content.decode()


def test_an_entry_tells_all_that_it_stands_on(funded: Funded) -> None:
    entries = {entry.kind: entry for entry in Entry.objects.filter(book=funded.book).order_by("-seq")}
    hold, freed, goods = entries["hold"], entries["release"], entries["gift_in_kind"]
    shown = page(f"/c/clinic/book/entry/{freed.seq}/")
    assert f'Ends the hold of</dt><dd><a href="/c/clinic/book/entry/{hold.seq}/"' in shown
    assert shown.count('class="mono nw"') == 2 and short(freed.proposal) in shown
    assert f'href="/c/clinic/book/entry/{freed.seq}/">Entry {freed.seq}</a>' in page(f"/c/clinic/book/entry/{hold.seq}/")
    with_paper = page(f"/c/clinic/book/entry/{goods.seq}/")
    assert goods.evidence.get().document.digest in with_paper and "list.txt" not in with_paper and "Ward store" not in with_paper
    assert Client().get(f"/c/clinic/book/entry/{goods.seq}/leaf.json").content == bytes(goods.leaf)
    assert Client().get("/c/clinic/book/entry/999/").status_code == 404


def test_a_reversal_and_its_original_name_each_other(funded: Funded) -> None:
    original = gift(funded, 700, on=timezone.localdate())
    place, back = {"fund": str(funded.roof.pk), "commodity": str(funded.eur.pk)}, funded.bank_line(-700)
    undone = post_entry(
        book=funded.book, kind="reverse", author=funded.world.karim, second=funded.world.salma, effective_date=timezone.localdate(),
        request_id="undo", reverses=original.seq,
        rows=[Row(Spot("free", str(funded.account.custody_id), **place), Spot("ext", None, **place), 700, movement=str(back.pk))],
    )  # fmt: skip
    assert f'Reversed by</dt><dd><a href="/c/clinic/book/entry/{undone.seq}/"' in page(f"/c/clinic/book/entry/{original.seq}/")
    assert f'Reverses</dt><dd><a href="/c/clinic/book/entry/{original.seq}/"' in page(f"/c/clinic/book/entry/{undone.seq}/")
    (roof,) = [line for line in funds_of(funded.book) if line.fund == funded.roof]
    assert roof.adds_up and roof.came == 4_000_000 + sum(range(1_000, 1_040))


def test_purposes_and_balances_add_up(funded: Funded) -> None:
    lines = funds_of(funded.book)
    assert lines and all(line.adds_up for line in lines)
    (roof,) = [line for line in lines if line.fund == funded.roof]
    assert (roof.bound, roof.spent) == (290_000, 0)
    for _thing, stages in balances_at(funded.book):
        assert sum(line.net for _stage, line in stages) == 0
    kinds = {thing.kind for thing, _stages in balances_at(funded.book)}
    assert kinds == {"money", "material"}


def test_activities_of_a_period_join_its_ends(funded: Funded) -> None:
    today = timezone.localdate()
    since, until = today - timedelta(days=33), today - timedelta(days=4)
    (euro,) = [one for one in activities_of(funded.book, since=since, until=until) if one.commodity == funded.eur]
    assert euro.came_sum == sum(1_000 + number for number in range(4, 34))
    assert euro.before == sum(1_000 + number for number in range(34, 40))
    (whole,) = [one for one in activities_of(funded.book, since=None, until=None) if one.commodity == funded.eur]
    assert whole.after == whole.came_sum == 4_000_000 + sum(range(1_000, 1_040))


def test_months_and_days_make_the_same_sums_as_the_rows(funded: Funded) -> None:
    today = timezone.localdate()
    for first, last in ((40, 0), (39, 5), (20, 18), (3, 3)):
        since, until = today - timedelta(days=first), today - timedelta(days=last)
        rows = Transfer.objects.filter(book=funded.book, entry__effective_date__range=(since, until))
        sums = sums_of(funded.book, Filters(since=since, until=until), by=("kind",)) or {}
        assert sum(count for _minor, count in sums.values()) == rows.count()
        assert sum(minor for minor, _count in sums.values()) == sum(rows.values_list("amount", flat=True))
    Tally.objects.filter(book=funded.book).update(amount=1)
    assert sum(minor for minor, _count in (sums_of(funded.book, by=("kind",)) or {}).values()) < 1_000


def test_a_period_is_cut_into_months_and_loose_days() -> None:
    assert split_period(None, None) == ((None, None), [])
    assert split_period(date(2026, 1, 1), date(2026, 3, 31)) == ((date(2026, 1, 1), date(2026, 3, 1)), [])
    assert split_period(date(2026, 1, 15), date(2026, 4, 2)) == (
        (date(2026, 2, 1), date(2026, 3, 1)), [(date(2026, 1, 15), date(2026, 1, 31)), (date(2026, 4, 1), date(2026, 4, 2))])  # fmt: skip
    assert split_period(date(2026, 1, 15), date(2026, 1, 20)) == (None, [(date(2026, 1, 15), date(2026, 1, 20))])
    assert split_period(date(2025, 12, 31), None) == ((date(2026, 1, 1), None), [(date(2025, 12, 31), date(2025, 12, 31))])


def test_book_beside_bank_names_each_waiting_line(funded: Funded) -> None:
    (one,) = accounts_of(funded.book)
    assert (one.bank, one.unexplained) == (None, 0)
    funded.bank_line(12_345)
    closing(funded, one.book + 12_345, on=timezone.localdate() - timedelta(days=1))
    (one,) = accounts_of(funded.book)
    assert (one.waiting, one.waiting_lines, one.difference, one.unexplained) == (12_345, 1, 12_345, 0)
    assert "1 line of the bank waits to be booked" in page("/c/clinic/book/accounts/")
    closing(funded, one.book + 99, on=timezone.localdate())
    assert "no waiting line explains it" in page("/c/clinic/book/accounts/")


def test_a_sheltered_book_does_not_show_the_running_batch(funded: Funded) -> None:
    funded.bank_line(12_345)
    closing(funded, 777_77, on=timezone.localdate())
    type(funded.world.campaign).objects.filter(pk=funded.world.campaign.pk).update(at_risk=True)
    shown = page("/c/clinic/book/accounts/")
    assert "777.77" not in shown and "123.45" not in shown and "stand in batches" in shown


def test_goods_stand_beside_money_without_private_places(funded: Funded) -> None:
    ((commodity, rows),) = goods_of(funded.book).items()
    assert commodity == funded.cement.commodity_id and [(stage, minor) for stage, _custody, minor in rows] == [("stock", 10)]
    shown = page("/c/clinic/book/goods/")
    assert f"Store {short(funded.store.custody)}" in shown and "Ward store" not in shown
    assert budget_of(funded.book) == ([], False)


def test_bars_are_thousandths_and_never_negative() -> None:
    assert bar([("w1", 250), ("w2", -5), ("w3", 750)]) == [
        {"state": "w1", "x": "0", "width": "250"},
        {"state": "w3", "x": "250", "width": "750"},
    ]
    assert bar([("w1", 50)], whole=200) == [{"state": "w1", "x": "0", "width": "250"}]
    assert bar([]) == bar([("w1", -1)]) == []


def test_no_name_of_a_giver_or_seller_stands_in_the_books(funded: Funded) -> None:
    for name, _text in TABS:
        shown = page(reverse(name, kwargs={"slug": "clinic"}))
        assert not re.search("Omar|Dana|Karim|Salma|Ward store", shown)


def test_where_people_are_at_risk_newer_entries_are_not_told_yet(funded: Funded) -> None:
    campaign = funded.world.campaign
    type(campaign).objects.filter(pk=campaign.pk).update(at_risk=True)
    for path in ("", "0001/", "goods/", "activities/", "balances/"):
        shown = page(f"/c/clinic/book/{path}")
        assert 'class="r-no"' not in shown and "Store " not in shown, path
    assert "shown some days later" in page("/c/clinic/book/")
    page("/c/clinic/book/entry/3/", status=404)
    page("/c/clinic/book/entry/3/leaf.json", status=404)
    for table in ("rows", "entries"):
        assert b"".join(Client().get(f"/c/clinic/book/{table}.json").streaming_content).split() == [b"[", b"]"]
    accounts = b"".join(Client().get("/c/clinic/book/accounts.csv").streaming_content).decode().splitlines()[1:]
    assert {line.split(",")[-2] for line in accounts} == {"0"}
    assert b"gift" not in b"".join(Client().get("/c/clinic/book/for/ledger").streaming_content)


def test_an_entry_hands_out_the_proof_that_the_log_holds_it(funded: Funded) -> None:
    seq = Entry.objects.get(book=funded.book, kind="gift_in_kind").seq
    early = Client().get(f"/c/clinic/book/entry/{seq}/entry.tlog-proof")
    assert early.status_code == 409 and "no head of the log has been signed since" in early.content.decode()
    assert "not yet under a signed head" in page(f"/c/clinic/book/entry/{seq}/")
    publish_head(funded.book)
    assert f"/c/clinic/book/entry/{seq}/entry.tlog-proof" in page(f"/c/clinic/book/entry/{seq}/")
    text = page(f"/c/clinic/book/entry/{seq}/entry.tlog-proof")
    leaf = Client().get(f"/c/clinic/book/entry/{seq}/leaf.json").content
    assert check_proof(text, leaf=leaf, key=log_key(funded.book)) == []
    assert check_proof(text, leaf=leaf + b" ", key=log_key(funded.book)) != []


@pytest.mark.parametrize(("start", "words"), [("", "Its SHA-256 digest"), ("/ar", "بصمته (SHA-256)")])
def test_the_page_of_files_shows_the_verifiers_address_and_its_digest(funded: Funded, start: str, words: str) -> None:
    body = page(f"{start}/c/clinic/book/files/")
    address = re.search(r'href="(http://[^"]+/verify\.py)"', body)
    assert words in body and address
    served = b"".join(Client().get(address.group(1).removeprefix("http://testserver")))
    assert hashlib.sha256(served).hexdigest() in body
