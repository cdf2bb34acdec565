"""What the pages of everyone weigh and ask of the database: an appeal must open on a cheap phone over a bad link."""

import gzip
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import awna
from tests.browser.addresses import examples
from tests.browser.ground import make_ground

pytestmark = pytest.mark.django_db
PACKAGE = Path(awna.__file__).parent
TEXT_BYTES_MAX, TABLE_BYTES_MAX, SHEET_BYTES_MAX, QUERIES_MAX, TABLE_QUERIES_MAX = 14_336, 60 * 1024, 6 * 1024, 12, 16
SHEET = re.compile(r'<link rel="stylesheet" href="/static/([^"]+)"')


def packed(data: bytes) -> int:
    return len(gzip.compress(data, 9))


def sheet(name: str) -> bytes:
    (found,) = PACKAGE.glob(f"*/static/{name}")
    return found.read_bytes()


def weigh(path: str) -> tuple[int, int, str]:
    """Bytes of the page with its sheets, questions to the database, and the page."""
    with CaptureQueriesContext(connection) as asked:
        answer = Client().get(path)
    assert answer.status_code == 200, path
    shown = answer.content.decode()
    return packed(answer.content) + sum(packed(sheet(name)) for name in SHEET.findall(shown)), len(asked), shown


def test_the_public_sheet_is_small() -> None:
    assert packed(sheet("kit/awna.css")) <= SHEET_BYTES_MAX


@pytest.mark.parametrize("prefix", ["", "/ar"], ids=["English", "Arabic"])
def test_every_light_page_fits_one_flight(prefix: str) -> None:
    ready = examples(make_ground())
    token = ready.of["trace"]["token"]
    light = [
        "/c/clinic/",
        "/c/clinic/give/",
        ready.ground.letter.get_absolute_url(),
        f"/c/clinic/gift/{token}/",
        f"/c/clinic/give/{token}/",
    ]
    told = {}
    for paths, most in ((light, TEXT_BYTES_MAX), (["/c/clinic/plan/", "/c/clinic/book/", "/c/clinic/book/0001/"], TABLE_BYTES_MAX)):
        for path in paths:
            weight, asked, shown = weigh(prefix + path)
            assert weight <= most, f"{path}: {weight} bytes"
            assert not re.search(r"<script(?![^>]*\s(?:src=|type=\"application/ld\+json\"))|\sstyle=|<style|\son\w+=\"", shown), path
            told[path] = asked
    assert {path: asked for path, asked in told.items() if asked > (QUERIES_MAX if path in light else TABLE_QUERIES_MAX)} == {}


def test_sheets_are_packed_on_the_wire() -> None:
    answer = Client(headers={"accept-encoding": "gzip"}).get("/static/kit/awna.css")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer["Content-Encoding"] == "gzip" and len(body) <= SHEET_BYTES_MAX + 200
