"""What lies in deploy/ fits together: units, settings, installation, containers, and what nginx adds to and takes from a visit."""

import configparser
import http.client
import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from django.core.management import get_commands

from tests.nginx import Front, front, is_installed

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
PROGRAMS = "/srv/awna/.venv/bin/"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")], key=str)
HARDENED = {"ProtectSystem": "strict", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "PrivateTmp": "yes", "User": "awna"}
CROWD, FLOOD = 50, 200
EXPOSURE_MAX = 30
"""Tenths, as systemd-analyze counts: 10.0 is a process that may do all."""


def _read(path: Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # systemd's names keep their capitals
    unit.read(path)
    return unit


def _settings(path: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if line and not line.startswith("#"))


# -- units ----------------------------------------------------------------------------------------------------------


def test_each_unit_runs_a_command_that_there_is():
    for path in DEPLOY.glob("*.service"):
        program, *words = _read(path)["Service"]["ExecStart"].split()
        assert program.startswith(PROGRAMS), path.name
        assert words[0] in get_commands() if program.endswith("/awna") else words[-1] == "awna.wsgi:application", path.name


def test_each_timer_has_its_service():
    assert {path.stem for path in DEPLOY.glob("*.timer")} == {"awna-hourly", "awna-publish", "awna-backup"}
    for path in DEPLOY.glob("*.timer"):
        assert path.with_suffix(".service").exists()
        assert _read(path)["Install"]["WantedBy"] == "timers.target"


def test_no_process_may_do_what_it_need_not():
    held = _read(DEPLOY / "hardening.conf")["Service"]
    assert {name: held[name] for name in HARDENED} == HARDENED
    assert held["EnvironmentFile"] == "/etc/awna/awna.env"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed: apt-get install systemd")
def test_systemd_understands_the_units(tmp_path):
    """With programs that exist in the place of ours."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("awna", "granian"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    for path in UNITS:
        (tmp_path / path.name).write_text(path.read_text().replace(PROGRAMS, f"{programs}/"))
    for folder in ("awna.service.d", "awna-.service.d"):
        (tmp_path / folder).mkdir()
        shutil.copy(DEPLOY / "hardening.conf", tmp_path / folder)
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"}
    verified = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / path.name) for path in UNITS)], env=environment, capture_output=True, text=True
    )
    complaints = [line for line in verified.stderr.splitlines() if "awna" in line]
    assert complaints == []
    judged = tmp_path / "judged.service"
    judged.write_text((tmp_path / "awna.service").read_text() + (DEPLOY / "hardening.conf").read_text())
    security = ["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", str(judged)]
    assert subprocess.run(security, env=environment, capture_output=True).returncode == 0


# -- settings and installation --------------------------------------------------------------------------------------


def test_shell_and_systemd_read_the_same_settings(tmp_path):
    """The command `awna` reads the file with the shell, the services with systemd."""
    text = (DEPLOY / "awna.env").read_text().replace("#AWNA", "AWNA")
    filled = tmp_path / "awna.env"
    filled.write_text(text.replace("'…'", "'a $b \"c'"))
    said = subprocess.run(["env", "-i", "sh", "-c", f"set -a; . {filled}; env"], capture_output=True, text=True, check=True).stdout
    by_shell = {name: value for name, value in (line.split("=", 1) for line in said.splitlines()) if name.startswith("AWNA_")}
    assert by_shell == {name: value.strip("'") for name, value in _settings(filled).items()}
    assert by_shell["AWNA_EMAIL_PASSWORD"] == 'a $b "c'


def test_settings_that_are_given_out_name_no_secret_and_a_front():
    given = _settings(DEPLOY / "awna.env")
    assert given["AWNA_PROXY_COUNT"] == "1"
    assert not [name for name in given if "PASSWORD" in name or "KEY" in name]


@pytest.mark.parametrize(("name", "why"), [
    ("", "under which name"), ("https://awna.example.org", "is not a host name"), ("Awna.example.org", "small letters"), ("awna", "has no dot"),
    ("awna.example.org", "as root|must lie in /srv/awna|is for another name"),
])  # fmt: skip
def test_installation_refuses_before_it_changes_anything(tmp_path, name, why):
    (tmp_path / "deploy").mkdir()
    shutil.copy(DEPLOY / "install.sh", tmp_path / "deploy")
    done = subprocess.run(["sh", str(tmp_path / "deploy" / "install.sh"), *([name] if name else [])], capture_output=True, text=True)
    assert done.returncode == 1
    assert re.search(why, done.stderr)


def test_containers_share_one_image_and_hold_no_secret():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert set(services["services"]) == {"web", "worker", "regular", "nginx"}
    for name, service in services["services"].items():
        assert "environment" not in service, name
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in services["volumes"] or source.startswith("./"), volume
    for name in ("web", "worker", "regular"):
        assert services["services"][name]["env_file"] == "awna.env.local"
    image = (DEPLOY / "Containerfile").read_text()
    assert not re.search(r"(SECRET|PASSWORD|TOKEN|AWNA_BACKUP_KEYS)", image)
    unit = _read(DEPLOY / "awna.service")["Service"]["ExecStart"].split()[1:]
    assert [word.strip('",[]') for word in image.splitlines()[-1].split()[2:]] == unit
    assert {"deploy/*.local", "deploy/tls/"} <= set((ROOT / ".gitignore").read_text().splitlines())


# -- nginx ----------------------------------------------------------------------------------------------------------


class Desk(BaseHTTPRequestHandler):
    """Tells what reached it, as a page that nobody may keep."""

    def do_GET(self) -> None:
        told = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("Cache-Control", "no-store, private")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing on the screen."""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if not is_installed():
        pytest.skip("nginx is not installed: apt-get install nginx-light")
    scratch = tmp_path_factory.mktemp("front")
    (scratch / "copy").mkdir()
    (scratch / "copy" / "index.html").write_text("<!doctype html><title>Copy</title>")
    desk = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=desk.serve_forever, daemon=True).start()
    with front(scratch / "copy", scratch=scratch, application=desk.server_port) as front_:
        yield front_
    desk.shutdown()
    desk.server_close()


