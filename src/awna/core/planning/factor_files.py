"""Tables of factors and methods read in a process of their own: base64 in, plain values out, and back into our types."""

import base64
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from ..problems import Problem
from .factors import COLUMNS as FACTOR_COLUMNS
from .factors import FACTORS_MAX as FACTOR_ROWS_MAX
from .factors import Cells, Factor, FactorRow, Reading, read_factors, rows_of
from .method_table import COLUMNS as METHOD_COLUMNS
from .method_table import ROWS_MAX as METHOD_ROWS_MAX
from .method_table import TableElement, TableMethod, read_methods
from .methods import Line
from .ranges import Range

FACTORS, METHODS = "factors", "methods"


def read_plain(payload: Mapping[str, str]) -> dict[str, Any]:
    """`good` rows, `problems`, the number of `rows`, and the cells of the rows that are refused, to be corrected."""
    data = base64.b64decode(payload["data"])
    is_factors = payload["sort"] == FACTORS
    reading = read_factors(data) if is_factors else read_methods(data)
    columns = FACTOR_COLUMNS if is_factors else METHOD_COLUMNS
    told = {problem.where.split(",")[0] for problem in reading.problems}
    cells = rows_of(data, columns=columns, limit=FACTOR_ROWS_MAX if is_factors else METHOD_ROWS_MAX)
    return {
        "good": [_plain(asdict(one)) for one in reading.good], "rows": reading.rows, "columns": list(columns),
        "problems": [asdict(problem) | {"params": {name: str(value) for name, value in problem.params.items()}} for problem in reading.problems],
        "refused": [_cells(one, columns) for one in cells if f"row {one.number}" in told],
    }  # fmt: skip


def _cells(one: Cells, columns: tuple[str, ...]) -> dict[str, Any]:
    return {"row": one.number, "cells": [one[name] for name in columns]}


def reading_from_plain(value: Mapping[str, Any], *, sort: str) -> Reading:
    """What `read_plain` gave, as a reading again."""
    good = tuple(_factor_row(one) if sort == FACTORS else _table_row(one) for one in value["good"])
    return Reading(good, tuple(Problem(**one) for one in value["problems"]), value["rows"])


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def _range(value: Mapping[str, str]) -> Range:
    return Range(Decimal(value["low"]), Decimal(value["likely"]), Decimal(value["high"]))


def _factor_row(value: Mapping[str, Any]) -> FactorRow:
    factor = Factor(**{**value["factor"], "value": _range(value["factor"]["value"])})
    return FactorRow(**{**value, "factor": factor})


def _table_row(value: Mapping[str, Any]) -> TableElement | TableMethod:
    if "quantity" in value:
        return TableElement(**{**value, "quantity": Decimal(value["quantity"]), "tasks": tuple(value["tasks"])})
    lines = [Line(one["item"], _range(one["amount"]), _range(one["km"]) if one["km"] else None, one["transport"]) for one in value["lines"]]
    units = {name: (unit, row) for name, (unit, row) in value["units"].items()}
    return TableMethod(**{**value, "days": _range(value["days"]), "lines": lines, "units": units})
