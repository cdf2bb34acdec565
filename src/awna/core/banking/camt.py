"""CAMT.052, .053 and .054 in every version: elements are found by local name, because banks stretch the schemas.

ISO 20022 messages BankToCustomerAccountReport, -Statement and -DebitCreditNotification.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, TreeBuilder

import defusedxml  # type: ignore[import-untyped]
from defusedxml.ElementTree import DefusedXMLParser, ParseError  # type: ignore[import-untyped]

from awna.core.problems import Problem, Refused

from .statement import PROBLEMS_SHOWN_MAX, Kind, Line, Statement, Status

XML_DEPTH_MAX = 64
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
_NO_REFERENCE = {"NOTPROVIDED", "NONREF", "NOT PROVIDED"}


def read_camt(data: bytes) -> list[Statement]:
    """Every Stmt, Rpt and Ntfctn of the message; raises Refused naming the elements that are wrong."""
    root = _parse(data)
    reader = _Reader()
    statements = [
        reader.read_statement(element, kind, f"{child_name} {index}")
        for container, child_name, kind in _containers(root)
        for index, element in enumerate(_children(container, child_name), 1)
    ]
    if reader.problems:
        raise Refused(reader.problems[:PROBLEMS_SHOWN_MAX])
    if not statements:
        raise Refused(
            Problem(
                "statement_missing",
                "The XML file holds no Stmt, Rpt or Ntfctn, so it is no CAMT.052, .053 or .054 message. Ask the bank for CAMT.053.",
                where=_local(root),
            )
        )
    return statements


class _GuardedBuilder(TreeBuilder):
    """A tree builder that counts depth, so that a nested bomb ends before it costs memory."""

    def __init__(self) -> None:
        super().__init__()
        self.path: list[str] = []

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.path.append(tag.rpartition("}")[2])
        if len(self.path) > XML_DEPTH_MAX:
            raise Refused(
                Problem(
                    "statement_too_deep",
                    "The XML is nested deeper than %(limit)s elements. No bank statement is; ask the bank.",
                    {"limit": XML_DEPTH_MAX},
                    "/".join(self.path[:4]),
                )
            )
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self.path.pop()
        return super().end(tag)


def _parse(data: bytes) -> Element:
    builder = _GuardedBuilder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except ParseError as error:
        raise Refused(
            Problem(
                "statement_not_whole",
                "The XML breaks off or is damaged at line %(line)s, column %(column)s. Nothing was read; download the file again.",
                {"line": error.position[0], "column": error.position[1] + 1},
                "/".join(builder.path) or "Document",
            )
        ) from error
    except defusedxml.DefusedXmlException as error:
        raise Refused(
            Problem(
                "statement_with_entities",
                "The XML declares a DTD or entities, which no bank statement needs. Nothing was read; ask the bank for a plain file.",
                where="/".join(builder.path) or "Document",
            )
        ) from error
    except (LookupError, ValueError) as error:
        raise Refused(
            Problem(
                "statement_encoding_unknown",
                "The XML names a character encoding that cannot be read. Ask the bank for UTF-8.",
                where="Document",
            )
        ) from error
    return root


class _Reader:
    """Collects every problem of a file, so that a person sees them all at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def read_statement(self, element: Element, kind: Kind, where: str) -> Statement:
        account = _text(element, "Acct/Id/IBAN") or _text(element, "Acct/Id/Othr/Id") or _text(element, "Acct/Id/PrtryAcct/Id")
        if not account:
            self.refuse("statement_without_account", "The statement names no account. Download it again.", f"{where}, Acct/Id")
        balances = [self.balance(item, f"{where}, Bal {i}") for i, item in enumerate(_children(element, "Bal"), 1)]
        entries = list(_children(element, "Ntry"))
        currency = _text(element, "Acct/Ccy") or next((item[1] for item in balances if item[1]), "")
        lines = [line for i, entry in enumerate(entries, 1) for line in self.entry(entry, currency, f"{where}, Ntry {i}")]
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
            message_id=_text(element, "Id"),
            number=_text(element, "LglSeqNb") or _text(element, "ElctrncSeqNb"),
            kind=kind,
            lines=tuple(lines),
        )

    def balance(self, element: Element, where: str) -> tuple[str, str, Decimal, date | None]:
        amount, currency = self.amount(element, "Amt", "", where)
        code = _text(element, "Tp/CdOrPrtry/Cd") or _text(element, "Tp/Cd")
        sign = -1 if _text(element, "CdtDbtInd") == "DBIT" else 1
        return code, currency, sign * amount, self.day(element, "Dt", where)

    def entry(self, element: Element, currency: str, where: str) -> list[Line]:
        unsigned, currency = self.amount(element, "Amt", currency, where)
        indicator = _text(element, "CdtDbtInd")
        if indicator not in ("CRDT", "DBIT"):
            self.refuse(
                "statement_direction_missing",
                "“%(found)s” is neither CRDT nor DBIT. Nothing was read; download the file again.",
                f"{where}, CdtDbtInd",
                found=indicator,
            )
        code = _text(element, "Sts/Cd") or _text(element, "Sts") or "BOOK"
        if code not in _STATUSES:
            self.refuse("statement_status_unknown", "“%(found)s” is no known status of an entry.", f"{where}, Sts", found=code)
        amount = -unsigned if indicator == "DBIT" else unsigned
        whole = Line(
            amount=amount,
            currency=currency,
            booked_on=self.day(element, "BookgDt", where),
            value_on=self.day(element, "ValDt", where),
            text=_text(element, "AddtlNtryInf"),
            bank_reference=_text(element, "AcctSvcrRef") or _text(element, "NtryRef"),
            status=_STATUSES.get(code, "booked"),
            reversal=_text(element, "RvslInd").lower() in ("true", "1"),
        )
        details = [tx for group in _children(element, "NtryDtls") for tx in _children(group, "TxDtls")]
        # Version 1 put the details straight below the entry.
        details = details or list(_children(element, "TxDtls"))
        return self.split(whole, details, where)

    def split(self, whole: Line, details: list[Element], where: str) -> list[Line]:
        """One line per transaction detail; the entry's amount is the truth, so a difference becomes a line of its own."""
        if not details:
            return [whole]
        amounts = [self.detail_amount(tx, whole, f"{where}, TxDtls {i}") for i, tx in enumerate(details, 1)]
        known = [amount for amount in amounts if amount is not None]
        if len(known) < len(details):
            # Details without amounts in the entry's currency cannot be split; the first one names the other side.
            merged = _described(whole, details[0])
            texts = [text for tx in details if (text := _described(whole, tx).text)]
            return [replace(merged, text=" ".join(dict.fromkeys(texts)))]
        lines = [replace(_described(whole, tx), amount=amount) for tx, amount in zip(details, known, strict=True)]
        difference = whole.amount - sum(known, Decimal(0))
        return [*lines, replace(whole, amount=difference, text=DIFFERENCE_TEXT)] if difference else lines

    def detail_amount(self, tx: Element, whole: Line, where: str) -> Decimal | None:
        indicator = _text(tx, "CdtDbtInd") or ("DBIT" if whole.amount < 0 else "CRDT")
        for path in ("Amt", "AmtDtls/TxAmt/Amt"):
            if _find(tx, path) is None:
                continue
            amount, currency = self.amount(tx, path, whole.currency, where)
            if currency == whole.currency:
                return -amount if indicator == "DBIT" else amount
        return None

    def amount(self, element: Element, path: str, currency: str, where: str) -> tuple[Decimal, str]:
        found = _find(element, path)
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
        found = _find(element, path)
        if found is None:
            return None
        text = _text(found, "Dt") or _text(found, "DtTm") or (found.text or "").strip()
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


