"""One address as anybody would get it: its view is called without session, sign-in or network, under a policy that lets anyone in."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404, HttpResponseBase
from django.utils import translation

from awna.core.problems import Problem, Refused
from awna.kit.policies import ANYONE, Actor, policies_of

FOUND, ANSWERS_MOVED, REFUSED = 200, (301, 302), 409


@dataclass(frozen=True)
class Head:
    """The signed head of one campaign's log that a snapshot was made from."""

    slug: str
    title: str
    origin: str
    size: int
    root: str
    signed_at: datetime


@dataclass(frozen=True)
class Facts:
    """What every page of a snapshot knows about it: the site it is a copy of, the time, the heads."""

    origin: str
    made_at: datetime
    heads: tuple[Head, ...]

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    @property
    def last_signed(self) -> datetime | None:
        return max((head.signed_at for head in self.heads), default=None)


@dataclass(frozen=True)
class Answer:
    """`pieces` of an answer of this media type; `moved_to` for one that only leads elsewhere."""

    media_type: str
    pieces: Iterator[bytes]
    moved_to: str = ""

    @property
    def is_page(self) -> bool:
        return self.media_type == "text/html"


class SnapshotRequest(WSGIRequest):
    """A GET by nobody in particular. Whole addresses that a view builds are those of the origin."""

    def __init__(self, path: str, *, language: str, campaign: Any, facts: Facts) -> None:
        parts = urlsplit(facts.origin)
        super().__init__({
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": parts.hostname or "localhost",
            "SERVER_PORT": str(parts.port or 80), "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": parts.scheme,
        })  # fmt: skip
        self.user, self.actor, self.campaign = AnonymousUser(), Actor(None), campaign
        self.snapshot, self.htmx, self.session = facts, False, {}
        self.LANGUAGE_CODE = language

    def get_host(self) -> str:
        return self.snapshot.host


def answer(view: Callable[..., Any], path: str, values: dict[str, Any], *, language: str, campaign: Any, facts: Facts) -> Answer | None:
    """What the view says at this address, or None where it has nothing to show (404, or a refusal such as a book that is not public yet)."""
    declared = policies_of(view) or {}
    if declared.get("GET") is not ANYONE:
        raise ValueError(f"{path} is not open to anyone")
    request = SnapshotRequest(path, language=language, campaign=campaign, facts=facts)
    with translation.override(language):
        try:
            found: HttpResponseBase = view(request, **values)
        except Http404:
            return None
        if hasattr(found, "render"):
            found = found.render()
    if found.status_code in ANSWERS_MOVED:
        return Answer("text/html", iter(()), found["Location"])
    if found.status_code == REFUSED:
        return None
    if found.status_code != FOUND:
        raise Refused(Problem("page_not_made", "%(path)s answered with %(status)s. Nothing was published; look at this page.",
                              {"path": path, "status": found.status_code}))  # fmt: skip
    media_type = found.get("Content-Type", "").split(";")[0].strip()
    return Answer(media_type, iter(found))  # every response gives its pieces
