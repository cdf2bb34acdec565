"""Donors with their gifts, and opening balances, from any table: written as the file that the import of earlier gifts reads, judged and taken by it."""

import csv
import io
from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from awna.books.models import BankAccount
from awna.campaigns.models import BringIn, BroughtRow
from awna.campaigns.moving.kinds import Column, Judged, Kind, Line, Progress
from awna.core.ledger.rules import BANK
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role

from . import earlier_file
from .models.earlier import EarlierGift, GiftImport
from .services import earlier
from .services.earlier_back import take_gifts_back

TREASURERS = ("treasurer",)
KEY = Column("key", _("Key"), _("The number of the gift in your own list; by it a row is known again."), "2025-0031", required=True,
             words="id|number|no|nr|gift|reference|beleg|nummer|numéro|número|الرمز|الرقم")  # fmt: skip
AMOUNT = Column("amount", _("Amount"), _("What came in, above zero, with the decimal sign that you stated."), "250.00", required=True,
                words="sum|value|betrag|montant|importe|المبلغ")  # fmt: skip
CURRENCY = Column("currency", _("Currency"), _("Three letters; that of the account."), "EUR", required=True,
                  words="ccy|währung|devise|monnaie|moneda|العملة")  # fmt: skip
FUND = Column("fund", _("Fund"), _("The code of the fund, where the money was given for one purpose; empty means free."), "",
              words="purpose|zweck|fonds|affectation|fondo|الصندوق|الغرض")  # fmt: skip
GIFT_COLUMNS = (
    KEY, Column("date", _("Day"), _("The day on which it came, such as 2026-12-01; before the first bank file."), "2025-11-30", required=True,
                words="received on|received|day|gift date|datum|tag|jour|fecha|التاريخ"), AMOUNT, CURRENCY, FUND,
    Column("donor", _("Donor"), _("A number of the donor, where one gave several times: one donor is made of these rows."), "D-12",
           words="donor id|donor number|donor code|spendernummer|numéro de donateur|número de donante|رقم المتبرع"),
    Column("name", _("Name"), _("As the donor is called; sealed, and empty where nobody knows."), "Dana Example",
           words="donor name|full name|spender|spenderin|nom|nombre|الاسم|اسم المتبرع"),
    Column("email", _("E-mail"), _("Where thanks may be sent; sealed."), "dana@example.org",
           words="e mail|mail|email address|courriel|correo|correo electrónico|البريد الإلكتروني|البريد"),
    Column("language", _("Language"), _("The code of the language in which the donor reads, such as en or ar."), "en",
           words="sprache|langue|idioma|اللغة"),
)  # fmt: skip
OPENING_COLUMNS = (KEY, AMOUNT, CURRENCY, FUND)


def judge_as(kind: str, found: BringIn, lines: Sequence[Line], author: Role) -> list[Judged]:
    account = account_of(found)
    earlier.refuse_stranger(account, author)
    seen = earlier.judge(bank_account=account, data=_csv_of(lines, kind), **_marks(found))
    cells = {line.number: line.cells for line in lines}
    return [
        Judged(row.read.number, cells[row.read.number], row.state, row.read.cells.get("key", ""), row.problems, row.line)
        for row in seen.rows
    ]


def take_as(kind: str, found: BringIn, fresh: Sequence[Judged], author: Role, progress: Progress) -> Mapping[int, str]:
    """One import of the new rows; the parts of an opening balance become one question to the stewards."""
    if not fresh:
        return {}
    data = _csv_of([Line(row.number, row.cells) for row in fresh], kind)
    looked = earlier.look_at_gifts(bank_account=account_of(found), data=data, author=author, **_marks(found))
    made = earlier.take_gifts_in(found=looked, author=author)
    found.options["import"] = str(made.pk)
    progress(len(fresh), len(fresh))
    rows = {row.row_key: row.pk for row in EarlierGift.objects.filter(gift_import=made)}
    return {row.number: f"earlier:{rows[row.plan.key]}" for row in fresh}


def undo(found: BringIn, _rows: Sequence[BroughtRow], author: Role) -> None:
    """Forget the import that these rows became, with the donors that it made."""
    for one in GiftImport.objects.filter(pk=found.options.get("import")):
        take_gifts_back(found=one, author=author)


def account_of(found: BringIn) -> BankAccount:
    """The account that the person chose; Refused where the campaign has no such account."""
    accounts = BankAccount.objects.filter(book__campaign=found.campaign_id, custody__type=BANK).select_related(
        "book__campaign", "commodity"
    )
    try:
        account = accounts.filter(pk=found.options["account"]).first()
    except (KeyError, ValueError, ValidationError):
        account = None
    if account is None:
        raise Refused(Problem("account_not_chosen", "Choose the account that received the gifts.", {}, "account"))
    return account


def _marks(found: BringIn) -> dict[str, str]:
    """How our own file is written: with the decimal sign that the person stated."""
    return {"decimal": "comma" if found.options["decimal"] == "," else "point", "separator": "comma"}


def _csv_of(lines: Sequence[Line], kind: str) -> bytes:
    """The rows at their own numbers, so that every reason names the row of the file that the person has."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(earlier_file.COLUMNS)
    at = 1
    for line in lines:
        out.write("\n" * (line.number - at - 1))
        at = line.number
        writer.writerow([kind if column == "kind" else line.at(column) for column in earlier_file.COLUMNS])
    return out.getvalue().encode()


def _counted(campaign: Campaign, kind: str) -> int:
    return EarlierGift.objects.filter(bank_account__book__campaign=campaign, kind=kind).count()


def _kind(name: str, kind: str, title: object, what: object, columns: tuple[Column, ...]) -> Kind:
    return Kind(
        name, title, what, TREASURERS, columns,
        lambda found, lines, author: judge_as(kind, found, lines, author),
        lambda found, fresh, author, progress: take_as(kind, found, fresh, author, progress),
        undo, has_amounts=True, of_account=True, own_body=True, counted=lambda campaign: _counted(campaign, kind),
    )  # fmt: skip


GIFTS = _kind(
    "gifts", earlier_file.GIFT, _("Donors and their gifts"), _("Who gave before this book began. Their money lies in the opening balance."), GIFT_COLUMNS
)  # fmt: skip
OPENINGS = _kind(
    "openings",
    earlier_file.OPENING,
    _("Opening balances"),
    _("What an account opens with, by fund. The stewards are asked."),
    OPENING_COLUMNS,
)
