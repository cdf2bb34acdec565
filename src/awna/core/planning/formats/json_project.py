"""Projects and plans as JSON: the fields of our own types, nothing else; what is unknown or of another kind is refused with its path."""

import json
import types
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from ...problems import Problem, Refused
from ..plan import Plan
from ..problem import Project

T = TypeVar("T")


def project_from_json(data: bytes) -> Project:
    return _read(Project, data)


def plan_from_json(data: bytes) -> Plan:
    return _read(Plan, data)


def to_json(value: Project | Plan) -> bytes:
    """Canonical enough to compare: keys in the order of the types, sets sorted, dates as ISO text."""
    return json.dumps(asdict(value), default=_plain, ensure_ascii=False, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))


def _read(kind: type[T], data: bytes) -> T:
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Refused(Problem("json_unreadable", "The file is not JSON in UTF-8: %(error)s.", {"error": str(error)})) from error
    result = _value(kind, value, "$")
    assert isinstance(result, kind)
    return result


def _wrong(path: str, wanted: str, got: object) -> Refused:
    return Refused(
        Problem("json_field_wrong", "Here stands %(got)s; wanted is %(wanted)s.", {"got": repr(got)[:60], "wanted": wanted}, path)
    )


def _value(kind: Any, value: object, path: str) -> Any:
    """`value` as an instance of the annotated type `kind`."""
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _record(kind, value, path)
    if origin in (Union, types.UnionType):
        return None if value is None else _value(next(part for part in arguments if part is not type(None)), value, path)
    if origin is Literal:
        if value in arguments:
            return value
        raise _wrong(path, " or ".join(map(str, arguments)), value)
    if origin is tuple:
        return _tuple(arguments, value, path)
    if origin is frozenset:
        if not isinstance(value, list):
            raise _wrong(path, "a list", value)
        return frozenset(_value(arguments[0], item, f"{path}[{n}]") for n, item in enumerate(value))
    if origin is Mapping:
        if not isinstance(value, dict):
            raise _wrong(path, "an object", value)
        return {key: _value(arguments[1], item, f"{path}.{key}") for key, item in value.items()}
    return _scalar(kind, value, path)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Asked for thousands of records of a few types."""
    return get_type_hints(kind)


def _record(kind: Any, value: object, path: str) -> Any:
    if not isinstance(value, dict):
        raise _wrong(path, "an object", value)
    hints = _hints(kind)
    for name in value:
        if name not in hints:
            raise Refused(
                Problem(
                    "json_field_unknown",
                    "There is no field %(name)s; there are %(names)s.",
                    {"name": name, "names": ", ".join(hints)},
                    path,
                )
            )
    try:
        return kind(
            **{
                field.name: _value(hints[field.name], value[field.name], f"{path}.{field.name}")
                for field in fields(kind)
                if field.name in value
            }
        )
    except TypeError as error:
        raise Refused(Problem("json_field_missing", "A field is missing: %(error)s.", {"error": str(error)}, path)) from error


def _tuple(arguments: tuple[Any, ...], value: object, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _wrong(path, "a list", value)
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_value(arguments[0], item, f"{path}[{n}]") for n, item in enumerate(value))
    if len(value) != len(arguments):
        raise _wrong(path, f"a list of {len(arguments)}", value)
    return tuple(_value(kind, item, f"{path}[{n}]") for n, (kind, item) in enumerate(zip(arguments, value, strict=True)))


def _scalar(kind: Any, value: object, path: str) -> object:
    if kind is date and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise _wrong(path, "a date such as 2026-12-01", value) from error
    if type(value) is not kind:  # bool is no int here
        raise _wrong(path, kind.__name__, value)
    return value
