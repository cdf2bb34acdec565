"""OFX 1 and 2, and QFX: bank and card statements; an investment account is refused, because trades move its cash too.

An own reader: see docs/decisions for why no library.
"""

import re
from datetime import date
from decimal import Decimal

from awna.core.amounts import currency_scale
from awna.core.problems import Problem, Refused

from .ofx_tree import Node, parse_tree
from .statement import PROBLEMS_SHOWN_MAX, Line, Statement, Status

AMOUNT_DIGITS_MAX = 18
AMBIGUOUS_DECIMALS = 3
_AMOUNT = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")
_CURRENCY = re.compile(r"[A-Z]{3}")
_ACCOUNTS = ("BANKACCTFROM", "CCACCTFROM", "INVACCTFROM")
_NO_TRADES = {"INVBANKTRAN", "DTSTART", "DTEND"}


def looks_like_ofx(head: bytes) -> bool:
    return re.search(rb"OFXHEADER\s*[:=]|<\?OFX\b|<OFX\s*>", head[:4000], re.IGNORECASE) is not None


def read_ofx(data: bytes) -> list[Statement]:
    """Every bank and card statement of the file, all or nothing."""
    root = parse_tree(data)
    reader = _Reader()
    found = root.deep("STMTRS", "CCSTMTRS", "INVSTMTRS")
    statements = [reader.statement(node) for node in found]
    expected = len(re.findall(rb"<STMTTRN\s*>", data, re.IGNORECASE))
    if found and expected != (read := sum(1 for one in statements for line in one.lines if line.status == "booked")):
        reader.refuse(
            "statement_not_whole",
            "The file begins more movements than it ends (%(found)s). Download it again.",
            root,
            f"{expected}, {read}",
        )
        # First of all, because it says why the others are there.
        reader.problems.insert(0, reader.problems.pop())
    if reader.problems:
        raise Refused(reader.problems[:PROBLEMS_SHOWN_MAX])
    if not found:
        raise Refused(_no_statement(root))
    return statements


def _no_statement(root: Node) -> Problem:
    """Why there is none: the bank's own words where it refused, else what the file holds."""
    for status in root.deep("STATUS"):
        if status.value("CODE") not in ("", "0") or status.value("SEVERITY") == "ERROR":
            said = status.value("MESSAGE") or status.value("CODE")
            return Problem(
                "ofx_bank_refused",
                "The bank answered with an error instead of a statement: %(said)s.",
                {"said": said[:200]},
                f"line {status.line}",
            )
    if not root.children:
        return Problem("statement_missing", "The file breaks off before it tells of an account. Download the movements of the account.")
    holds = ", ".join(child.tag for child in root.children)
    return Problem(
        "statement_missing",
        "The file holds no statement of an account, only: %(holds)s. Download the movements of the account.",
        {"holds": holds[:200]},
    )


