"""Slow visitors come, stay and are counted; the one who asks meanwhile is answered. Nothing is judged by time here."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.bench import slow
from tests.nginx import front, is_installed

CONNECTIONS, SECONDS = 60, 3
INSTALLED = pytest.mark.skipif(not is_installed(), reason="nginx is not installed: apt-get install nginx-light")


class Site(BaseHTTPRequestHandler):
    """An application that has a health page and nothing else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == slow.HEALTH else 404)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing on the screen."""


@INSTALLED
def test_slow_visitors_are_held_and_counted(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "index.html").write_text("<!doctype html><title>Copy</title>" + "<p>A stone upon a stone.</p>\n" * 20_000)
    (tmp_path / "nginx").mkdir()
    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()

    def stop() -> None:
        site.shutdown()
        site.server_close()

    with front(tmp_path / "copy", scratch=tmp_path / "nginx", application=site.server_port) as here:
        figures = {
            figure.name: figure for figure in slow.behind_nginx(here, tmp_path / "copy", stop, connections=CONNECTIONS, seconds=SECONDS)
        }
    assert figures["slow connections held open at once"].measured == str(CONNECTIONS)
    counted = [figure for name, figure in figures.items() if "not answered with 200" in name or "a form is told" in name]
    assert len(counted) == 3
    assert all(figure.met for figure in counted), counted


def test_an_address_that_is_silent_is_counted() -> None:
    answers = slow.Answers()
    answers.ask("http://127.0.0.1:1", slow.HEALTH)
    assert (answers.silent, answers.wrong, len(answers.seconds)) == (1, 0, 1)


def test_the_server_is_started_as_its_unit_says() -> None:
    line = slow.SERVICE.read_text()
    assert "--workers 1" in line and "--blocking-threads 4" in line and "--host 127.0.0.1" in line
