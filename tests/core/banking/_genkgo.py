"""Field by field: what the authors of genkgo/camt expect of their files, beside what our reader says."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from awna.core.amounts import currency_scale
from awna.core.banking.statement import Line, Statement

# What our types do not hold, on purpose or not yet: named, so that nobody takes silence for agreement.
NOT_KEPT = (
    "addresses and identifications of parties", "names of agents beside their BIC", "instruction, payment information and proprietary ids",
    "additional information of statement and batch", "group header", "transaction amounts in a third currency", "balances other than opening and closing, and creation times",
)  # fmt: skip


@dataclass(frozen=True)
class Compared:
    name: str
    expected: object
    found: object

    @property
    def equal(self) -> bool:
        return self.expected == self.found


def compare(expected: dict[str, Any], statements: list[Statement]) -> list[Compared]:
    """Every field that both sides know; an entry is met by the id of its statement and its number."""
    entries = [entry for entry in expected["getEntries"] if isinstance(entry, dict)]
    found = {
        (statement.message_id, number): (statement, group) for statement in statements for number, group in enumerate(_groups(statement))
    }
    compared = [Compared("records", len(expected["getRecords"]), len(statements))]
    for entry in entries:
        record = entry["getRecord"] if isinstance(entry["getRecord"], dict) else {}
        place = (record.get("getId", statements[-1].message_id), entry["getIndex"])
        compared.append(Compared("entry", True, place in found))
        statement, lines = found.get(place, next(iter(found.values())))
        compared += _entry(entry, lines)
        if "getBalances" in record:
            compared += _statement(record, statement)
        details = [entry.get("getTransactionDetail"), *entry.get("getTransactionDetails", [])]
        visible = [detail for detail in details if isinstance(detail, dict)]
        for number, detail in enumerate(visible):
            line = lines[number] if len(lines) > number and not lines[number].difference else lines[0]
            compared += _detail(detail, line, merged=len(visible) > 1 and len(lines) == 1)
    return compared


def _groups(statement: Statement) -> list[list[Line]]:
    groups: dict[int, list[Line]] = {}
    for line in statement.lines:
        groups.setdefault(line.entry, []).append(line)
    return list(groups.values())


def _statement(record: dict[str, Any], one: Statement) -> Iterator[Compared]:
    account = record["getAccount"]
    iban = account.get("getIban")
    yield Compared("account", iban["getIban"] if isinstance(iban, dict) else account["getIdentification"], one.account)
    yield Compared("message id", record["getId"], one.message_id)
    for name, ours in (("getElectronicSequenceNumber", one.electronic_number), ("getLegalSequenceNumber", one.legal_number)):
        yield Compared("sequence number", record.get(name) or "", ours)
    for kind, amount, day in (("opening", one.opening, one.opening_on), ("closing", one.closing, one.closing_on)):
        first = next((item for item in record["getBalances"] if isinstance(item, dict) and item["getType"] == kind), None)
        if first is not None:
            yield Compared(f"{kind} balance", _money(first["getAmount"]), amount)
            yield Compared(f"{kind} day", _day(first["getDate"]), day and day.isoformat())


def _entry(entry: dict[str, Any], lines: list[Line]) -> Iterator[Compared]:
    first = lines[0]
    yield Compared("amount", _money(entry["getAmount"]), sum((line.amount for line in lines), Decimal(0)))
    yield Compared("currency", entry["getAmount"]["getCurrency"]["getCode"], first.currency)
    yield Compared("booking date", _day(entry["getBookingDate"]), first.booked_on and first.booked_on.isoformat())
    yield Compared("value date", _day(entry["getValueDate"]), first.value_on and first.value_on.isoformat())
    yield Compared("status", {"BOOK": "booked", "PDNG": "pending", "INFO": "info"}[entry["getStatus"]], first.status)
    yield Compared("reversal", bool(entry["getReversalIndicator"]), first.reversal)
    yield Compared("direction", entry["getCreditDebitIndicator"], "DBIT" if first.amount < 0 else "CRDT")
    if entry["getAccountServicerReference"]:
        yield Compared("bank reference of the entry", entry["getAccountServicerReference"], first.entry_reference)
    if isinstance(entry["getCharges"], dict):
        yield from _charges(entry["getCharges"], first)
    yield from _codes(entry, first)


def _detail(detail: dict[str, Any], line: Line, *, merged: bool) -> Iterator[Compared]:
    references = detail["getReference"]
    if isinstance(references, dict):
        end_to_end = references["getEndToEndId"] or ""
        yield Compared("end-to-end id", "" if end_to_end.upper() in ("NOTPROVIDED", "NOT PROVIDED") else end_to_end, line.end_to_end_id)
        yield Compared("mandate id", references["getMandateId"] or "", line.mandate_id)
        yield Compared("UETR", references["getUuidEndToEndReference"] or "", line.uetr)
        if references["getAccountServicerReference"]:
            yield Compared("bank reference", references["getAccountServicerReference"], line.bank_reference)
    yield from _parties(detail, line)
    yield from _remittance(detail.get("getRemittanceInformation"), line, merged=merged)
    for value in (detail.get("getAmount"), detail.get("getAmountDetails")):
        if isinstance(value, dict) and value["getCurrency"]["getCode"] == line.instructed_currency != line.currency:
            yield Compared("instructed amount", abs(_money(value) or 0), line.instructed_amount)
    if isinstance(detail.get("getCharges"), dict):
        yield from _charges(detail["getCharges"], line)
    if isinstance(detail.get("getReturnInformation"), dict):
        yield Compared("return reason", detail["getReturnInformation"]["getCode"], line.return_reason)
    yield from _codes(detail, line)


def _parties(detail: dict[str, Any], line: Line) -> Iterator[Compared]:
    kinds = {"Debtor": "Dbtr", "Creditor": "Cdtr"}
    other = "Dbtr" if (line.amount >= 0) != line.reversal else "Cdtr"
    for party in detail["getRelatedParties"]:
        if not isinstance(party, dict) or not isinstance(party["getRelatedPartyType"], dict):
            continue
        kind = party["getRelatedPartyType"]["__CLASS__"].rpartition("\\")[2]
        name = party["getRelatedPartyType"]["getName"] or ""
        if kinds.get(kind) == other:
            yield Compared("name of the other side", name, line.counterparty)
            if isinstance(party["getAccount"], dict):
                yield Compared("account of the other side", party["getAccount"]["getIdentification"], line.counter_account)
        elif kind.startswith("Ultimate"):
            yield Compared("ultimate party", name, line.ultimate_debtor if "Debtor" in kind else line.ultimate_creditor)


def _remittance(remittance: object, line: Line, *, merged: bool) -> Iterator[Compared]:
    if not isinstance(remittance, dict):
        return
    for block in remittance["getUnstructuredBlocks"]:
        if isinstance(block, dict) and block["getMessage"]:
            words = " ".join(block["getMessage"].split())
            yield Compared("text", words, words if words in line.text else line.text)
    structured = remittance["getCreditorReferenceInformation"]
    if isinstance(structured, dict) and structured["getRef"]:
        # Details without amounts share one movement: their references that differ stand in its text.
        found = structured["getRef"] if merged and structured["getRef"] in line.text else line.creditor_reference
        yield Compared("creditor reference", structured["getRef"], found)


def _charges(charges: dict[str, Any], line: Line) -> Iterator[Compared]:
    if isinstance(charges.get("getTotalChargesAndTaxAmount"), dict):
        yield Compared("charges", abs(_money(charges["getTotalChargesAndTaxAmount"]) or 0), line.charges)


def _codes(owner: dict[str, Any], line: Line) -> Iterator[Compared]:
    code = owner.get("getBankTransactionCode")
    if not isinstance(code, dict):
        return
    if isinstance(code["getDomain"], dict):
        family = code["getDomain"]["getFamily"]
        yield Compared(
            "transaction code", f"{code['getDomain']['getCode']}/{family['getCode']}/{family['getSubFamilyCode']}", line.transaction_code
        )
    if isinstance(code["getProprietary"], dict):
        yield Compared("bank's own code", code["getProprietary"]["getCode"], line.proprietary_code)


def _money(value: dict[str, Any] | None) -> Decimal | None:
    if not isinstance(value, dict):
        return None
    return Decimal(value["getAmount"]).scaleb(-currency_scale(value["getCurrency"]["getCode"]))


def _day(value: dict[str, Any] | None) -> str | None:
    return value["0"][:10] if isinstance(value, dict) else None
