"""The demonstration's founding: every demonstration key of every steward signs the first policy."""

from awna.books import services as books
from awna.books.models import Book, Entry
from awna.consent.demo_keys import KINDS, enrol_demo_keys, sign_about
from awna.core.problems import Problem, Refused
from awna.parties.models import Role


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
