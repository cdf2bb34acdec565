"""Bank files of invented banks, made for a story: CAMT.053 and MT940 whose balances add up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class BankLine:
    """One booked line; `amount` is signed, in whole currency with a point."""

    amount: str
    name: str = ""
    reference: str = ""
    text: str = ""
    account: str = ""


def camt053(iban: str, currency: str, *, opening: str, lines: list[BankLine], day: date, number: int = 1) -> bytes:
    """A CAMT.053 statement of one day."""
    closing = Decimal(opening) + sum(Decimal(line.amount) for line in lines)
    body = "".join(_entry(line, currency, day, f"{number}-{place}") for place, line in enumerate(lines))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>{iban}-{number}</MsgId><CreDtTm>{day}T18:00:00</CreDtTm></GrpHdr>
<Stmt><Id>{iban}-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>
{_balance("OPBD", Decimal(opening), currency, day)}{_balance("CLBD", closing, currency, day)}{body}</Stmt></BkToCstmrStmt></Document>
""".encode()


@dataclass(frozen=True)
class Booking:
    """One booking under the bank's own reference, and its parts: signed amount, name of the other side, end-to-end id."""

    reference: str
    parts: list[tuple[str, str, str]]


def camt(kind: str, iban: str, currency: str, *, opening: str, bookings: list[Booking], details: bool, day: date, number: int = 1) -> bytes:
    """A CAMT.052, .053 or .054 file of one day; `details`: whether it says what each booking consists of."""
    outer, inner = {"052": ("AcctRpt", "Rpt"), "053": ("Stmt", "Stmt"), "054": ("DbtCdtNtfctn", "Ntfctn")}[kind]
    total = sum(Decimal(amount) for booking in bookings for amount, _, _ in booking.parts)
    balances = (("OPBD", Decimal(opening)), ("CLBD", Decimal(opening) + total)) if kind == "053" else ()
    said = "".join(_balance(code, amount, currency, day) for code, amount in balances)
    body = "".join(_booking(booking, currency, day, details) for booking in bookings)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08"><BkToCstmr{outer}>
<GrpHdr><MsgId>{iban}-{number}</MsgId><CreDtTm>{day}T18:00:00</CreDtTm></GrpHdr>
<{inner}><Id>{iban}-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>
{said}{body}</{inner}></BkToCstmr{outer}></Document>
""".encode()


def _booking(booking: Booking, currency: str, day: date, details: bool) -> str:
    total = sum(Decimal(amount) for amount, _, _ in booking.parts)
    parts = "".join(_part(part, currency) for part in booking.parts)
    return (
        f'<Ntry><Amt Ccy="{currency}">{abs(total)}</Amt><CdtDbtInd>{"DBIT" if total < 0 else "CRDT"}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{booking.reference}</AcctSvcrRef>"
        + (f"<NtryDtls>{parts}</NtryDtls>" if details else "") + "</Ntry>\n"
    )  # fmt: skip


def _part(part: tuple[str, str, str], currency: str) -> str:
    amount, name, end_to_end = part
    side, party = ("DBIT", "Cdtr") if Decimal(amount) < 0 else ("CRDT", "Dbtr")
    return (
        f'<TxDtls><Refs><EndToEndId>{end_to_end or "NOTPROVIDED"}</EndToEndId></Refs><Amt Ccy="{currency}">{abs(Decimal(amount))}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><RltdPties><{party}><Pty><Nm>{escape(name)}</Nm></Pty></{party}></RltdPties></TxDtls>"
    )


def mt940(account: str, currency: str, *, opening: str, lines: list[BankLine], day: date, number: int = 1) -> bytes:
    """An MT940 statement of one day."""
    closing = Decimal(opening) + sum(Decimal(line.amount) for line in lines)
    body = "".join(
        f":61:{day:%y%m%d}{day:%m%d}{_side(line.amount)[0]}{_comma(line.amount)}NTRF{line.reference or 'NONREF'}//{number}-{place}\n"
        f":86:{line.text or line.reference} {line.name}\n"
        for place, line in enumerate(lines)
    )
    return (
        f":20:STMT{number}\n:25:{account}\n:28C:{number}/1\n:60F:{_mt_balance(Decimal(opening), currency, day)}\n{body}"
        f":62F:{_mt_balance(closing, currency, day)}\n-\n"
    ).encode()


def _entry(line: BankLine, currency: str, day: date, key: str) -> str:
    side, party = ("CRDT", "Dbtr") if Decimal(line.amount) > 0 else ("DBIT", "Cdtr")
    amount = str(abs(Decimal(line.amount)))
    account = f"<{party}Acct><Id><IBAN>{line.account}</IBAN></Id></{party}Acct>" if line.account else ""
    reference = f"<Strd><CdtrRefInf><Ref>{line.reference}</Ref></CdtrRefInf></Strd>" if line.reference else ""
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{key}</AcctSvcrRef><NtryDtls><TxDtls>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
        f"<RltdPties><{party}><Pty><Nm>{escape(line.name)}</Nm></Pty></{party}>{account}</RltdPties>"
        f"<RmtInf><Ustrd>{escape(line.text)}</Ustrd>{reference}</RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


def _balance(code: str, amount: Decimal, currency: str, day: date) -> str:
    side = "DBIT" if amount < 0 else "CRDT"
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{abs(amount)}</Amt>'
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
    )


def _mt_balance(amount: Decimal, currency: str, day: date) -> str:
    return f"{_side(str(amount))[0]}{day:%y%m%d}{currency}{_comma(str(amount))}"


def _side(amount: str) -> str:
    return "D" if Decimal(amount) < 0 else "C"


def _comma(amount: str) -> str:
    return f"{abs(Decimal(amount)):.2f}".replace(".", ",")
