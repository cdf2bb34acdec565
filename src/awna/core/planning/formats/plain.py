"""Reads our table of tasks with JSON on both sides, for a process of its own."""

import json
from base64 import b64decode
from typing import Any

from ..problem import Stock
from .json_project import to_json
from .table import read_table


def read_table_plain(payload: dict[str, Any]) -> Any:
    """`data` is base64, `stocks` the names that the campaign knows with `id`, `unit` and `scale`; the answer is a project as JSON."""
    stocks = [Stock(one["id"], unit=one["unit"], scale=one["scale"]) for one in payload["stocks"]]
    return json.loads(to_json(read_table(b64decode(payload["data"]), known_stocks=stocks)))
