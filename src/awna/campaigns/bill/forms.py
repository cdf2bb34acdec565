"""Forms of the bill: a file, what its columns are, other cells for one row, and the yes to a shown difference."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from awna.core.bill.mapping import NUMBERINGS, REPEATABLE, BillMapping, Column
from awna.core.bill.sheets import ROWS_MAX
from awna.core.bill.words import CURRENCIES, UNITS, currency_in

from .services import CELL_CHARS_MAX, LAYOUT_CHARS_MAX

FIELD_WORDS = [
    ("", _("not read")), ("code", _("Number or code")), ("title", _("Description")), ("unit", _("Unit")), ("quantity", _("Quantity")),
    ("rate", _("Rate: the price of one unit")), ("amount", _("Amount: quantity times rate")), ("currency", _("Currency")),
    ("parent", _("Code of the line above")), ("level", _("Level in the tree")), ("kind", _("Kind: alternate, assembly, part")),
]  # fmt: skip
NUMBERING_WORDS = {
    "code": _("by codes like 1.2.3"), "parent": _("by the column with the code above"), "level": _("by the column of levels"),
    "indent": _("by how far descriptions are indented"), "flat": _("it has none: a plain list"),
}  # fmt: skip
SAMPLES_SHOWN = 3
WORDS_MAX = 60  # words for units that one mapping adds


class BillFileForm(forms.Form):
    file = forms.FileField(
        label=_("The file of the bill"),
        help_text=_("Excel (.xlsx), OpenDocument (.ods), CSV or JSON, up to 10 MB. Nothing changes before you have seen what would."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv,.json"}),
    )


class ColumnsForm(forms.Form):
    """One field for each column of a sheet that holds something. `mapping` is what the fields make together."""

    sheet = forms.ChoiceField(label=_("Sheet"))
    head_row = forms.IntegerField(label=_("Row of the heads"), min_value=0, max_value=ROWS_MAX, help_text=_("0 if there is none."))
    numbering = forms.ChoiceField(
        label=_("What makes the tree"), choices=[(name, NUMBERING_WORDS[name]) for name in NUMBERINGS], widget=forms.Select
    )
    currency = forms.ChoiceField(
        label=_("Currency where the file names none"),
        choices=[("", _("none")), *((code, code) for code in sorted(CURRENCIES))],
        required=False,
    )
    decimal = forms.ChoiceField(label=_("Decimals are written with"), choices=[(".", _("a point: 1250.50")), (",", _("a comma: 1250,50"))])
    round_figures = forms.BooleanField(label=_("Round figures with more than four decimals"), required=False)
    units = forms.CharField(
        label=_("Words for units"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line, such as: Sack = bag. They are kept with the mapping."),
    )  # fmt: skip
    save_as = forms.CharField(
        label=_("Keep this mapping under a name"), required=False, max_length=LAYOUT_CHARS_MAX,
        help_text=_("The next file with the same heads is then read like this one."),
    )  # fmt: skip

    def __init__(self, *args: Any, sheets: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [(one["name"], one["name"] or _now("the only one")) for one in sheets]
        self.fields["sheet"].required = False
        self.mapping: BillMapping | None = None
        asked = str(self.data.get("sheet") if self.is_bound else self.initial.get("sheet") or "")
        self.sheet_data = next((one for one in sheets if one["name"] == asked), sheets[0])
        if len(sheets) == 1:
            self.fields["sheet"].widget = forms.HiddenInput()
        self.columns = self._add_columns(self._head_row())
        for name in ("sheet", "decimal", "currency"):
            self.fields[name].quiet = True

    def _head_row(self) -> int:
        text = str(self.data.get("head_row", "")) if self.is_bound else str(self.initial.get("head_row", 1))
        return int(text) if text.isdecimal() and len(text) < 6 else 1

    def _add_columns(self, head_row: int) -> list[int]:
        rows = self.sheet_data["rows"]
        heads = next((row["cells"] for row in rows if row["number"] == head_row), [])
        body = [row["cells"] for row in rows if row["number"] > head_row]
        width = max((len(cells) for cells in (heads, *body)), default=0)
        found = []
        for index in range(width):
            samples = [cells[index] for cells in body if index < len(cells) and cells[index]]
            head = heads[index] if index < len(heads) else ""
            if not samples and not head:
                continue
            field = forms.ChoiceField(label=f"{_letters(index)} · {head}" if head else _letters(index), choices=FIELD_WORDS, required=False,
                                      help_text=" · ".join(samples[:SAMPLES_SHOWN]))  # fmt: skip
            field.quiet, field.head = True, head  # shown without “if you wish”
            self.fields[f"column_{index}"] = field
            found.append(index)
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        columns = []
        for index in self.columns:
            name = data.get(f"column_{index}", "")
            if name:
                head = self.fields[f"column_{index}"].head
                columns.append(Column(name, index, currency_in(head) if name in REPEATABLE else "", head))
        units = self._units(str(data.get("units") or ""))
        if not self.errors:
            self.mapping = BillMapping(
                tuple(columns), str(data.get("sheet") or ""), data["head_row"], data["decimal"], data.get("currency", ""), data["numbering"], units,
                bool(data.get("round_figures")),
            )  # fmt: skip
        return data

    def _units(self, text: str) -> tuple[tuple[str, str], ...]:
        found = []
        for line in text.splitlines()[:WORDS_MAX]:
            word, sign, unit = (part.strip() for part in line.partition("="))
            if not line.strip():
                continue
            if not sign or not word or unit not in UNITS:
                self.add_error("units", _now("“%(line)s” is not a word and one of: %(units)s.") % {"line": line, "units": ", ".join(UNITS)})
                break
            found.append((word, unit))
        return tuple(found)

    def column_fields(self) -> list[Any]:
        return [self[f"column_{index}"] for index in self.columns]

    def other_fields(self) -> list[Any]:
        names = ("sheet", "head_row", "numbering", "currency", "decimal", "round_figures", "units", "save_as")
        return [self[name] for name in names if not self[name].is_hidden]


def initial_columns(mapping: Mapping[str, Any] | None, sheets: Sequence[Mapping[str, Any]], currency: str) -> dict[str, Any]:
    """What the form shows of a mapping; without one, the first sheet with nothing chosen."""
    if mapping is None:
        first = sheets[0]["rows"][0]["number"] if sheets and sheets[0]["rows"] else 1
        return {"sheet": sheets[0]["name"], "head_row": first, "numbering": "code", "decimal": ".", "currency": currency}
    shown: dict[str, Any] = {name: mapping[name] for name in ("sheet", "head_row", "numbering", "decimal", "currency", "round_figures")}
    shown["units"] = "\n".join(f"{word} = {unit}" for word, unit in mapping["units"])
    return shown | {f"column_{column['index']}": column["field"] for column in mapping["columns"]}


class RowForm(forms.Form):
    """The cells of one held row, by the columns that are read."""

    def __init__(self, *args: Any, mapping: BillMapping, cells: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = dict(FIELD_WORDS)
        for column in mapping.columns:
            self.fields[f"cell_{column.index}"] = forms.CharField(
                label=words[column.field] if column.field not in REPEATABLE or not column.currency else f"{words[column.field]} ({column.currency})",
                required=False, max_length=CELL_CHARS_MAX, initial=cells.get(column.head or column.field, ""),
            )  # fmt: skip
            self.fields[f"cell_{column.index}"].quiet = True

    def cells(self) -> dict[int, str]:
        return {int(name.removeprefix("cell_")): text for name, text in self.cleaned_data.items()}


class ApplyForm(forms.Form):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    take_out = forms.BooleanField(label=_("Take out the lines that the file no longer has"), required=False)

    def __init__(self, *args: Any, gone: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not gone:
            del self.fields["take_out"]


def _letters(index: int) -> str:
    """A, B … Z, AA as spreadsheets name columns."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text
