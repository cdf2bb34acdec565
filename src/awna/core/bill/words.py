"""The words by which a bill of quantities says what its columns, totals, units and kinds of lines are, in five languages."""

import re
import unicodedata

FIELDS = ("code", "title", "unit", "quantity", "rate", "amount", "currency", "parent", "level", "kind")
HEADS: dict[str, str] = {
    "code": "code|item|item no|item number|item code|no|nr|number|ref|reference|pos|position|oz|ordnungszahl|positionsnummer|identification"
    "|poste|numero|num|n|id|wbs|art nr|codigo|clave|partida|num partida|رقم|م|رقم البند|الرمز|الكود|الرقم|كود البند|ر م",
    "title": "title|description|name|item description|description of work|works|scope|designation|designation des ouvrages|libelle|intitule"
    "|bezeichnung|beschreibung|leistung|kurztext|leistungsbeschreibung|descripcion|concepto|nombre|denominacion|resumen|الوصف|البيان"
    "|وصف البند|بيان الاعمال|وصف الاعمال|البند|وصف العمل|بيان",
    "unit": "unit|units|uom|unit of measure|u|unite|unites|einheit|eh|me|mengeneinheit|unidad|unidades|ud|um|الوحدة|وحدة|وحدة القياس",
    "quantity": "quantity|qty|quantities|quant|quantite|quantites|qte|menge|mengen|anzahl|cantidad|cant|medicion|الكمية|كمية|الكميات",
    "rate": "rate|unit price|unit rate|unit cost|price|prix unitaire|pu|p u|prix|einheitspreis|ep|preis|precio unitario|precio|سعر الوحدة"
    "|السعر|الفئة|السعر الافرادي|سعر الافرادي|سعر",
    "amount": "amount|total|sum|subtotal|total price|total cost|total amount|line total|scheduled value|montant|montant ht|prix total"
    "|gesamtpreis|gp|betrag|gesamt|gesamtbetrag|importe|precio total|المبلغ|الاجمالي|القيمة|السعر الاجمالي|المجموع|المبلغ الاجمالي",
    "currency": "currency|ccy|devise|monnaie|wahrung|moneda|divisa|العملة|عملة",
    "parent": "parent|parent code|parent item|parent no|part of|oberposition|partie de|البند الرئيسي|البند الاب",
    "level": "level|hierarchy|outline level|niveau|ebene|gliederungsebene|nivel|المستوى",
    "kind": "kind|line kind|line type|positionsart|nature de ligne|tipo de linea|نوع البند",
}
TOTALS = (
    "total|totals|sub total|subtotal|grand total|sum|carried forward|brought forward|total carried to summary|sous total|total general"
    "|total ht|total ttc|montant total|summe|gesamt|gesamtsumme|zwischensumme|ubertrag|total parcial|suma|suma total|total capitulo"
    "|المجموع|الاجمالي|المجموع الكلي|الاجمالي العام|المجموع الفرعي|اجمالي|مجموع|المجموع العام"
)
GRAND = "grand|general|overall|gesamtsumme|كلي|الكلي|العام|ttc"
ALTERNATES = (
    "alternate|alternative|option|optional|variante|eventualposition|alternativposition|bedarfsposition|alternativa|opcion|بديل|البديل|خيار"
)
ASSEMBLIES = "assembly|composite|ouvrage compose|baugruppe|conjunto|مركب|بند مركب"
COMPONENTS = "component|composant|bestandteil|componente|مكون"
SYMBOLS = {
    "€": "EUR", "£": "GBP", "₪": "ILS", "¥": "JPY", "₺": "TRY", "₴": "UAH", "us$": "USD", "$": "USD", "د.أ": "JOD", "شيكل": "ILS", "دولار": "USD",
    "يورو": "EUR", "دينار": "JOD", "ل.ل": "LBP", "ل.س": "SYP", "ج.م": "EGP", "ر.س": "SAR", "د.ع": "IQD", "ر.ي": "YER",
}  # fmt: skip
CURRENCIES = frozenset(
    [
        "AED",
        "AFN",
        "AMD",
        "AUD",
        "AZN",
        "BAM",
        "BDT",
        "BHD",
        "CAD",
        "CHF",
        "CNY",
        "CZK",
        "DKK",
        "DZD",
        "EGP",
        "ERN",
        "ETB",
        "EUR",
        "GBP",
        "GEL",
        "HTG",
        "HUF",
        "IDR",
        "ILS",
        "INR",
        "IQD",
        "IRR",
        "JOD",
        "JPY",
        "KES",
        "KWD",
        "LBP",
        "LKR",
        "LYD",
        "MAD",
        "MDL",
        "MMK",
        "MXN",
        "MZN",
        "NOK",
        "NPR",
        "OMR",
        "PHP",
        "PKR",
        "PLN",
        "QAR",
        "RON",
        "RSD",
        "RUB",
        "SAR",
        "SDG",
        "SEK",
        "SOS",
        "SSP",
        "SYP",
        "TND",
        "TRY",
        "UAH",
        "UGX",
        "USD",
        "UZS",
        "XAF",
        "XOF",
        "YER",
        "ZAR",
    ]
)
UNITS: dict[str, str] = {
    "m": "lm|ml|rm|lfm|metre|meter|metres|meters|metro|metros|متر|م|م ط|متر طولي|م.ط",
    "m2": "sqm|sm|qm|m carre|metre carre|metros cuadrados|metro cuadrado|م2|متر مربع|م مربع",
    "m3": "cum|cbm|m cube|metre cube|kubikmeter|metro cubico|metros cubicos|م3|متر مكعب|م مكعب",
    "km": "kilometre|kilometer|كم", "kg": "kilo|kilogram|kilogramm|كغ|كغم|كجم", "t": "to|tonne|tonnes|tonelada|mt|طن",
    "l": "litre|liter|litro|لتر", "h": "hour|hours|std|stunde|stunden|heure|heures|hora|horas|ساعة",
    "day": "d|days|jour|jours|tag|tage|dia|dias|يوم", "week": "weeks|wk|semaine|woche|wochen|semana|اسبوع",
    "month": "months|mois|monat|monate|mes|meses|شهر",
    "pcs": "pc|piece|pieces|nos|no|nr|number|ea|each|unit|units|u|unite|stk|st|stuck|stueck|ud|uds|unidad|عدد|قطعة|حبة|وحدة",
    "set": "sets|satz|jeu|juego|طقم|مجموعة", "bag": "bags|sac|sack|saco|كيس", "roll": "rolls|rouleau|rolle|rollo|لفة",
    "sheet": "sheets|plaque|platte|plancha|لوح", "box": "boxes|carton|kiste|caja|صندوق", "trip": "trips|voyage|fahrt|viaje|نقلة|رحلة",
    "person": "persons|personne|persona|شخص",
    "LS": "ls|lump sum|lumpsum|sum|item|forfait|ft|ens|ensemble|psch|pauschal|pauschale|global|pa|gl|مقطوع|مقطوعية|م ق|بالمقطوع",
    "AL": "al|allowance", "LF": "lf|linear foot|ft lin", "SF": "sf|sqft|sq ft", "SY": "sy", "CY": "cy|cu yd", "TON": "ton|short ton",
    "LB": "lb|lbs", "GAL": "gal|gallon", "HR": "hr|hrs", "MO": "mo",
}  # fmt: skip
IMPERIAL = frozenset(["LF", "SF", "SY", "CY", "TON", "LB", "GAL"])
KEPT_UNITS = frozenset(["EA", "HR", "MO", "TON"])
"""Units of North American schedules that stay what they are when written in capitals."""


