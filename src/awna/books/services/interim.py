"""Interim reports (CAMT.052, MT942): their lines are shown until a final statement confirms them, and posted only where the bank gives nothing else."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction

from awna.core.amounts import parse_minor
from awna.core.banking import changes
from awna.core.banking.identity import line_key
from awna.core.banking.statement import Line, Statement, line_to_plain, plain
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import BankAccount, InterimRule, Movement, ProvisionalLine, StatementFile
from ..models import Statement as StoredStatement
from .bank_lines import OPPOSITE, is_booked, is_interim, taken_back, told_of

PROVISIONAL_SHOWN_MAX = 200


@dataclass(frozen=True)
class Interim:
    """Lines of interim reports: new ones, and those that a final statement confirmed or did not hold this time."""

    new: list[ProvisionalLine] = field(default_factory=list)
    confirmed: list[ProvisionalLine] = field(default_factory=list)
    withdrawn: list[ProvisionalLine] = field(default_factory=list)


def posts_interim(account: BankAccount) -> bool:
    """Whether the interim reports are all that the bank of this account gives."""
    newest = account.interim_rules.order_by("-said_at").first()
    return newest is not None and newest.posts


@transaction.atomic
def set_interim_rule(*, bank_account: BankAccount, posts: bool, author: Role) -> InterimRule | None:
    """Say that interim reports are all that the bank gives, or that final statements come after all. None where that is said already."""
    account = BankAccount.objects.select_for_update(of=("self",)).select_related("book").get(pk=bank_account.pk)
    if author.name != "treasurer" or author.section_id not in (None, account.section_id) or author.campaign_id != account.book.campaign_id:
        raise Refused(
            Problem("account_of_another_section", "This account belongs to another section. Its own treasurer says what its bank gives.")
        )
    if posts_interim(account) == posts:
        return None
    return InterimRule.objects.create(bank_account=account, posts=posts, author=author)


def keep_interim(*, account: BankAccount, file: StatementFile, statements: Sequence[Statement]) -> list[ProvisionalLine]:
    """Keep each booked line once, however often the reports of a day repeat it; twins in one report are both kept."""
    kept = []
    for item in statements:
        asked = Counter[str]()
        lines = {}
        for line in item.lines:
            if is_booked(line) and line.booked_on is not None:
                key = line_key(line, account=account.iban, secret=account.book.secret_key)
                asked[key] += 1
                lines[key] = line
        held = Counter(ProvisionalLine.objects.filter(bank_account=account, line_key__in=asked).values_list("line_key", flat=True))
        for key, line in lines.items():
            kept += [_keep(account, file, key, line) for _ in range(asked[key] - held[key])]
    return kept


def settle_interim(*, account: BankAccount) -> Interim:
    """Compare what waits with what final statements brought, in whatever order they came."""
    open_ones = list(ProvisionalLine.objects.filter(bank_account=account).exclude(state="confirmed").order_by("booked_on", "pk"))
    if not open_ones:
        return Interim()
    days = {row.booked_on for row in open_ones}
    stored = list(Movement.objects.filter(bank_account=account, booked_on__in=days).select_related("commodity").order_by("pk"))
    taken = set(
        ProvisionalLine.objects.filter(bank_account=account, booked_on__in=days).exclude(movement=None).values_list("movement", flat=True)
    )
    free = [one for one in stored if one.pk not in taken and not one.line_key.startswith(OPPOSITE)]
    asked = [
        changes.Told(row.line_key, row.booked_on, row.line.bank_reference, Decimal(row.amount).scaleb(-account.commodity.scale))
        for row in open_ones
    ]
    states = changes.states_of(
        asked,
        [told_of(one) for one in free],
        is_covered=lambda day: is_told_finally(account, day),
        bookings=[told_of(one) for one in stored if one.pk in taken],
    )
    found = Interim()
    for row, state in zip(open_ones, states, strict=True):
        if state == row.state:
            continue
        row.state = state
        row.movement = next((one for one in free if one.line_key == row.line_key), None) if state == "confirmed" else None
        if row.movement is not None:
            free.remove(row.movement)
        row.save(update_fields=["state", "movement"])
        (found.confirmed if state == "confirmed" else found.withdrawn).append(row)
    return found


def not_confirmed(*, account: BankAccount, item: Statement, told: Sequence[Movement]) -> list[Movement]:
    """Posted lines of interim reports on days that this final statement covers and that it does not hold."""
    days = {line.booked_on for line in item.lines}
    posted = Movement.objects.filter(bank_account=account, statement__format__startswith="camt.052") | Movement.objects.filter(
        bank_account=account, statement__format__startswith="mt942"
    )
    known = {movement.pk for movement in told}
    left = [
        movement
        for movement in posted.select_related("statement", "commodity", "bank_account")
        if movement.pk not in known and not movement.line_key.startswith(OPPOSITE)
        and changes.covers(item.opening_on, item.closing_on, movement.booked_on, begins=movement.booked_on in days)
    ]  # fmt: skip
    gone = taken_back(account, left)
    return [movement for movement in left if movement.pk not in gone]


def is_told_finally(account: BankAccount, day: date) -> bool:
    """Whether a final statement here tells all of this day."""
    found = StoredStatement.objects.filter(bank_account=account, slip=None, opening_on__lte=day, closing_on__gte=day)
    begins = {row.pk for row in found.filter(movements__booked_on=day)}
    return any(not is_interim(row.format) and changes.covers(row.opening_on, row.closing_on, day, begins=row.pk in begins) for row in found)


def provisional_lines(account: BankAccount) -> list[ProvisionalLine]:
    """What waits or was not confirmed, the newest first."""
    found = ProvisionalLine.objects.filter(bank_account=account).exclude(state="confirmed").select_related("bank_account__commodity")
    return list(found.order_by("-booked_on", "pk")[:PROVISIONAL_SHOWN_MAX])


def files_with_waiting(account: BankAccount) -> list[StatementFile]:
    """Files of which lines wait still: once the account posts interim reports they are brought in."""
    found = StatementFile.objects.filter(provisional_lines__bank_account=account, provisional_lines__state="waiting").distinct()
    return list(found.order_by("stored_at"))


def _keep(account: BankAccount, file: StatementFile, key: str, line: Line) -> ProvisionalLine:
    return ProvisionalLine.objects.create(
        file=file, bank_account=account, line_key=key, amount=parse_minor(plain(line.amount), account.commodity.scale), booked_on=line.booked_on,
        content=json.dumps(line_to_plain(line)),
    )  # fmt: skip
