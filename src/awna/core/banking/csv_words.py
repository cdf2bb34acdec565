"""Words that banks write above columns, in several languages, and what a column of such a name usually holds."""

import re

FIELDS: dict[str, tuple[str, ...]] = {
    "booked_on": (
        "booking date", "posting date", "transaction date", "date processed", "date", "buchungstag", "buchungsdatum", "buchung", "datum",
        "date opération", "date de comptabilisation", "date operation", "fecha", "fecha operación", "fecha contable", "boekdatum", "transactiedatum",
        "datum zaúčtování", "data", "data operacji", "data contabile", "könyvelés dátuma", "tranzakció dátuma", "tarih", "التاريخ", "تاريخ", "дата", "تاريخ الحركة", "تاريخ العملية", "تاريخ المعاملة", "تاريخ القيد",
        "completed date", "created",
    ),
    "value_on": (
        "value date", "valuta", "valutadatum", "wertstellung", "date valeur", "date de valeur", "fecha valor", "valutadate", "rentedatum", "execution date",
        "data valuta", "értéknap", "datum provedení", "تاريخ الاستحقاق", "تاريخ القيمة", "تاريخ الحق",
    ),
    "amount": (
        "amount", "betrag", "umsatz", "montant", "importe", "bedrag", "částka", "kwota", "importo", "összeg", "tranzakció összege", "tutar", "المبلغ", "مبلغ", "القيمة", "قيمة العملية",
        "сумма", "buchungsbetrag", "zaúčtovaná částka", "transaction amount", "net",
    ),
    "debit": (
        "debit", "withdrawals", "withdrawal", "débit", "soll", "belastung", "lastschrift", "outflow", "money out", "paid out", "cargo", "debet", "af", "مدين", "المدين", "سحب", "السحب", "مسحوبات",
    ),
    "credit": (
        "credit", "deposits", "deposit", "crédit", "haben", "gutschrift", "inflow", "money in", "paid in", "abono", "bij", "دائن", "الدائن", "إيداع", "الإيداع", "إيداعات",
    ),
    "indicator": ("d/c", "dr/cr", "cr/dr", "af bij", "s/h", "soll/haben", "debit/credit", "sens"),
    "currency": ("currency", "währung", "waehrung", "devise", "moneda", "munt", "ccy", "měna", "měna účtu", "waluta", "divisa", "devizanem", "العملة", "عملة", "currency code"),
    "reference": ("reference", "ref", "ref.", "référence", "referencia", "referenz", "kundenreferenz", "payment reference", "مرجع", "المرجع", "الرقم المرجعي", "رقم المرجع"),
    "text": (
        "description", "details", "label", "libellé", "verwendungszweck", "buchungstext", "concepto", "omschrijving", "mededelingen", "memo", "narrative",
        "text", "remarque", "note", "message", "zpráva", "popis", "opis", "descrizione", "közlemény", "البيان", "الوصف", "التفاصيل", "الشرح", "تفاصيل الحركة", "وصف العملية", "описание", "vwz1",
    ),
    "counterparty": (
        "payee", "partner name", "counterparty", "name", "empfänger", "auftraggeber/empfänger", "beguenstigter/zahlungspflichtiger", "naam",
        "name zahlungsbeteiligter", "counteraccount name", "název protiúčtu", "beneficiary", "partner neve", "bénéficiaire", "الاسم", "المرسل", "اسم المرسل", "اسم المستفيد", "الطرف الآخر",
    ),
    "counter_account": ("counter account", "counterparty account", "tegenrekening", "bank account", "kontonummer/iban", "číslo protiúčtu", "partner számlaszáma", "حساب المرسل", "رقم حساب المرسل", "حساب الطرف الآخر"),
    "bank_reference": ("transaction id", "transactionid", "id", "bank reference", "transaction reference number", "id transakce", "buchungsreferenz", "رقم العملية", "رقم الحركة", "رقم المعاملة"),
    "balance": ("balance", "running balance", "kontostand", "saldo", "solde", "egyenleg", "bakiye", "الرصيد", "الرصيد الجاري", "الرصيد بعد العملية", "остаток", "saldo na operacji"),
    "status": ("status", "state", "statetype", "statut", "الحالة"),
    "account": ("account", "account number", "iban", "auftragskonto", "rekening", "konto", "kontonummer", "cuenta", "compte", "számlaszám", "číslo účtu", "رقم الحساب"),
}  # fmt: skip
_CURRENCY_IN_NAME = re.compile(r"\b([A-Z]{3})\b")
NO_CURRENCIES = {"BIC", "BLZ", "UID", "VAT", "REF", "PAN", "ATM", "POS", "CCY", "NR", "ID"}


def field_of(title: str) -> str:
    """The field that a header's word usually names, or an empty text. `Betrag (EUR)` is an amount."""
    plain = re.sub(r"\(.*?\)|\b[A-Z]{3}\b", "", title) if title != title.upper() else title
    words = " ".join(plain.replace("_", " ").split()).casefold().strip(" :.")
    return next((name for name, known in FIELDS.items() if words in known), "")


def currency_in(title: str) -> str:
    """`Amount CZK` and `Betrag (EUR)` say the currency of their column."""
    if title == title.upper():
        return ""
    found = [code for code in _CURRENCY_IN_NAME.findall(title) if code not in NO_CURRENCIES]
    return found[0] if len(found) == 1 else ""
