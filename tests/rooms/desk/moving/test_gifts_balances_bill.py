"""Gifts and balances of before the book, and bills: by the same pages and the same command, and taken back before the first closing."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Entry, Movement, Statement, StatementFile
from awna.campaigns.bill.services import apply_bill, difference_of, keep_bill
from awna.campaigns.bill.taking_back import take_bill_back
from awna.campaigns.models import BillFile, BringIn, BudgetLine
from awna.campaigns.moving import services as moving
from awna.consent.services import decide
from awna.core.problems import Refused
from awna.crews.models import Volunteer
from awna.desk.moving.kinds import kind_named, roles_by_kind
from awna.donations import services as donations
from awna.donations.models import Donor, Pledge
from awna.donations.models.earlier import EarlierGift, GiftImport
from awna.kit.policies import Actor

from .conftest import PEOPLE, workbook

GIFTS, OPENINGS = kind_named("gifts"), kind_named("openings")
LAST_YEAR = (
    "Liste 2025;;;;;\n;;;;;\nBeleg;Datum;Betrag;Währung;Spendernummer;Name\n"
    "31;2026-01-05;100,50;EUR;D7;Dana\n32;2026-01-06;50,00;EUR;D7;Dana\n33;5.1.2026;1,00;EUR;;\n"
)
BILL = "code,title,unit,quantity,rate,currency\nA,Ground,,,,\nA.1,Trench,m3,10,5,EUR\nA.2,Concrete,m3,4,140,EUR\n"


@pytest.fixture
def account(world):
    account = books.open_bank_account(
        book=world.campaign.book, section=world.north, holder="North", iban="DE02120300000000202051", currency="EUR"
    )
    books.ensure_fund(book=world.campaign.book, code="roof", title="Roof")
    file = StatementFile.objects.create(
        bank_account=account, name="s", digest="d", content="s", author=world.north_treasurer, request_id="s"
    )
    statement = Statement.objects.create(
        bank_account=account, file=file, position=0, opening_minor=15_025, closing_minor=20_025, opening_on=date(2026, 3, 1)
    )
    Movement.objects.create(
        bank_account=account, custody=account.custody, commodity=account.commodity, statement=statement, line_key="1", occurrence=1, position=1,
        amount=5_000, booked_on=date(2026, 3, 2),
    )  # fmt: skip
    return account


def take(found, kind, author):
    return moving.take_in(found=found, kind=kind, author=author, leave_refused=True)


def test_last_years_list_becomes_donors_and_gifts_and_goes_again(world, bring, account):
    nils = world.north_treasurer
    found = bring("gifts", LAST_YEAR, nils, decimal=",", account=str(account.pk))
    hint = moving.suggestion_of(found, GIFTS)
    assert (hint.head_row, len(hint.columns), hint.unread) == (3, 6, ())
    found = moving.map_columns(found=found, kind=GIFTS, head_row=3, columns=hint.columns, author=nils)
    seen = moving.preview(found, GIFTS, nils)
    assert [(row.number, row.state) for row in seen.rows] == [(4, "new"), (5, "new"), (6, "refused")]
    assert [(one.code, one.where) for one in seen.refused[0].problems] == [("date_unreadable", "row 6, column date")]
    done = take(found, GIFTS, nils)
    assert (done.new, EarlierGift.objects.count(), Donor.objects.count()) == (2, 2, 1)
    again = bring("gifts", LAST_YEAR, nils, decimal=",", account=str(account.pk))
    assert again.mapping is not None  # as the last time
    assert moving.preview(again, GIFTS, nils).count("known") == 2
    moving.take_back(found=done, kind=GIFTS, author=nils)
    assert (EarlierGift.objects.count(), Donor.objects.count(), GiftImport.objects.get().state) == (0, 0, "undone")
    assert take(again, GIFTS, nils).new == 2


def test_a_body_knows_its_own_donors_alone(world, bring, account):
    found = bring(
        "gifts", "key,date,amount,currency,name\n31,2026-01-05,100.50,EUR,Dana\n", world.karim, decimal=".", account=str(account.pk)
    )
    with pytest.raises(Refused) as stranger:
        moving.preview(found, GIFTS, world.karim)
    assert stranger.value.codes == ["gifts_of_another_body"]
    done = take_gifts(world, bring, account)
    kinds = roles_by_kind()
    assert done in BringIn.objects.for_actor(Actor(None, [world.north_treasurer]), *kinds)
    assert done not in BringIn.objects.for_actor(Actor(None, [world.karim, world.south_treasurer]), *kinds)
    with pytest.raises(Refused) as other:
        moving.take_back(found=done, kind=GIFTS, author=world.karim)
    assert other.value.codes == ["bring_in_of_another_section"]


def test_a_donor_who_gave_again_stays(world, bring, account):
    done = take_gifts(world, bring, account)
    donor = Donor.objects.get()
    donations.pledge_gift(bank_account=account, amount_minor=500, request_id="again", name="Dana")
    Pledge.objects.update(donor=donor)
    with pytest.raises(Refused) as built:
        moving.take_back(found=done, kind=GIFTS, author=world.north_treasurer)
    assert built.value.codes == ["built_on"]
    assert "Dana (pledge)" in str(built.value)


def take_gifts(world, bring, account):
    text = "key,date,amount,currency,name\n31,2026-01-05,100.50,EUR,Dana\n"
    found = bring("gifts", text, world.north_treasurer, decimal=".", account=str(account.pk))
    return take(found, GIFTS, world.north_treasurer)


def test_an_opening_is_withdrawn_and_stays_once_it_stands_in_the_book(world, bring, account):
    nils = world.north_treasurer
    rows = workbook([["key", "amount", "currency", "fund"], ["o1", 120, "EUR", ""], ["o2", 30.25, "EUR", "roof"]])
    done = take(bring("openings", rows, nils, decimal=",", account=str(account.pk)), OPENINGS, nils)
    first = GiftImport.objects.get().opening
    moving.take_back(found=done, kind=OPENINGS, author=nils)
    first.refresh_from_db()
    assert (first.withdrawn_at is not None, EarlierGift.objects.count()) == (True, 0)
    again = take(bring("openings", rows, nils, decimal=",", account=str(account.pk)), OPENINGS, nils)
    proposal = GiftImport.objects.get(state="done").opening
    for steward in (world.salma, world.yusuf):
        decide(proposal=proposal, steward=steward, choice="approve", request_id=str(steward.pk))
    books.open_balances(proposal=proposal, author=nils, request_id="open")
    with pytest.raises(Refused) as stands:
        moving.take_back(found=again, kind=OPENINGS, author=nils)
    assert stands.value.codes == ["opening_stands_in_the_book"]
    assert (EarlierGift.objects.count(), Entry.objects.filter(kind="open").count()) == (2, 1)


def test_the_decimal_sign_is_asked_and_the_account_must_be_the_campaigns(world, bring, account):
    with pytest.raises(Refused) as unsaid:
        bring("gifts", LAST_YEAR, world.north_treasurer, account=str(account.pk))
    assert unsaid.value.codes == ["decimal_not_stated"]
    text = "key,date,amount,currency\n1,2026-01-05,1.50,EUR\n"
    meant, other = (bring("gifts", text, world.north_treasurer, decimal=mark, account=str(account.pk)) for mark in (".", ","))
    assert [moving.preview(one, GIFTS, world.north_treasurer).count("new") for one in (meant, other)] == [1, 0]
    lost = bring("gifts", "key,date,amount,currency\n1,2026-01-05,1,EUR\n", world.north_treasurer, decimal=".", account="nothing")
    with pytest.raises(Refused) as nowhere:
        moving.preview(lost, GIFTS, world.north_treasurer)
    assert nowhere.value.codes == ["account_not_chosen"]


def test_after_the_first_closing_files_stay(world, bring):
    kind = kind_named("volunteers")
    done = take(bring("volunteers", PEOPLE, world.rami), kind, world.rami)
    books.close_period(book=world.campaign.book, through=timezone.localdate() - timedelta(days=1), author=world.karim, request_id="c")
    with pytest.raises(Refused) as closed:
        moving.take_back(found=done, kind=kind, author=world.rami)
    assert closed.value.codes == ["moved_in_for_good"]
    assert Volunteer.objects.count() == 2


def bring_bill(world, text):
    file = keep_bill(campaign=world.campaign, data=text.encode(), name="bill.csv", author=world.nour)
    return apply_bill(file=file, seen=difference_of(file).seen, author=world.nour)


def lines(world):
    return {line.code: (line.title, str(line.quantity.normalize()), line.amount_minor) for line in world.campaign.budget_lines.all()}


def test_a_bill_is_taken_back_to_how_its_lines_stood(world):
    first = bring_bill(world, BILL)
    before = lines(world)
    second = bring_bill(world, BILL.replace("10,5", "12,5") + "A.3,Steel,kg,100,1,EUR\nB,Roof,,,,\nB.1,Tiles,m2,9,9,EUR\n")
    assert lines(world) != before
    with pytest.raises(Refused) as later:
        take_bill_back(file=first, author=world.nour)
    assert later.value.codes == ["bill_changed_later"]
    take_bill_back(file=second, author=world.nour)
    assert lines(world) == before
    take_bill_back(file=first, author=world.nour)
    assert (BudgetLine.objects.count(), BillFile.objects.filter(state="undone").count()) == (0, 2)


def test_a_bill_with_a_line_that_was_given_for_stays(world, account):
    file = bring_bill(world, BILL)
    line = BudgetLine.objects.get(code="A.2")
    donations.pledge_gift(bank_account=account, amount_minor=500, request_id="line", name="Dana", budget_line=line)
    with pytest.raises(Refused) as built:
        take_bill_back(file=file, author=world.nour)
    assert built.value.codes == ["built_on"] and "A.2" in str(built.value)
    with pytest.raises(Refused):
        take_bill_back(file=file, author=world.rami)


def test_the_command_looks_takes_and_takes_back(world, tmp_path, capsys):
    file, refused = tmp_path / "people.csv", tmp_path / "refused.csv"
    file.write_text(PEOPLE)
    call_command("bringin", "volunteers", str(file), dry_run=True, json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["kept"], BringIn.objects.count()) == ({"new": 2, "known": 0, "refused": 1}, False, 0)
    with pytest.raises(SystemExit):
        call_command("bringin", "volunteers", str(file))
    call_command("bringin", "volunteers", str(file), good_only=True, refused=str(refused))
    assert "2 rows came in" in capsys.readouterr().out
    assert "V-3" in refused.read_text(encoding="utf-8-sig")
    call_command("bringin", "back", str(BringIn.objects.get().pk))
    assert Volunteer.objects.count() == 0


def test_the_command_says_which_columns_are_not_clear_and_takes_them_said(world, tmp_path, capsys):
    file = tmp_path / "goods.csv"
    file.write_text("Thing,Called,Per\nsand,Sand,m3\n")
    with pytest.raises(SystemExit):
        call_command("bringin", "items", str(file))
    assert "Thing, Called, Per" in capsys.readouterr().err
    call_command("bringin", "items", str(file), column=["code=Thing", "name=Called", "unit=Per"], head_row=1)
    assert world.campaign.items.get().unit == "m3"


def test_the_command_brings_a_bill_in_and_back(world, tmp_path, capsys):
    file = tmp_path / "bill.csv"
    file.write_text(BILL)
    call_command("bringin", "budget", str(file), acting=world.nour.user.email)
    assert "3 rows came in" in capsys.readouterr().out
    call_command("bringin", "back", str(BillFile.objects.get().pk), acting=world.nour.user.email)
    assert BudgetLine.objects.count() == 0
