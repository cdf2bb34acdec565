"""The plan page of 500 tasks and 80 people, asked for again and again in one process: CPU, bytes and questions to the database."""

import gzip
import json
import statistics
import sys
import time

import django

django.setup()

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from awna.works.planner.page import forget_asked
from tests.rooms.works.planner.big_plan import make_big_plan
from tests.torture import _place

PATHS = {"English": "/desk/{}/works/", "Arabic": "/ar/desk/{}/works/"}


def main(words: list[str]) -> int:
    tasks, people, repeats = (int(word) for word in words)
    _place.prepare()
    with _place.scratch() as place:
        campaign = place.book.campaign
        lead = next(role for role in campaign.roles.select_related("user") if role.name == "steward")
        make_big_plan(campaign, lead, tasks=tasks, people=people, today=timezone.localdate())
        client = Client(HTTP_HOST="localhost")
        client.force_login(lead.user)
        found: dict[str, float] = {}
        for name, pattern in PATHS.items():
            path = pattern.format(campaign.slug)
            client.get(path)  # templates are compiled once
            found[f"{name} first"] = 1000 * statistics.median(_cpu(client, path, first=True) for _ in range(max(1, repeats // 3)))
            found[f"{name} ms"] = 1000 * statistics.median(_cpu(client, path) for _ in range(repeats))
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status_code}")
            found[f"{name} bytes"] = len(gzip.compress(answer.content, 6))
            found[f"{name} queries"] = len(asked)
        print(json.dumps(found))
    return 0


def _cpu(client: Client, path: str, *, first: bool = False) -> float:
    """Seconds; `first`: nothing of the plan is remembered from a page before."""
    if first:
        forget_asked()
    began = time.process_time()
    client.get(path)
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
