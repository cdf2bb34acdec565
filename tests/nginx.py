"""nginx over a static copy, on a free port of this machine, with no application behind it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = ROOT / "deploy" / "nginx.conf"
START_S_MAX, STOP_S_MAX = 10, 10
MIME_TYPES = Path("/etc/nginx/mime.types")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def is_installed() -> bool:
    return NGINX is not None and MIME_TYPES.exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(copy: Path, *, scratch: Path, application: int = 0, workers: int = 1) -> Iterator[str]:
    """The address at which deploy/nginx.conf serves this copy. Without `application`, its port, nobody answers behind it."""
    port, behind = free_port(), application or free_port()
    site = CONFIGURATION.read_text()
    for old, new in (("/srv/awna/copy/current", str(copy)), ("/srv/awna/nothing", str(scratch / "nothing")), ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
                     ("listen 80;", f"listen 127.0.0.1:{port};"), ("awna.example.org", "localhost")):  # fmt: skip
        assert old in site, f"deploy/nginx.conf has no {old}"
        site = site.replace(old, new)
    pages = "".join(f"{name}_temp_path {scratch / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;\n" if os.geteuid() == 0 else ""
    configuration = scratch / "nginx.conf"
    configuration.write_text(
        f"{user}worker_processes {workers};\npid {scratch / 'nginx.pid'};\nerror_log {scratch / 'error.log'};\ndaemon off;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\ninclude {MIME_TYPES};\nsendfile on;\ntcp_nopush on;\nkeepalive_requests 100000;\n{pages}{site}}}\n")  # fmt: skip
    process = subprocess.Popen([str(NGINX), "-c", str(configuration), "-p", str(scratch)], stderr=subprocess.PIPE)
    try:
        _wait(process, port)
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S_MAX)


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError((process.stderr.read() if process.stderr else b"").decode(errors="replace"))
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError("nginx did not start")
