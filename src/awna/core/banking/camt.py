"""CAMT.052, .053 and .054 in every version: elements are found by local name, because banks stretch the schemas.

ISO 20022 messages BankToCustomerAccountReport, -Statement and -DebitCreditNotification.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element

from awna.core.problems import Problem, Refused

from .camt_details import bank_code, described, foreign_amounts, merged, total_charges
from .statement import PROBLEMS_SHOWN_MAX, Kind, Line, Statement, Status
from .xml_tree import children, find, first_text, parse_xml, text_of

AMOUNT_DIGITS_MAX = 18
DIFFERENCE_TEXT = "Charges or difference between the entry and its details"

_CONTAINERS: dict[str, tuple[str, Kind]] = {
    "BkToCstmrAcctRpt": ("Rpt", "interim"),
    "BkToCstmrStmt": ("Stmt", "final"),
    "BkToCstmrDbtCdtNtfctn": ("Ntfctn", "detail"),
    # Version 1 of the messages carried its number in the element's name.
    "BkToCstmrAcctRptV01": ("Rpt", "interim"),
    "BkToCstmrStmtV01": ("Stmt", "final"),
    "BkToCstmrDbtCdtNtfctnV01": ("Ntfctn", "detail"),
}
_STATUSES: dict[str, Status] = {"BOOK": "booked", "PDNG": "pending", "FUTR": "pending", "INFO": "info"}
_AMOUNT = re.compile(r"\d+(\.\d*)?|\.\d+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MESSAGES: dict[Kind, str] = {"interim": "camt.052", "final": "camt.053", "detail": "camt.054"}
_VERSION = re.compile(r"camt\.05[234]\.\d{3}\.\d{2}")


def read_camt(data: bytes) -> list[Statement]:
    """Every Stmt, Rpt and Ntfctn of the message; raises Refused naming the elements that are wrong."""
    root, namespace = parse_xml(data)
    version = _VERSION.search(namespace)
    reader = _Reader(version[0] if version else "")
    statements = [
        reader.read_statement(element, kind, f"{child_name} {index}")
        for container, child_name, kind in _containers(root)
        for index, element in enumerate(children(container, child_name), 1)
    ]
    if reader.problems:
        raise Refused(reader.problems[:PROBLEMS_SHOWN_MAX])
    if not statements:
        raise Refused(
            Problem(
                "statement_missing",
                "The XML file holds no Stmt, Rpt or Ntfctn, so it is no CAMT.052, .053 or .054 message. Ask the bank for CAMT.053.",
                where=root.tag,
            )
        )
    return statements


class _Reader:
    """Collects every problem of a file, so that a person sees them all at once."""

    def __init__(self, version: str) -> None:
        self.version = version
        self.problems: list[Problem] = []

    def read_statement(self, element: Element, kind: Kind, where: str) -> Statement:
        account = first_text(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id")
        if not account:
            self.refuse("statement_without_account", "The statement names no account. Download it again.", f"{where}, Acct/Id")
        balances = [self.balance(item, f"{where}, Bal {i}") for i, item in enumerate(children(element, "Bal"), 1)]
        entries = list(children(element, "Ntry"))
        currency = text_of(element, "Acct/Ccy") or next((item[1] for item in balances if item[1]), "")
        lines = [line for i, entry in enumerate(entries, 1) for line in self.entry(entry, currency, f"{where}, Ntry {i}", i)]
        currency = currency or next((line.currency for line in lines), "")
        opening, opening_on = _pick(balances, ("OPBD", "PRCD"), kind, first=True)
        closing, closing_on = _pick(balances, ("CLBD",), kind, first=False)
        return Statement(
            account="".join(account.split()),
            currency=currency,
            opening=opening,
            closing=closing,
            opening_on=opening_on or self.day(element, "FrToDt/FrDtTm", where) or self.day(element, "FrToDt/FrDt", where),
            closing_on=closing_on or self.day(element, "FrToDt/ToDtTm", where) or self.day(element, "FrToDt/ToDt", where),
            message_id=text_of(element, "Id"),
            number=text_of(element, "LglSeqNb") or text_of(element, "ElctrncSeqNb"),
            kind=kind,
            lines=tuple(lines),
            format=self.version or _MESSAGES[kind],
            electronic_number=text_of(element, "ElctrncSeqNb"),
            legal_number=text_of(element, "LglSeqNb"),
            owner=first_text(element, "Acct/Ownr/Nm", "Acct/Ownr/Pty/Nm"),
        )

    def balance(self, element: Element, where: str) -> tuple[str, str, Decimal, date | None]:
        amount, currency = self.amount(element, "Amt", "", where)
        code = text_of(element, "Tp/CdOrPrtry/Cd") or text_of(element, "Tp/Cd")
        sign = -1 if text_of(element, "CdtDbtInd") == "DBIT" else 1
        return code, currency, sign * amount, self.day(element, "Dt", where)

    def entry(self, element: Element, currency: str, where: str, number: int) -> list[Line]:
        unsigned, currency = self.amount(element, "Amt", currency, where)
        indicator = text_of(element, "CdtDbtInd")
        if indicator not in ("CRDT", "DBIT"):
            self.refuse(
                "statement_direction_missing",
                "“%(found)s” is neither CRDT nor DBIT. Nothing was read; download the file again.",
                f"{where}, CdtDbtInd",
                found=indicator,
            )
        code = text_of(element, "Sts/Cd") or text_of(element, "Sts") or "BOOK"
        if code not in _STATUSES:
            self.refuse("statement_status_unknown", "“%(found)s” is no known status of an entry.", f"{where}, Sts", found=code)
        amount = -unsigned if indicator == "DBIT" else unsigned
        whole = Line(
            amount=amount,
            currency=currency,
            booked_on=self.day(element, "BookgDt", where),
            value_on=self.day(element, "ValDt", where),
            text=text_of(element, "AddtlNtryInf"),
            bank_reference=text_of(element, "AcctSvcrRef") or text_of(element, "NtryRef"),
            status=_STATUSES.get(code, "booked"),
            reversal=text_of(element, "RvslInd").lower() in ("true", "1"),
            entry=number,
            entry_reference=first_text(element, "AcctSvcrRef", "NtryRef"),
            **bank_code(find(element, "BkTxCd")),
            **self.charges(element, currency, where),
            **self.foreign(element, currency, where),
        )
        details = [tx for group in children(element, "NtryDtls") for tx in children(group, "TxDtls")]
        # Version 1 put the details straight below the entry.
        details = details or list(children(element, "TxDtls"))
        return self.split(whole, details, where)

    def split(self, whole: Line, details: list[Element], where: str) -> list[Line]:
        """One line per transaction detail; the entry's amount is the truth, so a difference becomes a line of its own."""
        if not details:
            return [whole]
        places = [f"{where}, TxDtls {i}" for i in range(1, len(details) + 1)]
        amounts = [self.detail_amount(tx, whole, place) for tx, place in zip(details, places, strict=True)]
        lines = [
            replace(described(whole, tx), **self.charges(tx, whole.currency, place), **self.foreign(tx, whole.currency, place))
            for tx, place in zip(details, places, strict=True)
        ]
        if len(details) == 1 and amounts[0] is None:
            return lines
        known = [amount for amount in amounts if amount is not None]
        if len(known) < len(details):
            return [merged(whole, lines)]
        lines = [replace(line, amount=amount) for line, amount in zip(lines, known, strict=True)]
        rest = whole.amount - sum(known, Decimal(0))
        return [*lines, replace(whole, amount=rest, text=DIFFERENCE_TEXT, difference=True)] if rest else lines

    def charges(self, element: Element, currency: str, where: str) -> dict[str, Any]:
        """What the bank says it charged, positive; it may be inside the amount or booked apart."""
        read = [self.amount(found, path, currency, where) for found, path in total_charges(element)]
        if not read or len({code for _, code in read}) > 1:
            return {}
        return {"charges": sum((amount for amount, _ in read), Decimal(0)), "charges_currency": read[0][1]}

    def foreign(self, element: Element, currency: str, where: str) -> dict[str, Any]:
        """The instructed amount where it is in another currency, and the rate between the two."""
        path, rate = foreign_amounts(element)
        if not path:
            return {}
        amount, code = self.amount(element, path, currency, where)
        if rate and not _AMOUNT.fullmatch(rate):
            self.refuse("statement_rate_unreadable", "“%(found)s” is not a rate of exchange.", f"{where}, {path}", found=rate[:40])
            rate = ""
        return {"instructed_amount": amount, "instructed_currency": code, "rate": Decimal(rate) if rate else None}

    def detail_amount(self, tx: Element, whole: Line, where: str) -> Decimal | None:
        indicator = text_of(tx, "CdtDbtInd") or ("DBIT" if whole.amount < 0 else "CRDT")
        for path in ("Amt", "AmtDtls/TxAmt/Amt"):
            if find(tx, path) is None:
                continue
            amount, currency = self.amount(tx, path, whole.currency, where)
            if currency == whole.currency:
                return -amount if indicator == "DBIT" else amount
        return None

    def amount(self, element: Element, path: str, currency: str, where: str) -> tuple[Decimal, str]:
        found = find(element, path)
        text = (found.text or "").strip() if found is not None else ""
        currency = (found.get("Ccy") or currency) if found is not None else currency
        if not _AMOUNT.fullmatch(text) or len(text) > AMOUNT_DIGITS_MAX + 1:
            self.refuse(
                "statement_amount_unreadable",
                "“%(found)s” is not an amount. Nothing was read; download the file again.",
                f"{where}, {path}",
                found=text[:40],
            )
            return Decimal(0), currency
        if not _CURRENCY.fullmatch(currency):
            self.refuse(
                "statement_currency_missing",
                "“%(found)s” is not a currency code of three letters.",
                f"{where}, {path}",
                found=currency[:40],
            )
        return Decimal(text), currency

    def day(self, element: Element, path: str, where: str) -> date | None:
        found = find(element, path)
        if found is None:
            return None
        text = text_of(found, "Dt") or text_of(found, "DtTm") or (found.text or "").strip()
        try:
            return date.fromisoformat(text[:10])
        except ValueError:
            self.refuse(
                "statement_date_unreadable",
                "“%(found)s” is not a date. Nothing was read; download the file again.",
                f"{where}, {path}",
                found=text[:40],
            )
            return None

    def refuse(self, code: str, text: str, where: str, **params: object) -> None:
        self.problems.append(Problem(code, text, params, where))


def _pick(
    balances: list[tuple[str, str, Decimal, date | None]], codes: tuple[str, ...], kind: Kind, *, first: bool
) -> tuple[Decimal | None, date | None]:
    """The booked balance of these codes; between pages of one statement the interim balances stand in."""
    found = [item for code in codes for item in balances if item[0] == code]
    interim = [item for item in balances if item[0] == "ITBD"]
    if not found and kind == "final" and interim and (len(interim) > 1 or len(balances) > 1):
        found = interim
    if not found:
        return None, None
    _, _, amount, day = found[0] if first else found[-1]
    return amount, day


def _containers(root: Element) -> Iterator[tuple[Element, str, Kind]]:
    for element in (root, *root):
        if element.tag in _CONTAINERS:
            yield (element, *_CONTAINERS[element.tag])