def _get(origin: str, path: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
    parts = urlsplit(origin)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nginx signs for itself here
    secure = parts.scheme == "https"
    connection = (
        http.client.HTTPSConnection(parts.netloc, timeout=10, context=context)
        if secure
        else http.client.HTTPConnection(parts.netloc, timeout=10)
    )
    connection.request(method, path, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, answer.headers, answer.read().decode()
    connection.close()
    return found


def test_whoever_comes_without_tls_is_led_to_it(here):
    status, headers, _body = _get(here.leading, "/c/clinic/?q=1")
    assert (status, headers["Location"]) == (301, "https://localhost/c/clinic/?q=1")
    assert _get(here.leading, "/.well-known/acme-challenge/none")[0] == 404


def test_what_the_application_says_of_its_pages_stands_alone(here):
    """A page of somebody who is signed in must not be kept because nginx added that it may be."""
    status, headers, _body = _get(here.secure, "/desk/", Cookie="sessionid=x")
    assert (status, headers.get_all("Cache-Control")) == (200, ["no-store, private"])
    assert headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    status, headers, _body = _get(here.secure, "/")
    assert (status, headers.get_all("Cache-Control")) == (200, ["public, max-age=60"])
    assert headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]


def test_the_application_hears_who_came_and_no_lie(here):
    told = _get(here.secure, "/desk/", X_Forwarded_For="198.51.100.66", X_Forwarded_Proto="http")[2].lower().splitlines()
    assert "x-forwarded-for: 127.0.0.1" in told
    assert "x-forwarded-proto: https" in told


def test_a_file_too_large_is_named(here):
    parts = urlsplit(here.secure)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection(parts.netloc, timeout=10, context=context)
    connection.putrequest("POST", "/desk/")
    connection.putheader("Content-Length", str(30 * 1024 * 1024))
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, b"20 MB at most" in answer.read()) == (413, True)
    connection.close()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(here):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    assert _version(here, context) == "TLSv1.3"
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert _version(here, context) == "TLSv1.2"
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):
        _version(here, context)


def _version(here: Front, context: ssl.SSLContext) -> str | None:
    parts = urlsplit(here.secure)
    with (
        socket.create_connection((str(parts.hostname), parts.port or 0), 10) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as line,
    ):
        return line.version()


def test_a_crowd_behind_one_address_is_let_in_and_a_program_is_told_to_wait(here):
    assert {_get(here.address, f"/desk/?n={number}")[0] for number in range(CROWD)} == {200}
    port = urlsplit(here.address).port or 0
    lines = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(FLOOD)]
    for line in lines:
        line.sendall(b"GET /desk/?flood HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    said = next(text for text in _as_they_answer(lines) if not text.startswith("HTTP/1.1 200 "))
    assert said.startswith("HTTP/1.1 429 ")
    assert "Retry-After: 10" in said and "wait ten seconds" in said
    for line in lines:
        line.close()


def _as_they_answer(lines: list[socket.socket]) -> Iterator[str]:
    """Those that wait for their turn come last."""
    open_ = list(lines)
    while open_:
        for line in select.select(open_, [], [], 10)[0]:
            open_.remove(line)
            yield line.makefile("rb").read().decode()
