"""Serial receipt books: the next number is used, void, or declared lost by two people; none is skipped and none used twice."""

from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models import ReceiptBook, ReceiptPage
from ..receipt_models import PAGES_MAX

KEEPERS = ("treasurer", "site_lead", "shift_lead", "steward", "storekeeper", "coordinator")
WHY_CHARS_MIN, TEXT_CHARS_MAX = 5, 300


@transaction.atomic
def begin_receipt_book(
    *, campaign: Campaign, code: str, first: int, last: int, holder: Role, author: Role, request_id: str
) -> ReceiptBook:  # fmt: skip
    """A book of numbered pages is handed to somebody."""
    refuse_unless_role(author, "treasurer", "steward", campaign=campaign)
    known = ReceiptBook.objects.filter(campaign=campaign, request_id=request_id).first()
    if known is not None:
        return known
    problems = []
    if not 0 < len(code.strip()) <= 20 or ReceiptBook.objects.filter(campaign=campaign, code=code.strip()).exists():
        problems.append(
            Problem("receipt_book_code", "Give the book a mark of its own, of at most 20 characters. Write it on its cover.", {}, "code")
        )
    if not 0 <= first <= last < first + PAGES_MAX:
        problems.append(
            Problem("receipt_book_pages", "A book has its first and last number, and at most %(max)s pages.", {"max": PAGES_MAX}, "last")
        )
    if holder.campaign_id != campaign.pk or holder.ended_on is not None:
        problems.append(Problem("holder_unknown", "Whoever holds it has a role in this campaign.", {}, "holder"))
    if problems:
        raise Refused(problems)
    return ReceiptBook.objects.create(campaign=campaign, code=code.strip(), first=first, last=last, holder=holder, request_id=request_id)


def next_serial(book: ReceiptBook) -> int | None:
    """The number that comes next; None when the book is full."""
    last = book.pages.order_by("-serial").values_list("serial", flat=True).first()
    number = book.first if last is None else last + 1
    return number if number <= book.last else None


@transaction.atomic
def use_page(*, book: ReceiptBook, serial: int, text: str, author: Role) -> ReceiptPage:
    """This number was written. Refused where another comes next."""
    return _write(book, serial, ReceiptPage.USED, text, author)


@transaction.atomic
def void_page(*, book: ReceiptBook, serial: int, why: str, author: Role) -> ReceiptPage:
    """The next page was spoilt: it stays in the book, crossed through."""
    _refuse_without_reason(why)
    return _write(book, serial, ReceiptPage.VOID, why, author)


@transaction.atomic
def spoil_used(*, page: ReceiptPage, why: str) -> None:
    """What was written on a page did not come about: the page is void, its number stays taken."""
    page.state, page.text = ReceiptPage.VOID, why[:TEXT_CHARS_MAX]
    page.save(update_fields=["state", "text"])


@transaction.atomic
def declare_lost(*, book: ReceiptBook, serial: int, why: str, author: Role) -> ReceiptPage:
    """The next page is gone. Until a second person says so too, no later page can be used."""
    _refuse_without_reason(why)
    return _write(book, serial, ReceiptPage.LOST, why, author)


@transaction.atomic
def confirm_lost(*, page: ReceiptPage, second: Role) -> ReceiptPage:
    refuse_unless_role(second, *KEEPERS, campaign=page.book.campaign)
    page = ReceiptPage.objects.select_for_update(of=("self",)).select_related("book", "author").get(pk=page.pk)
    if page.second_id == second.pk:
        return page
    if not page.is_open:
        raise Refused(Problem("page_not_lost", "Nobody waits for a second person on page %(page)s.", {"page": page.serial}))
    if second.user_id == page.author.user_id:
        raise Refused(Problem("second_person_is_author", "The second person must be somebody else than the author, even in another role."))
    page.second = second
    page.save(update_fields=["second"])
    return page


def _refuse_without_reason(why: str) -> None:
    if not WHY_CHARS_MIN <= len(why.strip()) <= TEXT_CHARS_MAX:
        raise Refused(Problem("page_needs_a_reason", "Say what happened to the page, in %(min)s to %(max)s characters.",
                              {"min": WHY_CHARS_MIN, "max": TEXT_CHARS_MAX}, "why"))  # fmt: skip


def _write(book: ReceiptBook, serial: int, state: str, text: str, author: Role) -> ReceiptPage:
    refuse_unless_role(author, *KEEPERS, campaign=book.campaign)
    book = ReceiptBook.objects.select_for_update(of=("self",)).get(pk=book.pk)
    there = ReceiptPage.objects.filter(book=book, serial=serial).first()
    if there is not None and state != ReceiptPage.USED and (there.state, there.text, there.author_id) == (state, text.strip(), author.pk):
        return there
    comes, problems = next_serial(book), []
    where = {"page": serial, "book": book.code, "next": comes if comes is not None else "–"}
    if not book.first <= serial <= book.last:
        problems.append(Problem("page_out_of_book", "Book %(book)s has no page %(page)s.", where, "serial"))
    elif there is not None:
        problems.append(
            Problem("page_is_taken", "Page %(page)s of book %(book)s is taken already. A number is used once.", where, "serial")
        )
    elif serial != comes:
        problems.append(Problem("page_skipped", "Page %(next)s of book %(book)s comes before page %(page)s. Use it, void it, or declare it lost by two people.",
                                where, "serial"))  # fmt: skip
    elif book.pages.filter(state=ReceiptPage.LOST, second=None).exists():
        problems.append(
            Problem(
                "page_lost_by_one",
                "A page of book %(book)s is declared lost by one person. A second one must say so first.",
                where,
                "serial",
            )
        )
    if problems:
        raise Refused(problems)
    return ReceiptPage.objects.create(book=book, serial=serial, state=state, text=text.strip()[:TEXT_CHARS_MAX], author=author)