def _described(whole: Line, tx: Element) -> Line:
    """The entry's line with the reference, other side and text of one transaction detail."""
    # The payer of a credit is the debtor; a reversal keeps the roles of the payment that it undoes.
    side = "Dbtr" if (whole.amount >= 0) != whole.reversal else "Cdtr"
    parties = f"RltdPties/{side}"
    structured = [
        text
        for strd in _children(_find(tx, "RmtInf"), "Strd")
        if (text := _text(strd, "CdtrRefInf/Ref") or _text(strd, "CdtrRefInf/CdtrRef"))
    ]
    end_to_end = _text(tx, "Refs/EndToEndId")
    texts = [" ".join((item.text or "").split()) for item in _children(_find(tx, "RmtInf"), "Ustrd")]
    return replace(
        whole,
        reference=structured[0] if structured else "" if end_to_end.upper() in _NO_REFERENCE else end_to_end,
        counterparty=_text(tx, f"{parties}/Pty/Nm") or _text(tx, f"{parties}/Nm") or _text(tx, f"{parties}/Agt/FinInstnId/Nm"),
        counter_account="".join((_text(tx, f"{parties}Acct/Id/IBAN") or _text(tx, f"{parties}Acct/Id/Othr/Id")).split()),
        text=" ".join(texts) or _text(tx, "AddtlTxInf") or whole.text,
        bank_reference=_text(tx, "Refs/AcctSvcrRef") or whole.bank_reference or _text(tx, "Refs/TxId"),
    )


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
        if _local(element) in _CONTAINERS:
            yield (element, *_CONTAINERS[_local(element)])


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _children(element: Element | None, name: str) -> Iterator[Element]:
    return (child for child in (element if element is not None else ()) if _local(child) == name)


def _find(element: Element | None, path: str) -> Element | None:
    for name in path.split("/"):
        element = next(_children(element, name), None)
        if element is None:
            return None
    return element


def _text(element: Element | None, path: str) -> str:
    found = _find(element, path)
    return " ".join((found.text or "").split()) if found is not None else ""