_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


def plain(text: str) -> str:
    """Small letters without accents, marks and signs; single blanks: the form in which words are compared."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[^\W_]+", bare.replace("ـ", "")))


def _listed(words: str) -> frozenset[str]:
    return frozenset(plain(word) for word in words.split("|"))


_HEADS = {field: _listed(words) for field, words in HEADS.items()}
_TOTALS, _GRAND, _ALTERNATES = _listed(TOTALS), _listed(GRAND), _listed(ALTERNATES)
_UNITS = {plain(name): unit for unit, words in UNITS.items() for name in (unit, *words.split("|"))}
_KINDS: dict[str, str] = {
    **dict.fromkeys(_ALTERNATES, "alternate"),
    **dict.fromkeys(_listed(ASSEMBLIES), "assembly"),
    **dict.fromkeys(_listed(COMPONENTS), "component"),
}


def currency_in(text: str) -> str:
    """The currency that a head or cell names, as its ISO code, or ''."""
    for match in re.finditer(r"[A-Za-z]+", text):
        word = match.group()
        if word in CURRENCIES or (word.upper() in CURRENCIES and len(text.strip()) == 3):
            return word.upper()
    low = text.casefold()
    return next((code for sign, code in SYMBOLS.items() if sign in low), "")


def field_of(head: str) -> tuple[str, bool]:
    """The field a column's head names, and whether it says exactly that; ('', False) when it names none."""
    words = plain(_without_currency(head))
    for field, names in _HEADS.items():
        if words in names:
            return field, True
    best = max(
        ((len(name), field) for field, names in _HEADS.items() for name in names if len(name) > 3 and f" {name} " in f" {words} "),
        default=(0, ""),
    )
    return best[1], False


def _without_currency(head: str) -> str:
    for code in CURRENCIES:
        head = re.sub(rf"\b{code}\b", " ", head)
    for sign in SYMBOLS:
        head = head.replace(sign, " ")
    return head


def is_total(text: str) -> bool:
    """Whether a row with this text adds up other rows: the words for it stand alone, or begin or end what it says."""
    words = plain(text)
    return words in _TOTALS or any(words.startswith(f"{name} ") or words.endswith(f" {name}") for name in _TOTALS if len(name) > 3)


def is_grand_total(text: str) -> bool:
    return bool(set(plain(text).split()) & _GRAND)


def unit_of(text: str) -> str:
    """Our name of a unit, or '' where it is not known."""
    cleaned = text.strip().translate(_DIGITS).replace("²", "2").replace("³", "3").rstrip(".")
    if cleaned in KEPT_UNITS:
        return cleaned
    return _UNITS.get(plain(cleaned), "") or _UNITS.get(plain(cleaned).replace(" ", ""), "")


def kind_of(text: str) -> str:
    return _KINDS.get(plain(text), "")


def says_alternate(title: str) -> bool:
    """`Alternate: steel door`, `Steel door (option)`: the word begins the title before a sign, or stands in brackets."""
    parts = [
        *re.findall(r"[(\[]([^)\]]{1,40})[)\]]", title),
        re.split(r"[:：–-]", title, maxsplit=1)[0] if re.search(r"[:：–-]", title) else "",
    ]
    return any(plain(part) in _ALTERNATES or (plain(part).split() or [""])[0] in _ALTERNATES for part in parts)
