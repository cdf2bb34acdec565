"""A process that is killed in the middle of a change."""

import os
import signal
from typing import Any

from django.db import migrations

VARIABLE = "LATER_STOPS_AT"


def stop_at(name: str) -> migrations.RunPython:
    """Kills the process, or fails with `name!`, when the environment names this change."""

    def stop(_apps: Any, _editor: Any) -> None:
        wanted = os.environ.get(VARIABLE, "")
        if wanted == name:
            os.kill(os.getpid(), signal.SIGKILL)
        if wanted == f"{name}!":
            raise ValueError("a row that nobody thought of")

    return migrations.RunPython(stop, migrations.RunPython.noop)
