"""The form of a table's columns: every field of a profile, nothing guessed, each problem beside its field."""

from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from awna.core.banking.csv_profile import (
    COLUMNS,
    DECIMAL_MARKS,
    DELIMITERS,
    ENCODINGS,
    PATTERN_CHARACTERS_MAX,
    QUOTES,
    THOUSANDS_MARKS,
    CsvProfile,
    profile_from_fields,
)
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form

WORDS = ("credit_words", "debit_words", "booked_words", "pending_words", "ignored_words")
SWITCHES = ("header", "signed_parts", "inverted", "newest_first")
NUMBERS = ("skip_head", "skip_foot", "unnamed_columns")
TEXT_COLUMNS_MAX = 4
MARK_NAMES = {
    ",": _("comma ,"), ";": _("semicolon ;"), "\t": _("tabulator"), "|": _("bar |"), '"': _("double quote"), "'": _("apostrophe '"), "": _("none"),
    ".": _("point ."), "٫": _("Arabic decimal mark ٫"), "٬": _("Arabic thousands mark ٬"), "’": _("raised comma ’"), " ": _("space"),
    "\u00a0": _("no-break space"), "\u202f": _("narrow no-break space"),
}  # fmt: skip
DATE_FORMATS = {
    "%d.%m.%Y": "31.12.2026", "%d/%m/%Y": "31/12/2026", "%d-%m-%Y": "31-12-2026", "%Y-%m-%d": "2026-12-31", "%Y/%m/%d": "2026/12/31",
    "%m/%d/%Y": "12/31/2026", "%m-%d-%Y": "12-31-2026", "%d.%m.%y": "31.12.26", "%d/%m/%y": "31/12/26", "%m/%d/%y": "12/31/26", "%Y%m%d": "20261231",
}  # fmt: skip
LABELS = {
    "title": _("Name of this layout, for people"), "encoding": _("Encoding of the file"), "delimiter": _("What stands between columns"),
    "quote": _("Quotation mark around texts"), "header": _("The table has a row of titles"), "skip_head": _("Lines above the table"),
    "skip_foot": _("Lines below the table"), "unnamed_columns": _("Columns without a title at the end"), "date_format": _("How a date is written"),
    "value_date_format": _("How a value date is written, if otherwise"), "decimal_mark": _("Mark before the decimals"),
    "thousands_mark": _("Mark between thousands"), "amount_prefix": _("Currency sign beside the amount"), "booked_on": _("Booking date"),
    "value_on": _("Value date"), "amount": _("Amount"), "debit": _("Money out"), "credit": _("Money in"),
    "indicator": _("Column that says in or out"), "credit_words": _("Words for money in, one a line"),
    "debit_words": _("Words for money out, one a line"), "signed_parts": _("The columns of money in and out carry signs of their own"),
    "inverted": _("The sign is turned round: minus is money in"), "currency": _("Currency"), "fixed_currency": _("Currency of the whole file"),
    "reference": _("Reference"), "counterparty": _("Name of the other side"), "counter_account": _("Account of the other side"),
    "bank_reference": _("The bank’s own number of a line"), "end_to_end_id": _("End-to-end id"), "mandate_id": _("Mandate of a direct debit"),
    "balance": _("Balance after the line"), "newest_first": _("The newest line stands first"), "status": _("State of the line"),
    "booked_words": _("Words for booked lines, one a line"), "pending_words": _("Words for lines not booked yet, one a line"),
    "ignored_words": _("Words for lines to leave out, one a line"), "account": _("Account of the line"),
    "fixed_account": _("Account of the whole file"), "account_pattern": _("Account in a line above the table"),
    "currency_pattern": _("Currency in a line above the table"), "opening_pattern": _("Opening balance in a line above the table"),
    "closing_pattern": _("Closing balance in a line above the table"),
}  # fmt: skip
HELPS = {
    "booked_on": _("The day on which the bank booked the line."), "amount": _("One column with a sign. If there are two columns, fill in the next two."),
    "text": _("What the payer wrote. Several columns are joined in this order."), "counterparty": _("Seen by you alone, never public."),
    "balance": _("If the bank gives it: each line is then checked against the one before."),
    "fixed_currency": _("Where no column names one: that of the account."),
    "unnamed_columns": _("Some banks end each row with a separator too many."), "skip_head": _("Such as the bank’s name and the account."),
    "inverted": _("Card files do this: what was spent is positive."), "account_pattern": _("Write {} where the account stands and * for anything."),
}  # fmt: skip
GROUPS = (
    (_("Which column is what"), (
        "booked_on", "amount", "debit", "credit", "text_1", "counterparty", "counter_account", "reference", "bank_reference", "balance",
        "currency", "value_on", "text_2", "text_3", "text_4")),
    (_("Dates and amounts"), ("date_format", "value_date_format", "decimal_mark", "thousands_mark", "amount_prefix")),
    (_("The file"), ("encoding", "delimiter", "quote", "header", "skip_head", "skip_foot", "unnamed_columns")),
    (_("Rarely needed"), (
        "title", "fixed_currency", "inverted", "newest_first", "signed_parts", "indicator", "credit_words", "debit_words", "status",
        "booked_words", "pending_words", "ignored_words", "end_to_end_id", "mandate_id", "account", "fixed_account", "account_pattern",
        "currency_pattern", "opening_pattern", "closing_pattern")),
)  # fmt: skip
SAMPLE_CHARACTERS_MAX = 24


