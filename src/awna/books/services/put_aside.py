"""A waiting file that is not wanted after all is put aside with a reason, and taken up again; its bytes and its digest stay."""

from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import BankAccount, StatementAside, StatementFile, StatementHold
from .vouchers import REASON_CHARACTERS_MAX, REASON_CHARACTERS_MIN


@transaction.atomic
def put_file_aside(*, file: StatementFile, reason: str, author: Role) -> StatementAside:
    """Put a file aside that brought nothing. One whose lines came in is refused: what is in the book is taken back line by line."""
    _refuse_stranger(file, author)
    if file.statements.exists() or not StatementHold.objects.filter(file=file).exists():
        text = "The lines of this file came in, so it cannot be put aside. Take back what was decided on wrong lines, one by one; the bank's lines stay."
        raise Refused(Problem("file_came_in", text))
    said = aside_word(file)
    if said is not None:
        return said
    return _say(file, reason, author, aside=True)


@transaction.atomic
def take_file_up(*, file: StatementFile, reason: str, author: Role) -> StatementAside | None:
    """Let a file that was put aside wait again. None where it is not aside."""
    _refuse_stranger(file, author)
    return None if aside_word(file) is None else _say(file, reason, author, aside=False)


def aside_word(file: StatementFile) -> StatementAside | None:
    """Who put this file aside and why, while that is in force."""
    newest = file.asides.select_related("author__user").order_by("-said_at", "-pk").first()
    return newest if newest is not None and newest.aside else None


def refuse_aside(file: StatementFile) -> None:
    if (problem := aside_problem(file)) is not None:
        raise Refused(problem)


def aside_problem(file: StatementFile) -> Problem | None:
    """What to do about a file that was put aside."""
    word = aside_word(file)
    text = "The file was put aside on %(day)s: “%(reason)s”. Take it up again on the page of bank files if it is wanted after all."
    return word and Problem("file_put_aside", text, {"day": word.said_at.date(), "reason": word.reason})


def files_aside(bank_account: BankAccount) -> list[StatementHold]:
    """Files that were put aside, oldest first."""
    return list(StatementHold.objects.put_aside().filter(file__bank_account=bank_account))


def _say(file: StatementFile, reason: str, author: Role, *, aside: bool) -> StatementAside:
    reason = " ".join(reason.split())
    if not REASON_CHARACTERS_MIN <= len(reason) <= REASON_CHARACTERS_MAX:
        raise Refused(Problem("aside_needs_a_reason", "Say why, in %(least)s to %(most)s characters.",
                              {"least": REASON_CHARACTERS_MIN, "most": REASON_CHARACTERS_MAX}, "reason"))  # fmt: skip
    return StatementAside.objects.create(file=file, aside=aside, reason=reason, author=author)


def _refuse_stranger(file: StatementFile, author: Role) -> None:
    """Checked on the locked account, so that a file is not put aside while it comes in."""
    account = BankAccount.objects.select_for_update(of=("self",)).select_related("book").get(pk=file.bank_account_id)
    if author.name != "treasurer" or author.section_id not in (None, account.section_id) or author.campaign_id != account.book.campaign_id:
        raise Refused(Problem("not_the_treasurer", "The treasurer of this account puts its files aside. Ask her or him."))
