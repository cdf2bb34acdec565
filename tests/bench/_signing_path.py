"""The whole way of signatures over HTTP, as the application is served, in one process: prints a line of JSON with the CPU time of each step.

Neither network nor server takes part, so that what is counted is the application's: a core holds as many signers a second as a second of CPU pays for.
"""

import io
import json
import re
import sys
import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from django.core import mail
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings
from django.urls import reverse

from awna.letters.models import Signature
from awna.letters.services.mailing import mail_codes
from tests.bench._signing import open_letter

TOKEN, WARM = "a" * 32, 5
FORM = "application/x-www-form-urlencoded"


class Server:
    """The application as a server calls it, from a network of its own for each signer."""

    def __init__(self) -> None:
        self.application: Any = get_wsgi_application()

    def ask(self, method: str, path: str, *, signer: int, **typed: str) -> tuple[int, str]:
        """Status and where the answer leads; the answer is read to its end."""
        body = urlencode({"csrfmiddlewaretoken": TOKEN, **typed}).encode() if method == "POST" else b""
        found: dict[str, Any] = {}

        def begin(status: str, headers: Iterable[tuple[str, str]], _error: object = None) -> None:
            found.update(status=int(status.split()[0]), to=dict(headers).get("Location", ""))

        answer = self.application({
            "REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
            "CONTENT_TYPE": FORM, "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": f"10.{signer // 250}.{signer % 250}.9", "HTTP_HOST": "localhost",
            "HTTP_COOKIE": f"csrftoken={TOKEN}", "HTTP_ACCEPT_ENCODING": "gzip",
        }, begin)  # fmt: skip
        for _piece in answer:
            pass
        answer.close()
        return found["status"], found["to"]


def main(words: list[str]) -> int:
    count = int(words[0])
    call_command("migrate", verbosity=0)
    letter, server = open_letter(), Server()
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend", ALLOWED_HOSTS=["localhost"]):
        mail.outbox = []
        walk(server, letter, range(WARM))
        spent = walk(server, letter, range(WARM, WARM + count))
    counted = Signature.objects.counted().count()
    if counted != WARM + count:
        raise SystemExit(f"{counted} of {WARM + count} were counted")
    print(json.dumps({"count": count, **spent}))
    return 0


def walk(server: Server, letter: Any, signers: range) -> dict[str, float]:
    """Seconds of CPU of each step, for all these signers together."""
    page, spent = letter.get_absolute_url(), dict[str, float]()
    done = reverse("letter_mailed", kwargs={"slug": letter.campaign.slug, "letter": letter.pk})

    def step(step_name: str, method: str, path: str, wanted: int, signer: int, **typed: str) -> str:
        before = time.process_time()
        status, to = server.ask(method, path, signer=signer, **typed)
        spent[step_name] = spent.get(step_name, 0.0) + time.process_time() - before
        if status != wanted:
            raise SystemExit(f"{method} {path} answered with {status}")
        return to

    for n in signers:
        step("letter", "GET", page, 200, n)
        step("sign", "POST", page, 302, n, name=f"Person {n}", place="Rind", email=f"p@h{n}.example.org")
        step("told", "GET", done, 200, n)
    before, first = time.process_time(), len(mail.outbox)
    mail_codes()
    spent["mail"] = time.process_time() - before
    links = [re.search(r"https?://[^/]+(/\S+/confirm/\S+)", str(one.body)) for one in mail.outbox[first:]]
    for n, link in zip(signers, links, strict=True):
        assert link is not None
        step("shown", "GET", link[1], 200, n)
        to = step("confirm", "POST", link[1], 302, n, name=f"Person {n}", place="Rind")
        step("thanked", "GET", to, 200, n)
    return spent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