class ProfileForm(forms.Form):
    """All fields of a profile. `columns` are the titles of the file as it was read last; `seen` is what was previewed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    request_id = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, columns: Sequence[str], samples: Sequence[str] = (), name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.samples = samples
        self.profile: CsvProfile | None = None
        self.profile_name = name
        for item in fields_of(CsvProfile):
            if item.name in ("name", "version"):
                continue
            if item.name == "text":
                for number in range(1, TEXT_COLUMNS_MAX + 1):
                    label = _now("Text") if number == 1 else _now("Text, part %(n)s") % {"n": number}
                    self.fields[f"text_{number}"] = self._column(f"text_{number}", label, columns)
            else:
                self.fields[item.name] = self._field(item.name, columns)
        for field_name, field in self.fields.items():
            field.help_text = HELPS.get("text" if field_name == "text_1" else field_name, "")
            # A choice that offers “not in this file” need not be called optional too.
            field.quiet = isinstance(field.widget, forms.Select)

    def _field(self, name: str, columns: Sequence[str]) -> forms.Field:
        label = LABELS[name]
        if name in COLUMNS:
            return self._column(name, label, columns)
        if name in SWITCHES:
            return forms.BooleanField(label=label, required=False)
        if name in WORDS:
            return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 2}))
        marks = {"delimiter": DELIMITERS, "quote": QUOTES, "decimal_mark": DECIMAL_MARKS, "thousands_mark": THOUSANDS_MARKS}
        if name in marks:
            return _strict_choice(label, [(mark, MARK_NAMES[mark]) for mark in marks[name]], required="" not in marks[name])
        if name == "encoding":
            return _strict_choice(label, [(one, one) for one in ENCODINGS], required=True)
        if name in ("date_format", "value_date_format"):
            return self._date(name, label)
        if name in NUMBERS:
            # A text field, so that digits of either script may be typed.
            return forms.CharField(label=label, required=False, max_length=4, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
        return forms.CharField(label=label, required=False, max_length=PATTERN_CHARACTERS_MAX)

    def _column(self, name: str, label: Any, columns: Sequence[str]) -> forms.Field:
        choices = [("", _now("not in this file"))]
        choices += [
            (title if title and columns.count(title) == 1 else f"#{place}", self._titled(title, place))
            for place, title in enumerate(columns, 1)
        ]
        given = str(self.data.get(name) or self.initial.get(name) or "")
        if given and given not in dict(choices):
            choices.append((given, given))
        widget = forms.Select(choices=choices)
        return forms.CharField(label=label, required=name == "booked_on", max_length=PATTERN_CHARACTERS_MAX, widget=widget)

    def _titled(self, title: str, place: int) -> str:
        """A column by its title and what stands in it first."""
        shown = title or _now("Column %(n)s") % {"n": place}
        sample = self.samples[place - 1].strip()[:SAMPLE_CHARACTERS_MAX] if place <= len(self.samples) else ""
        return f"{shown} · {sample}" if sample else shown

    def _date(self, name: str, label: Any) -> forms.Field:
        given = str(self.data.get(name) or self.initial.get(name) or "")
        choices = [*([("", _now("the same"))] if name == "value_date_format" else []), *DATE_FORMATS.items()]
        if given and given not in dict(choices):
            choices.append((given, given))
        widget = forms.Select(choices=choices)
        return forms.CharField(label=label, required=name == "date_format", max_length=PATTERN_CHARACTERS_MAX, widget=widget)

    def clean(self) -> dict[str, Any]:
        """`profile` is what the fields make together, or None with a problem at each field that is wrong."""
        data = super().clean() or {}
        given: dict[str, Any] = {"name": self.profile_name}
        for name in (item.name for item in fields_of(CsvProfile)):
            if name in NUMBERS:
                given[name] = self._number(name, str(data.get(name) or "0"))
            elif name in WORDS:
                given[name] = [line.strip() for line in str(data.get(name) or "").splitlines() if line.strip()]
            elif name in COLUMNS:
                given[name] = _column_of(str(data.get(name) or ""))
            elif name == "text":
                texts = [_column_of(str(data.get(f"text_{number}") or "")) for number in range(1, TEXT_COLUMNS_MAX + 1)]
                given[name] = [text for text in texts if text != ""]
            elif name not in ("name", "version"):
                given[name] = data.get(name, False if name in SWITCHES else "")
        if not self.errors:
            try:
                self.profile = profile_from_fields(given)
            except Refused as refused:
                refused_to_form(self, refused)
        return data

    def _number(self, name: str, text: str) -> int:
        try:
            return int(text)
        except ValueError:
            self.add_error(name, _now("Type a whole number."))
            return 0

    def groups(self) -> list[tuple[Any, list[Any]]]:
        return [(title, [self[name] for name in names]) for title, names in GROUPS]


def initial_of(profile: CsvProfile) -> Mapping[str, Any]:
    """What the form shows of a profile."""
    found: dict[str, Any] = {}
    for item in fields_of(CsvProfile):
        value = getattr(profile, item.name)
        if item.name == "text":
            found |= {f"text_{number}": _shown(column) for number, column in enumerate(value, 1)}
        elif item.name in WORDS:
            found[item.name] = "\n".join(value)
        else:
            found[item.name] = _shown(value) if item.name in COLUMNS else value
    return found


def _strict_choice(label: Any, choices: list[tuple[str, Any]], *, required: bool) -> forms.Field:
    """A choice whose values may be blanks, which forms would strip."""
    return forms.TypedChoiceField(label=label, choices=choices, required=required, empty_value="")


def _shown(column: Any) -> Any:
    return f"#{column}" if isinstance(column, int) and not isinstance(column, bool) else column


def _column_of(text: str) -> str | int:
    return int(text[1:]) if text.startswith("#") and text[1:].isdecimal() else text
