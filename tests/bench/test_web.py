"""The bench of pages judges bytes and medians as it should; nothing is timed here."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from tests.bench import web

PAGE, SHEET = b'<link rel="stylesheet" href="/static/a.css">' + b"word " * 500, b"p { margin: 0 }"


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = gzip.compress(PAGE, mtime=0) if self.path == "/page/" else SHEET
        self.send_response(200)
        if self.path == "/page/":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing on the screen."""


def test_a_page_weighs_its_packed_text_and_its_sheets() -> None:
    server = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert web.weight_of(f"http://127.0.0.1:{server.server_port}", "/page/") == (len(gzip.compress(PAGE, mtime=0)), len(SHEET))
    finally:
        server.shutdown()


def test_the_median_is_judged() -> None:
    link = web.LINKS[1]
    assert web.paint("Give", link, [9.0, 4.0, 4.5]).met is True
    assert web.paint("Give", link, [9.0, 6.0, 4.5]).met is False