class _Reader:
    """Collects every problem of the file."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def statement(self, node: Node) -> Statement:
        account = next((found for tag in _ACCOUNTS if (found := node.find(tag)) is not None), None)
        number = "".join(account.value("ACCTID").split()) if account is not None else ""
        currency = self.currency_of(node)
        if not number:
            self.refuse("statement_without_account", "The statement names no account (ACCTID). Download it again.", node)
        if not _CURRENCY.fullmatch(currency):
            self.refuse("statement_currency_missing", "“%(found)s” is not a currency code of three letters.", node, currency)
        if node.tag == "INVSTMTRS":
            self.refuse_investments(node, node.find("INVTRANLIST"))
        lines = self.lines(node, currency)
        # Some banks write a list for each movement, and some never close it.
        start = min((day for item in node.deep("DTSTART") if (day := self.day_of(item)) is not None), default=None)
        end = max((day for item in node.deep("DTEND") if (day := self.day_of(item)) is not None), default=None)
        closing, closing_on = self.closing(node, end, lines)
        return Statement(
            account=number,
            currency=currency,
            closing=closing,
            opening_on=start or min((line.booked_on for line in lines if line.booked_on), default=None),
            closing_on=closing_on,
            lines=tuple(lines),
            format="ofx",
        )

    def refuse_investments(self, node: Node, listed: Node | None) -> None:
        """Only where nothing but bank lines moves the cash can its movements be told from this file."""
        trades = sorted({child.tag for child in listed.children if child.tag not in _NO_TRADES}) if listed is not None else []
        if listed is None or trades or not listed.all("INVBANKTRAN"):
            self.refuse(
                "ofx_investment_account",
                "This is a statement of investments, not of a bank account (%(found)s). Choose the cash account and download that.",
                node,
                ", ".join(trades) or "no bank movements",
            )

    def currency_of(self, node: Node) -> str:
        """Of the account; where a bank leaves that empty, the one that all its movements name."""
        named = {item.value("CURRENCY/CURSYM").upper() for item in node.deep("STMTTRN")}
        return node.value("CURDEF").upper() or (named.pop() if len(named) == 1 else "")

    def lines(self, node: Node, currency: str) -> list[Line]:
        booked, waiting = node.deep("STMTTRN"), node.deep("STMTTRNP")
        read = [self.line(item, currency, "booked", number) for number, item in enumerate(booked, 1)]
        return read + [self.line(item, currency, "pending", number) for number, item in enumerate(waiting, len(booked) + 1)]

    def line(self, node: Node, currency: str, status: Status, number: int) -> Line:
        other = node.value("CURRENCY/CURSYM").upper()
        origin = node.value("ORIGCURRENCY/CURSYM").upper()
        rate = node.value("CURRENCY/CURRATE") or node.value("ORIGCURRENCY/CURRATE")
        name = node.value("NAME") or node.value("PAYEE/NAME")
        if node.value("CORRECTFITID"):
            self.refuse(
                "ofx_correction",
                "The line corrects an earlier one (%(found)s). Say to the bank that you need the corrected lines as lines of their own.",
                node,
                f"{node.value('CORRECTACTION')} {node.value('CORRECTFITID')}".strip(),
            )
        return Line(
            amount=self.amount(node, other or currency),
            currency=other or currency,
            booked_on=self.day(node, "DTPOSTED" if status == "booked" else "DTTRAN"),
            value_on=self.day(node, "DTAVAIL") if node.value("DTAVAIL") else None,
            reference=node.value("REFNUM") or ("" if not node.value("CHECKNUM").strip("0") else node.value("CHECKNUM")),
            counterparty=name,
            counter_account="".join((node.value("BANKACCTTO/ACCTID") or node.value("CCACCTTO/ACCTID")).split()),
            text=node.value("MEMO") or name,
            bank_reference=node.value("FITID"),
            status=status,
            instructed_currency=origin,
            rate=self.rate(node, rate) if rate else None,
            transaction_code=node.value("TRNTYPE"),
            counter_bank=node.value("BANKACCTTO/BANKID"),
            entry=number,
        )

    def closing(self, node: Node, end: date | None, lines: list[Line]) -> tuple[Decimal | None, date | None]:
        """The ledger balance closes the list only when the list reaches to its day; one of a later day says nothing of it."""
        last = max((line.booked_on for line in lines if line.booked_on), default=None)
        balance = node.find("LEDGERBAL")
        if balance is None or not balance.value("BALAMT") or not balance.value("DTASOF"):
            return None, end or last
        amount, day = self.amount(balance, "", "BALAMT"), self.day(balance, "DTASOF")
        if day is None or (last is not None and last > day) or (end is not None and day > end):
            return None, end or last
        return amount, day

    def amount(self, node: Node, currency: str, name: str = "TRNAMT") -> Decimal:
        text = node.value(name)
        if not _AMOUNT.fullmatch(text) or len(text) > AMOUNT_DIGITS_MAX + 2:
            self.refuse(
                "statement_amount_unreadable", "“%(found)s” is not an amount. Nothing was read; download the file again.", node, text
            )
            return Decimal(0)
        amount = Decimal(text.replace(",", "."))
        # `1,234` is 1.234 by the letter of the format, and what was meant is a thousand: neither is taken.
        if text[-4:-3] == "," and currency_scale(currency) < AMBIGUOUS_DECIMALS:
            self.refuse(
                "statement_amount_unreadable",
                "“%(found)s” may be a thousand or a part of one. Ask the bank for plain decimals.",
                node,
                text,
            )
        return amount

    def rate(self, node: Node, text: str) -> Decimal | None:
        if _AMOUNT.fullmatch(text) and len(text) <= AMOUNT_DIGITS_MAX + 2:
            return Decimal(text.replace(",", "."))
        self.refuse(
            "statement_rate_unreadable", "“%(found)s” is not a rate of exchange. Nothing was read; download the file again.", node, text
        )
        return None

    def day(self, node: Node, name: str) -> date | None:
        """YYYYMMDD, as the bank's own clock says it; what follows it is the time of day."""
        return self.day_of(node.find(name) or Node(name, line=node.line))

    def day_of(self, node: Node) -> date | None:
        text = " ".join(node.text.split())
        found = re.match(r"(\d{4})(\d{2})(\d{2})(?:\d{2,6}(?:\.\d+)?)?(\s*\[.*\]?)?$", text)
        try:
            if found is not None:
                return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            pass  # a day that no calendar has: said below like any other
        self.refuse("statement_date_unreadable", "“%(found)s” is not a date. Nothing was read; download the file again.", node, text)
        return None

    def refuse(self, code: str, text: str, node: Node, found: str = "") -> None:
        self.problems.append(Problem(code, text, {"found": found[:60]}, f"line {node.line}, {node.tag}"))
