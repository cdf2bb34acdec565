"""How many movements a bank file holds and what they make together, counted without any reader: the judge of all readers."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

from awna.core.banking.csv_profile import profile_from_fields, profile_to_json
from awna.core.banking.csv_suggest import shipped_profiles

from ._measure import ROOT

SHARED = ROOT.parent / "shared" / "data" / "statements"
FIXTURES = ROOT / "tests" / "core" / "banking" / "fixtures"
EXPECTED = ROOT / "tests" / "core" / "banking" / "expected"
_LINE = re.compile(rb"^:61:\d{6}(?:\d{4})? {0,4}(R?[CD])[A-Z]?(\d*[,.]?\d*)", re.MULTILINE)
_OFX_LINE = re.compile(rb"<STMTTRN>(.*?)(?=<STMTTRN>|</BANKTRANLIST>|</INVTRANLIST>|<LEDGERBAL>|$)", re.DOTALL | re.IGNORECASE)
_OFX_AMOUNT = re.compile(rb"<TRNAMT>\s*([+-]?[\d.,]+)\s*(?:<|\r|\n)", re.IGNORECASE)


@dataclass(frozen=True)
class Known:
    """A file and what it holds; `count` is None where nothing can be counted, so that refusing is right.

    `parts` counts the details of bookings that have several: a reader may give either.
    """

    path: Path
    kind: str
    count: int | None
    total: Decimal = Decimal(0)
    profile: str = ""
    parts: int | None = None

    def as_asked(self) -> dict[str, str]:
        return {"path": str(self.path), "kind": self.kind, "profile": self.profile}

    def fits(self, found: dict[str, object]) -> bool:
        return found.get("count") in (self.count, self.parts or self.count) and Decimal(str(found.get("sum", "NaN"))) == self.total


def known(kind: str) -> list[Known]:
    """The shared files of a kind, or our fixtures where they are absent."""
    if kind == "csv":
        return _csv()
    pattern = {"camt": "camt*/**/*.xml", "mt940": "mt940/*/*", "ofx": "ofx/*/*"}[kind]
    files = sorted(SHARED.glob(pattern)) or sorted(FIXTURES.glob({"camt": "*.xml", "mt940": "*.mt94*", "ofx": "*.ofx"}[kind]))
    count = {"camt": _camt, "mt940": _mt940, "ofx": _ofx}[kind]
    return [Known(path, kind, *count(path.read_bytes()), parts=_parts(path, kind)) for path in files if path.is_file()]


def _parts(path: Path, kind: str) -> int | None:
    """Details of all entries, where an entry has any."""
    try:
        entries = [one for one in ElementTree.parse(path).iter() if one.tag.rpartition("}")[2] == "Ntry"] if kind == "camt" else []
    except ElementTree.ParseError:
        return None
    return sum(max(1, sum(one.tag.rpartition("}")[2] == "TxDtls" for one in entry.iter())) for entry in entries) or None


def _camt(data: bytes) -> tuple[int | None, Decimal]:
    """Entries, because their amounts are the truth."""
    try:
        entries = [element for element in ElementTree.fromstring(data).iter() if element.tag.rpartition("}")[2] == "Ntry"]
        return len(entries), sum((_camt_amount(entry) for entry in entries), Decimal(0))
    except (ElementTree.ParseError, ArithmeticError):
        return None, Decimal(0)


def _camt_amount(entry: ElementTree.Element) -> Decimal:
    fields = {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in reversed(entry)}
    return Decimal(fields["Amt"]) * (-1 if fields["CdtDbtInd"] == "DBIT" else 1)


def _mt940(data: bytes) -> tuple[int | None, Decimal]:
    lines = _LINE.findall(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    amounts = [Decimal(amount.decode().replace(",", ".")) * (1 if mark in (b"C", b"RD") else -1) for mark, amount in lines]
    return len(amounts), sum(amounts, Decimal(0))


def _ofx(data: bytes) -> tuple[int | None, Decimal]:
    found = [_OFX_AMOUNT.search(block + b"\n") for block in _OFX_LINE.findall(data)]
    amounts = [Decimal(one[1].decode().replace(",", ".")) for one in found if one is not None]
    return (len(amounts), sum(amounts, Decimal(0))) if found and len(amounts) == len(found) else (None, Decimal(0))


def _csv() -> list[Known]:
    """Those whose lines were read by hand."""
    shipped = {profile.name: profile for profile in shipped_profiles()}
    found = []
    for one in json.loads((EXPECTED / "csv.json").read_text(encoding="utf-8")):
        profile = shipped[one["profile"]] if isinstance(one["profile"], str) else profile_from_fields(one["profile"])
        amounts = [Decimal(line[1]) for line in one["lines"]]
        path = SHARED / "csv" / one["file"]
        if path.is_file():
            found.append(Known(path, "csv", len(amounts), sum(amounts, Decimal(0)), profile_to_json(profile)))
    return found
