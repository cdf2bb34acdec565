"""A book of many entries on SQLite, and `awna publish` of it as a process of its own: first, again, and with one more entry."""

import json
import os
import resource
import subprocess
import sys
import time

import django

django.setup()

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from awna.books import services as books
from awna.books.services import EntryDraft, post_entries, publish_log
from tests.torture import _place

from . import _million


def main(words: list[str]) -> int:
    wanted, folder = int(words[0]), words[1]
    _place.prepare()
    with _place.scratch() as place:
        _million._first_gift(place)
        _million._post(place, wanted)
        publish_log(place.book)
        found = _published("first", folder) | _published("second", folder)
        _one_more(place)
        found |= _published("more", folder)
        print(json.dumps(found))
    return 0


def _one_more(place: Any) -> None:
    at = {"custody": str(place.account.custody_id), "commodity": str(place.account.commodity_id)}
    whole, roof = (books.Spot("free", fund=str(place.book.fund(code).pk), **at) for code in ("whole", "roof"))
    draft = EntryDraft("allocate", "one more", [books.Row(whole, roof, 100)], timezone.localdate() - timedelta(days=1))
    post_entries(book=place.book, drafts=[draft], author=place.karim)


def _published(name: str, folder: str) -> dict[str, float]:
    """Seconds by the clock and of CPU, and what the run says of itself."""
    database = str(connection.settings_dict["NAME"])
    connections.close_all()
    environment = {
        # An installed program keeps its compiled modules; here they are kept beside the scratch files.
        **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
        "PYTHONPYCACHEPREFIX": str(settings.AWNA_DATA_DIR / "compiled"),
        "AWNA_BENCH_DATABASE": database,
        "AWNA_KEY_DIR": str(settings.AWNA_KEY_DIR),
        "AWNA_LOG_DIR": str(settings.AWNA_LOG_DIR),
    }
    program = (
        "import os\nfrom django.conf import settings\nsettings.DATABASES['default']['NAME'] = os.environ['AWNA_BENCH_DATABASE']\n"
        "import django\ndjango.setup()\nfrom django.core.management import call_command\nimport sys\n"
        "call_command('publish', sys.argv[1], json=True)\n")  # fmt: skip
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, folder], env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = json.loads(done.stdout)
    return {
        name: time.monotonic() - started, f"{name} cpu": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        f"{name} written": said["written"], f"{name} kept": said["kept"], "files": said["files"], "bytes": said["bytes"],
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
