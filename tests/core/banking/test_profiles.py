"""Each layout that comes with the program reads a small file of our own in that layout, and refuses those of the others."""

from decimal import Decimal

import pytest

from awna.core.banking.csv_reader import read_csv_all
from awna.core.banking.csv_suggest import shipped_profiles
from awna.core.banking.statement import check_balance
from awna.core.problems import Refused

PROFILES = {profile.name: profile for profile in shipped_profiles()}
VWZ = ";".join(f"VWZ{number}" for number in range(1, 15))
USES = ";".join(f"Verwendung {number}" for number in range(1, 15))

# (name, file, lines from old to new as date, amount, currency and text)
FILES = [
    ("generic-comma-iso", "Date,Description,Amount,Currency,Balance,Account,Reference\n2026-11-02,Gift,\"1,000.50\",EUR,1500.50,A1,R1\n2026-11-03,Fee,-0.50,EUR,1500.00,A1,R2\n",
     [("2026-11-02", "1000.50", "EUR", "Gift"), ("2026-11-03", "-0.50", "EUR", "Fee")]),
    ("generic-semicolon-debit-credit", "Booking Date;Details;Credit;Debit;CCY;Running Balance;IBAN;Ref\n2026-11-02;Gift;1.000,50;;EUR;1.000,50;X1;R1\n2026-11-03;Fee;;0,50;EUR;1.000,00;X1;R2\n",
     [("2026-11-02", "1000.50", "EUR", "Gift"), ("2026-11-03", "-0.50", "EUR", "Fee")]),
    ("de-umsatzliste", "Auftragskonto;Buchungstag;Valutadatum;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;Kontonummer;Betrag;Waehrung\nA1;03.11.26;03.11.26;Gebühr;Bank;;-0,50;EUR\nA1;02.11.26;02.11.26;Spende;Dana;X1;1.000,50;EUR\n",
     [("2026-11-02", "1000.50", "EUR", "Spende"), ("2026-11-03", "-0.50", "EUR", "Gebühr")]),
    ("de-buchungstag-iban", "Buchungstag;Wertstellung;Umsatzart;Buchungstext;Betrag;Währung;IBAN Auftraggeberkonto\n03.11.2026;03.11.2026;G;Gebühr;-0,50;EUR;X1\n02.11.2026;02.11.2026;S;Spende;1.000,50;EUR;X1\n",
     [("2026-11-02", "1000.50", "EUR", "Spende"), ("2026-11-03", "-0.50", "EUR", "Gebühr")]),
    ("de-vwz-columns", f"Kontonummer;Buchungstag;Wertstellung;Auftraggeber/Empfänger;Buchungstext;{VWZ};Betrag;Kontostand;Währung\nA1;02.11.2026;02.11.2026;Dana;Gutschrift;Spende;Schule{';' * 12};10,00;;EUR\n",
     [("2026-11-02", "10.00", "EUR", "Gutschrift Spende Schule")]),
    ("de-valuta-umsatz", f"Programm\nAusfuhr\n\nBLZ;Konto-Nr.;Valuta;Buchungsdatum;Umsatz;Währung;;Buchungstext;{USES}\n1;A1;02.11.2026;02.11.2026; 84,00;EUR;088;G;Spende;Schule{';' * 12};;9\n",
     [("2026-11-02", "84.00", "EUR", "Spende Schule")]),
    ("nl-datum-bedrag", '"Datum","Bedrag","Rekening","Tegenrekening","Naam","Omschrijving"\n"2026-11-02","-1.000,50","A1","X1","Omar","Stenen"\n',
     [("2026-11-02", "-1000.50", "EUR", "Stenen")]),
    ("nl-af-bij", "Datum;Naam / Omschrijving;Rekening;Tegenrekening;Af Bij;Bedrag (EUR);Mededelingen;Saldo na mutatie\n20261103;Bank;A1;;Af;0,50;Kosten;9,50\n20261102;Dana;A1;X1;Bij;10,00;Gift;10,00\n",
     [("2026-11-02", "10.00", "EUR", "Gift"), ("2026-11-03", "-0.50", "EUR", "Kosten")]),
    ("fr-debit-credit", "Date opération;Libellé;Débit;Crédit;Devise;Référence\n2026-11-02;Don;;1 000,50;EUR;R1\n2026-11-03;Frais;0,50;;EUR;R2\n",
     [("2026-11-02", "1000.50", "EUR", "Don"), ("2026-11-03", "-0.50", "EUR", "Frais")]),
    ("es-fecha-importe", "Fecha;Concepto;Importe;Moneda;Cuenta;Referencia\n2026-11-02;Donación;1.000,50;EUR;A1;R1\n", [("2026-11-02", "1000.50", "EUR", "Donación")]),
    ("gb-date-debit-credit-balance", "Date,Details,Debit,Credit,Balance\n02/11/2026,Gift,,\"1,000.50\",1000.50\n03/11/2026,Fee,0.50,,1000.00\n",
     [("2026-11-02", "1000.50", "EUR", "Gift"), ("2026-11-03", "-0.50", "EUR", "Fee")]),
    ("gb-date-description-amount-balance", "Date,Description,Amount,Balance\n03/11/2026,Fee,-0.50,9.50\n02/11/2026,Gift,10.00,10.00\n",
     [("2026-11-02", "10.00", "GBP", "Gift"), ("2026-11-03", "-0.50", "GBP", "Fee")]),
    ("us-date-label-amount-partner", "Date,Label,Currency,Amount,Partner Name,Bank Account\n11/02/2026,Gift,USD,\"1,000.50\",Dana,X1\n", [("2026-11-02", "1000.50", "USD", "Gift")]),
    ("cz-posting-amount", "Posting date;Amount CZK;Bank account details;Execution date;Counteraccount name;Message for payee;Transaction reference number\n2026/11/02;1 000,50;X1;2026/11/02;Dana;Dar;T1\n",
     [("2026-11-02", "1000.50", "CZK", "Dar")]),
    ("hu-datum-osszeg", "Tranzakció dátuma,Partner neve,Partner számlaszáma,Számlaszám,Tranzakció összege,Tranzakció devizaneme,Értéknap,Közlemény\n2026.11.02.,Dana,X1,A1,1000.50,HUF,2026.11.02.,Adomány\n",
     [("2026-11-02", "1000.50", "HUF", "Adomány")]),
    ("lb-arabic-date-debit-credit", "التاريخ,البيان,مدين,دائن,العملة,الرصيد,المرجع\n02/11/2026,تبرع,,١٠.٥٠,LBP,10.50,R1\n", [("2026-11-02", "10.50", "LBP", "تبرع")]),
    ("card-trx-booked", "TransactionId,CardId,Date,ValutaDate,Amount,Currency,MerchantName,StateType,Details\nT1,C1,2026-11-02 10:00:00,2026-11-03 00:00:00,29.000,CHF,Shop,BOOKED,Paper\n",
     [("2026-11-02", "-29.00", "CHF", "Paper")]),
    ("provider-gross-fee-net", "balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,description\nT1,2026-11-02 10:00:00,2026-11-04 00:00:00,usd,12.00,0.50,11.50,charge,Gift\n",
     [("2026-11-02", "11.50", "USD", "charge Gift")]),
    ("wallet-status-gross", "Date,Name,Type,Status,Currency,Gross,Fee,Net,From Email Address,Transaction ID,Item Title\n11/02/2026,Dana,Donation,Completed,USD,10.00,-0.59,9.41,dana@example.org,T1,School\n11/02/2026,Dana,Donation,Denied,USD,10.00,0,10.00,dana@example.org,T2,School\n",
     [("2026-11-02", "9.41", "USD", "Donation School")]),
]  # fmt: skip


