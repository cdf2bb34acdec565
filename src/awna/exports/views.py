"""The whole book to take away, and the program that checks it."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse

from awna import checkcopy, verify
from awna.books import services as books
from awna.core.problems import Refused
from awna.kit.http import file_answer


def book_dump(request: HttpRequest, slug: str) -> HttpResponse:
    """The dump of the book: every leaf that may be read now, the openings that are public, and the signed checkpoint."""
    book = getattr(request.campaign, "book", None)
    if book is None:
        raise Http404("This campaign has no book yet.")
    try:
        answer = HttpResponse(books.dump_book(book), content_type="application/jsonl")
    except Refused as refused:
        return HttpResponse(f"{refused}\n", status=409, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{slug}.book.jsonl"'
    return answer


def verifier(request: HttpRequest) -> HttpResponse:
    """`verify.py`, exactly as installed here: one file that needs Python and nothing else."""
    answer = HttpResponse(Path(verify.__file__).read_bytes(), content_type="text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="awna-verify.py"'
    return answer


def verifier_digest(request: HttpRequest) -> HttpResponse:
    """The SHA-256 of `verify.py`, in the form that `sha256sum --check` reads."""
    return HttpResponse(f"{verify.own_digest()}  awna-verify.py\n", content_type="text/plain; charset=utf-8")


def copy_checker(request: HttpRequest) -> HttpResponse:
    """`checkcopy.py`, which checks a copy of this site; it lies beside `verify.py` in every copy."""
    return file_answer(Path(checkcopy.__file__).read_bytes(), name="checkcopy.py", media_type="text/x-python; charset=utf-8")
