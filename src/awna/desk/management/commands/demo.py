"""`awna demo`: the demonstration campaign on this machine, seeded by the services that everyone uses, served by granian."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from awna.desk import demo
from awna.desk.demo_files import TO_IMPORT
from awna.desk.demo_place import is_demo_place
from awna.kit.commands import AwnaCommand
from awna.kit.jobs import work_off

PORT = 8000
PORTS_TRIED_MAX = 50
BLOCKING_THREADS = 4


class Command(AwnaCommand):
    help = "Start the demonstration on this machine. A second start keeps what you did; --fresh starts over."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=PORT, help=f"the port; the next free one is taken if it is busy (default {PORT})")
        parser.add_argument("--no-serve", action="store_true", help="make the data and stop")
        parser.add_argument("--fresh", action="store_true", help="forget the old demonstration first")

    def run(self, **options: Any) -> None:
        if not is_demo_place(settings.AWNA_DATA_DIR):
            raise CommandError(f"{settings.AWNA_DATA_DIR} is not a folder of the demonstration. Start it with `awna demo`.", returncode=2)
        port = free_port(options["port"])
        settings.AWNA_ORIGIN = f"http://localhost:{port}"
        self.say("Preparing the database")
        call_command("migrate", interactive=False, verbosity=0)
        Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
        campaign = demo.seed(say=self.say)
        work_off()
        self.tell_where(campaign)
        if not options["no_serve"]:
            self.serve(port)

    def say(self, text: str) -> None:
        self.stderr.write(f"awna demo: {text}")
        self.stderr.flush()

    def tell_where(self, campaign: Any) -> None:
        origin = settings.AWNA_ORIGIN
        lines = [
            "",
            f"{origin}/",
            f"  campaign             {origin}{campaign.get_absolute_url()}",
            f"  desk                 {origin}/desk/   (sign in: {origin}/accounts/login/)",
            *(f"  {label:<20} {origin}{path}" for label, path in demo.private_links(campaign)),
            "",
            f"Password of everyone below: {demo.PASSWORD}",
            *(f"  {person.email:<28} {person.does}" for person in demo.CAST),
            "",
            f"Bank file to bring in yourself: {Path(settings.AWNA_DATA_DIR) / TO_IMPORT}",
            "Everything is invented. Stop with Ctrl-C; `awna demo --fresh` starts over.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def serve(self, port: int) -> None:
        """Become the server, so that Ctrl-C and a stop of this process end it."""
        environment = {**os.environ, "AWNA_ORIGIN": settings.AWNA_ORIGIN}
        # The worker beside it ends with it: its parent stays the same process through the exec below.
        work = [sys.executable, "-m", "awna.cli", "work", "--with", str(os.getpid())]
        subprocess.Popen(work, env=environment)  # noqa: S603  # our own program with words of ours
        granian = Path(sys.executable).with_name("granian")
        words = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--blocking-threads", str(BLOCKING_THREADS)]
        os.execve(granian, [str(granian), *words, "--no-access-log", "--log-level", "warning", "awna.wsgi:application"], environment)  # noqa: S606 - the server of this environment, words of ours


def free_port(wanted: int, *, is_free: Callable[[int], bool] | None = None) -> int:
    """The wanted port of 127.0.0.1, or the next one that nobody listens on."""
    for port in range(wanted, min(wanted + PORTS_TRIED_MAX, 65536)):
        if (is_free or _is_free)(port):
            return port
    raise CommandError(f"No free port from {wanted} on. Name another one with --port.", returncode=1)


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
