"""deploy/nginx.conf serves the copy with application and database down, and sends to the application what is not in it."""

import gzip
import http.client
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.nginx import is_installed, serving
from tests.rooms.funded import make_funded

from .snapshots import MADE_AT, Tags, publish

pytestmark = [pytest.mark.django_db, pytest.mark.skipif(not is_installed(), reason="nginx is not installed: apt-get install nginx-light")]
AWAY = 503
SEEN_S_MAX = 30


def test_the_copy_is_served_alone(tmp_path):
    make_funded()
    publish(tmp_path / "site")
    (tmp_path / "nginx").mkdir()
    with serving(tmp_path / "site" / "current", scratch=tmp_path / "nginx") as address:
        _reads_pages(address)
        _asks_the_application(address)
        _sees_a_new_copy(address, tmp_path / "site")


def _get(address: str, path: str, *, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return found


def _reads_pages(address: str) -> None:
    for path in ("/", "/c/clinic/", "/c/clinic/index.html", "/ar/c/clinic/", "/c/clinic/book/0001/", "/snapshot/"):
        status, headers, body = _get(address, path)
        assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8"), path
        assert "set-cookie" not in headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        packed = _get(address, path, Accept_Encoding="gzip")
        assert packed[1]["content-encoding"] == "gzip"
        assert gzip.decompress(packed[2]) == body
        for _tag, href in Tags(body.decode()).addresses():
            assert not href.startswith("/"), href
    status, headers, body = _get(address, "/snapshot/stamp.svg")
    assert (status, headers["content-type"]) == (200, "image/svg+xml; charset=utf-8")
    assert f"{MADE_AT:%Y-%m-%d %H:%M}" in body.decode()
    assert _get(address, "/c/clinic/log/checkpoint")[1]["access-control-allow-origin"] == "*"


def _asks_the_application(address: str) -> None:
    """Nobody answers behind nginx here, and it says so in words."""
    for path, method, headers in (("/c/clinic/give/", "GET", {}), ("/c/clinic/book/?kind=gift", "GET", {}), ("/c/clinic/", "POST", {}),
                                  ("/c/clinic/?live=1", "GET", {}), ("/c/clinic/", "GET", {"Cookie": "sessionid=x"})):  # fmt: skip
        status, _headers, body = _get(address, path, method=method, **headers)
        assert (status, b"does not answer now" in body) == (AWAY, True), path
    status, headers, _body = _get(address, "/c/clinic/give/index.html")
    assert (status, urlsplit(headers["location"]).path) == (302, "/c/clinic/give/")


def _sees_a_new_copy(address: str, site: Path) -> None:
    before = _get(address, "/snapshot/snapshot.note")[2]
    publish(site, made_at=MADE_AT.replace(day=22))
    until = time.monotonic() + SEEN_S_MAX
    while _get(address, "/snapshot/snapshot.note")[2] == before:
        assert time.monotonic() < until, "the old copy is still served"
        time.sleep(0.2)
