"""Cosignatures that witnesses bring: the one thing that a machine without an account may hand in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from awna.books import services as books
from awna.core.problems import Refused

COSIGNED_BYTES_MAX = 20_000


@csrf_exempt
def cosigned(request: HttpRequest, slug: str) -> HttpResponse:
    """A cosigned checkpoint, as its own proof of who sends it: no session is asked for, and only witnesses of the policy are heard."""
    book = getattr(request.campaign, "book", None)
    if book is None:
        raise Http404("This campaign has no book yet.")
    data = request.read(COSIGNED_BYTES_MAX + 1)
    if len(data) > COSIGNED_BYTES_MAX:
        return _said("This is too long for a cosigned checkpoint.", status=413)
    try:
        new = books.receive_cosigned(book, note=data.decode(errors="replace"))
    except Refused as refused:
        return _said(str(refused), status=403)
    return _said(f"{new} new cosignatures.")


def _said(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
