"""One reader of bank files over a list of files: `python _statement_peer.py NAME REPEATS < list`. Imports nothing of ours unless NAME is awna."""

import contextlib
import importlib
import io
import json
import logging
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

REASON_CHARACTERS_MAX = 200
SUFFIXES = {"mt940": ".sta", "camt": ".xml", "ofx": ".ofx", "csv": ".csv"}


def signed(amount: Any, indicator: str) -> Decimal:
    value = abs(Decimal(str(amount)))
    return -value if "DBIT" in indicator else value


def awna(path: Path, kind: str, profile: str) -> Iterable[Decimal]:
    from awna.core.banking.csv_profile import profile_from_json
    from awna.core.banking.statement import read_statements

    statements = read_statements(path.read_bytes(), name=path.name, profile=profile_from_json(profile) if profile else None)
    return [line.amount for statement in statements for line in statement.lines]


def acknowledged(path: Path, kind: str, profile: str) -> Iterable[Decimal]:
    """Our reader after a person saw and accepted what is damaged."""
    from awna.core.banking.statement import ACCEPTABLE, read_statements

    return [line.amount for statement in read_statements(path.read_bytes(), name=path.name, accept=ACCEPTABLE) for line in statement.lines]


def mt_940(path: Path, kind: str, profile: str) -> Iterable[Decimal]:
    mt940 = importlib.import_module("mt940")
    return [line.data["amount"].amount for line in mt940.parse(path.read_bytes().decode("utf-8", "replace")) if "amount" in line.data]


def ofxparse(path: Path, kind: str, profile: str) -> Iterable[Decimal]:
    parser = importlib.import_module("ofxparse").OfxParser
    with path.open("rb") as file:
        found = parser.parse(file, fail_fast=False)
    statements = [account.statement for account in found.accounts if getattr(account, "statement", None)]
    return [line.amount for one in statements for line in one.transactions if hasattr(line, "amount")]


def pycamt(path: Path, kind: str, profile: str) -> Iterable[Decimal]:
    parser = importlib.import_module("pycamt.parser").Camt053Parser
    return [signed(one["Amount"], one["CreditDebitIndicator"]) for one in parser(path.read_bytes()).get_transactions()]


def pyiso20022(path: Path, kind: str, profile: str) -> Iterable[Decimal]:
    """Its classes, read by xsdata, by the version that the file names."""
    data = path.read_bytes()
    found = re.search(rb"camt\.(05[234])\.001\.(\d\d)", data)
    if found is None:
        raise ValueError("the file names no version")
    classes = importlib.import_module(f"pyiso20022.camt.camt_{found[1].decode()}_001_{found[2].decode()}")
    reader = importlib.import_module("xsdata.formats.dataclass.parsers").XmlParser
    message = next(iter(vars(reader().from_bytes(data, classes.Document)).values()))
    groups = getattr(message, "stmt", None) or getattr(message, "rpt", None) or getattr(message, "ntfctn", None) or []
    return [signed(entry.amt.value, str(entry.cdt_dbt_ind)) for group in groups for entry in group.ntry]


def bankstatementparser(path: Path, kind: str, profile: str) -> Iterable[Decimal]:
    """It tells formats by the file's suffix, so a copy with the usual one is given."""
    create = importlib.import_module("bankstatementparser.additional_parsers").create_parser
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / f"file{SUFFIXES[kind]}"
        copy.write_bytes(path.read_bytes())
        rows = create(str(copy)).parse().to_dict("records")
    if kind == "camt":
        return [signed(row["Amount"], row["DrCr"]) for row in rows]
    return [Decimal(str(row["amount"])) for row in rows]


READERS: dict[str, Callable[[Path, str, str], Iterable[Decimal]]] = {
    "awna": awna, "acknowledged": acknowledged, "mt-940": mt_940, "ofxparse": ofxparse, "pycamt": pycamt, "pyiso20022": pyiso20022,
    "bankstatementparser": bankstatementparser,
}  # fmt: skip


def read(name: str, one: dict[str, str]) -> dict[str, Any]:
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            amounts = list(READERS[name](Path(one["path"]), one["kind"], one.get("profile", "")))
        return {"count": len(amounts), "sum": str(sum(amounts, Decimal(0)))}
    except Exception as error:
        problems = getattr(error, "problems", ())
        if not problems:
            return {"error": type(error).__name__[:80]}
        # Which code, and in the refusal's own words what stands where.
        return {"error": f"{problems[0].code}. {problems[0]}"[:REASON_CHARACTERS_MAX]}


def main(name: str, repeats: int) -> dict[str, Any]:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    files = json.load(sys.stdin)
    found, times = [], []
    for _ in range(repeats):
        started = time.process_time()
        found = [read(name, one) for one in files]
        times.append(time.process_time() - started)
    return {"found": found, "cpu": min(times)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
