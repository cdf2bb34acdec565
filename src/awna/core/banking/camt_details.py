"""What one transaction detail of CAMT says: references, the other side, remittance, codes, charges and exchange."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypedDict
from xml.etree.ElementTree import Element

from .statement import Line
from .xml_tree import children, find, first_text, text_of

_NO_REFERENCE = {"NOTPROVIDED", "NONREF", "NOT PROVIDED"}


class Codes(TypedDict, total=False):
    transaction_code: str
    proprietary_code: str


def described(whole: Line, tx: Element) -> Line:
    """The entry's line with everything that the detail adds."""
    # The payer of a credit is the debtor; a reversal keeps the roles of the payment that it undoes.
    side = "Dbtr" if (whole.amount >= 0) != whole.reversal else "Cdtr"
    parties, remittance = f"RltdPties/{side}", find(tx, "RmtInf")
    structured = creditor_references(remittance)
    end_to_end = _given(text_of(tx, "Refs/EndToEndId"))
    reason, reason_text = _returned(tx)
    codes = bank_code(find(tx, "BkTxCd"))
    return replace(
        whole,
        reference=structured[0] if structured else end_to_end,
        counterparty=first_text(tx, f"{parties}/Pty/Nm", f"{parties}/Nm", f"{parties}/Agt/FinInstnId/Nm"),
        counter_account="".join(
            first_text(tx, f"{parties}Acct/Id/IBAN", f"{parties}Acct/Id/Othr/Id", f"{parties}Acct/Id/PrtryAcct/Id").split()
        ),
        text=_remittance(remittance, structured) or text_of(tx, "AddtlTxInf") or whole.text,
        bank_reference=text_of(tx, "Refs/AcctSvcrRef") or whole.bank_reference or text_of(tx, "Refs/TxId"),
        end_to_end_id=end_to_end,
        mandate_id=_given(text_of(tx, "Refs/MndtId")),
        creditor_reference=structured[0] if structured else "",
        uetr=text_of(tx, "Refs/UETR"),
        ultimate_debtor=first_text(tx, "RltdPties/UltmtDbtr/Pty/Nm", "RltdPties/UltmtDbtr/Nm"),
        ultimate_creditor=first_text(tx, "RltdPties/UltmtCdtr/Pty/Nm", "RltdPties/UltmtCdtr/Nm"),
        counter_bank=first_text(
            tx,
            f"RltdAgts/{side}Agt/FinInstnId/BICFI",
            f"RltdAgts/{side}Agt/FinInstnId/BIC",
            f"RltdAgts/{side}Agt/FinInstnId/CmbndId/BIC",
            f"RltdAgts/{side}Agt/FinInstnId/Nm",
        ),
        return_reason=reason,
        return_text=reason_text,
        purpose=first_text(tx, "Purp/Cd", "Purp/Prtry"),
        transaction_code=codes.get("transaction_code") or whole.transaction_code,
        proprietary_code=codes.get("proprietary_code") or whole.proprietary_code,
    )


def merged(whole: Line, lines: list[Line]) -> Line:
    """Details whose amounts are not told cannot be split. What they share is kept; references that differ are only text."""
    alike = ("reference", "creditor_reference", "end_to_end_id", "mandate_id", "uetr", "ultimate_debtor", "ultimate_creditor",
             "counter_account", "counter_bank", "return_reason", "return_text", "purpose", "transaction_code", "proprietary_code")  # fmt: skip
    shared = {name: values.pop() for name in alike if len(values := {getattr(line, name) for line in lines}) == 1}
    references = [line.reference for line in lines] if "reference" not in shared else []
    texts = dict.fromkeys(text for text in [*(line.text for line in lines), *references] if text)
    names = dict.fromkeys(line.counterparty for line in lines if line.counterparty)
    return replace(whole, **shared, text=" ".join(texts), counterparty=", ".join(names))


def creditor_references(remittance: Element | None) -> list[str]:
    """Structured references: RF, Swiss QR, or of a country's own kind."""
    found = (first_text(strd, "CdtrRefInf/Ref", "CdtrRefInf/CdtrRef") for strd in children(remittance, "Strd"))
    return list(dict.fromkeys(text for text in found if text))


def _remittance(remittance: Element | None, structured: list[str]) -> str:
    """The payer's words; where a Swiss QR bill has them beside its reference, from there. More references than one stand here too."""
    texts = [" ".join((item.text or "").split()) for item in children(remittance, "Ustrd")]
    if not any(texts):
        texts = [" ".join((item.text or "").split()) for strd in children(remittance, "Strd") for item in children(strd, "AddtlRmtInf")]
    return " ".join(text for text in [*texts, *structured[1:]] if text)


def bank_code(element: Element | None) -> Codes:
    """`PMNT/RCDT/ESCT`, and beside it the bank's own code."""
    if element is None:
        return {}
    parts = (text_of(element, "Domn/Cd"), text_of(element, "Domn/Fmly/Cd"), text_of(element, "Domn/Fmly/SubFmlyCd"))
    return {"transaction_code": "/".join(part for part in parts if part), "proprietary_code": text_of(element, "Prtry/Cd")}


def total_charges(element: Element) -> Iterator[tuple[Element, str]]:
    """(element, path) of the amounts that make up the charges: the total where there is one, else each record."""
    for charges in children(element, "Chrgs"):
        if find(charges, "TtlChrgsAndTaxAmt") is not None:
            yield charges, "TtlChrgsAndTaxAmt"
        elif find(charges, "Amt") is not None:
            yield charges, "Amt"
        else:
            yield from ((record, "Amt") for record in children(charges, "Rcrd") if find(record, "Amt") is not None)


def foreign_amounts(element: Element) -> tuple[str, str]:
    """The path of the instructed amount, and the rate, where an exchange or an instruction is told."""
    path = "AmtDtls/InstdAmt/Amt" if find(element, "AmtDtls/InstdAmt/Amt") is not None else ""
    rate = first_text(
        element,
        "AmtDtls/InstdAmt/CcyXchg/XchgRate",
        "AmtDtls/TxAmt/CcyXchg/XchgRate",
        "AmtDtls/CntrValAmt/CcyXchg/XchgRate",
        "CcyXchg/XchgRate",
    )
    return path, rate


def _returned(tx: Element) -> tuple[str, str]:
    """The reason code of a return (AC04, MD06), and the bank's words for it."""
    code = first_text(tx, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", "RtrInf/RtrRsn/Cd", "RtrInf/RtrRsn/Prtry")
    words = (" ".join((item.text or "").split()) for name in ("AddtlInf", "AddtlRtrRsnInf") for item in children(find(tx, "RtrInf"), name))
    return code, " ".join(word for word in words if word)


def _given(text: str) -> str:
    return "" if text.upper() in _NO_REFERENCE else text
