"""nginx as deploy/ sets it up, over a static copy, on free ports of this machine; with or without an application behind it."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).resolve().parent.parent
SITE, MAIN = ROOT / "deploy" / "nginx.conf", ROOT / "deploy" / "nginx-main.conf"
START_S_MAX, STOP_S_MAX = 10, 10
MIME_TYPES = Path("/etc/nginx/mime.types")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HOST = "localhost"


@dataclass(frozen=True)
class Front:
    """Where nginx answers: the site without and with TLS, and the port that only leads to TLS."""

    address: str
    secure: str
    leading: str


def is_installed() -> bool:
    return NGINX is not None and MIME_TYPES.exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(copy: Path, *, scratch: Path, application: int = 0, workers: int = 1) -> Iterator[str]:
    """The address at which nginx serves this copy without TLS. Without `application`, its port, nobody answers behind it."""
    with front(copy, scratch=scratch, application=application, workers=workers) as here:
        yield here.address


@contextlib.contextmanager
def front(copy: Path, *, scratch: Path, application: int = 0, workers: int = 1) -> Iterator[Front]:
    plain, secure, leading = free_port(), free_port(), free_port()
    site = _site(copy, scratch, application or free_port(), plain=plain, secure=secure, leading=leading)
    configuration = scratch / "nginx.conf"
    configuration.write_text("daemon off;\n" + _main(scratch, site, workers=workers))
    process = subprocess.Popen([str(NGINX), "-c", str(configuration), "-p", str(scratch)], stderr=subprocess.PIPE)
    try:
        _wait(process, plain)
        yield Front(f"http://{HOST}:{plain}", f"https://{HOST}:{secure}", f"http://{HOST}:{leading}")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S_MAX)


def _site(copy: Path, scratch: Path, application: int, *, plain: int, secure: int, leading: int) -> str:
    certificate, key = _certificate(scratch)
    live = "/etc/letsencrypt/live/awna.example.org"
    return _replaced(SITE, {
        "/var/www/awna/current": str(copy), "/var/www/awna/nothing": str(scratch / "nothing"), "127.0.0.1:8000": f"127.0.0.1:{application}",
        "listen 80;": f"listen 127.0.0.1:{leading};", "listen [::]:80;": "", "listen [::]:443 ssl http2;": "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{plain}; listen 127.0.0.1:{secure} ssl http2;",
        f"{live}/fullchain.pem": str(certificate), f"{live}/privkey.pem": str(key), "awna.example.org": HOST,
    })  # fmt: skip


def _main(scratch: Path, site: str, *, workers: int) -> str:
    folders = "".join(f"{name}_temp_path {scratch / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return _replaced(MAIN, {
        "user www-data;": "user root;" if os.geteuid() == 0 else "", "worker_processes auto;": f"worker_processes {workers};",
        "/run/nginx.pid": str(scratch / "nginx.pid"), "/var/log/nginx/error.log": str(scratch / "error.log"),
        "include /etc/nginx/modules-enabled/*.conf;": "", "include /etc/nginx/conf.d/*.conf;": f"keepalive_requests 100000;\n{folders}{site}",
    })  # fmt: skip


def _replaced(path: Path, others: dict[str, str]) -> str:
    text = path.read_text()
    for old, new in others.items():
        assert old in text, f"{path.name} has no {old}"
        text = re.sub(re.escape(old), lambda _, new=new: new, text)
    return text


def _certificate(scratch: Path) -> tuple[Path, Path]:
    """A certificate of a day that the machine signs for itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, private = scratch / "certificate.pem", scratch / "certificate.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return certificate, private


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError((process.stderr.read() if process.stderr else b"").decode(errors="replace"))
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError("nginx did not start")