def encoded(name: str, text: str) -> bytes:
    return text.encode(PROFILES[name].encoding)


def test_every_layout_has_a_file_here():
    assert sorted(name for name, _, _ in FILES) == sorted(PROFILES)


@pytest.mark.parametrize(("name", "text", "lines"), FILES, ids=[name for name, _, _ in FILES])
def test_a_layout_reads_its_own_file(name, text, lines):
    statements = read_csv_all(encoded(name, text), PROFILES[name])
    assert [(line.booked_on.isoformat(), line.amount, line.currency, line.text) for one in statements for line in one.lines] == [
        (day, Decimal(amount), currency, words) for day, amount, currency, words in lines
    ]
    assert [problem for one in statements for problem in check_balance(one)] == []


def test_no_layout_reads_the_file_of_another_one():
    for name, text, _ in FILES:
        for other in PROFILES.values():
            if other.name != name:
                with pytest.raises(Refused):
                    read_csv_all(encoded(name, text), other)


def test_a_file_in_utf_16_is_read_by_a_profile_that_says_so():
    from dataclasses import replace

    profile = replace(PROFILES["es-fecha-importe"], encoding="utf-16")
    text = next(text for name, text, _ in FILES if name == profile.name)
    assert read_csv_all(text.encode("utf-16"), profile)[0].lines[0].text == "Donación"
    with pytest.raises(Refused):
        read_csv_all(text.encode(), profile)
