"""A schedule as JSON values and back, so that files are read in a process of their own and kept until somebody applies them."""

import types
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from ..problems import Problem
from .model import Schedule
from .reading import read_schedule


def read_plain(payload: dict[str, str]) -> dict[str, Any]:
    """`read_schedule` with JSON on both sides: `data` is base64; `xml`, where given, is what mpxj made of it."""
    converted = b64decode(payload.get("xml", ""))
    return schedule_to_plain(read_schedule(b64decode(payload["data"]), convert=(lambda _data, _ending: converted) if converted else None))


def schedule_to_plain(schedule: Schedule) -> dict[str, Any]:
    """JSON-able values without those that are as usual; `schedule_from_plain` is the inverse."""
    found = _to_plain(schedule)
    assert isinstance(found, dict)
    return found


def schedule_from_plain(value: Mapping[str, Any]) -> Schedule:
    """The schedule of values that `schedule_to_plain` made."""
    found = _from_plain(Schedule, value)
    assert isinstance(found, Schedule)
    return found


def _to_plain(value: Any) -> Any:
    if isinstance(value, Problem):
        params = {name: one if isinstance(one, (int, str)) else str(one) for name, one in value.params.items()}
        return {"code": value.code, "text": value.text, "params": params, "where": value.where}
    if is_dataclass(value):
        return {one.name: _to_plain(found) for one in fields(value) if (found := getattr(value, one.name)) != one.default}
    if isinstance(value, tuple):
        return [_to_plain(one) for one in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _from_plain(kind: Any, value: Any) -> Any:
    """A value as an instance of the annotated type; the values are our own, so that nothing is doubted here."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _from_plain(next(one for one in arguments if one is not type(None)), value)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_from_plain(arguments[0], one) for one in value)
        return tuple(_from_plain(one, part) for one, part in zip(arguments, value, strict=True))
    if kind is Problem:
        return Problem(**value)
    hints = _hints(kind)
    if hints:
        return kind(**{name: _from_plain(hints[name], one) for name, one in value.items()})
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    return Decimal(value) if kind is Decimal else value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The fields of a record with their types; nothing for any other type."""
    return get_type_hints(kind) if is_dataclass(kind) else {}
