"""The demonstration's founding and its stewards' yes, with the demonstration keys."""

from awna.approvals import services as approvals
from awna.books import services as books
from awna.books.models import Book, Entry
from awna.consent.demo_keys import KINDS, enrol_demo_keys, sign_about, sign_proposal
from awna.consent.models import Proposal
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role


def open_with_keys(*, campaign: Campaign, stewards: list[Role], required: int, upto: int) -> Book:
    """The book, founded: so many release up to an amount of US dollars (minor units), above it all must sign."""
    usd = str(books.ensure_commodity(code="USD", kind="money", scale=2, name="USD").pk)
    bands = [{"commodity": usd, "k": required, "upto": str(upto)}, {"commodity": usd, "k": len(stewards)}]
    book = books.open_book(campaign=campaign, author=stewards[0], required=required, keyed=True, rules={"bands": bands})
    found_with_demo_keys(book=book, stewards=stewards)
    return book


def agree(*, proposal: Proposal, steward: Role) -> None:
    """A steward's yes, signed with her demonstration key."""
    approvals.decide(
        proposal=proposal, steward=steward, choice="approve", request_id=f"demo-{steward.pk}-{proposal.pk}"[:80],
        signed=sign_proposal(steward=steward, proposal=proposal))  # fmt: skip


def found_with_demo_keys(*, book: Book, stewards: list[Role]) -> Entry:
    """Enrol and sign in one go what real stewards do each on her own device; entry 0 is the answer."""
    keys = [(steward, enrol_demo_keys(steward=steward)) for steward in stewards]
    digest, entry = books.founding_digest(book), None
    for steward, own in keys:
        for key, (kind, n) in zip(own, KINDS, strict=True):
            signed = sign_about(steward=steward, about="found", digest=digest, kind=kind, n=n)
            entry = books.sign_founding(book=book, key=key, signed=signed, request_id=f"demo {key.fingerprint}"[:80])
    if entry is None:
        raise Refused(Problem("founding_incomplete", "A key of the demonstration did not sign its first policy."))
    return entry
