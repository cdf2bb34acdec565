"""A form with a table of rows in it, such as sections or accounts: every row is a few fields, and an empty row means nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now

ROWS_MAX = 60


@dataclass(frozen=True)
class Row:
    """One row as a page draws it."""

    title: str
    fields: list[forms.BoundField]


class StepForm(forms.Form):
    """The questions of one step. `so_far` is what the other steps hold already: some questions depend on it."""

    def __init__(
        self, data: Any = None, *, so_far: Mapping[str, "StepForm"], typed: Mapping[str, Any] | None = None, rows: int = 0
    ) -> None:
        self.so_far = so_far
        super().__init__(data, initial=dict(typed or {}), auto_id="%s", use_required_attribute=False)
        self.add_rows(rows)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """The fields that stand in no row."""
        return [field for field in self if not field.name.startswith("row-")]

    @property
    def rows(self) -> list[Row]:
        return []

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to do on its step, beyond good answers."""
        return self.is_bound

    @property
    def answers(self) -> list[tuple[str, str]]:
        """What was typed, as a reader should see it: the name of each question, or of each row, and the answer."""
        plain = [(str(field.label), shown(field)) for field in self.plain_fields]
        rows = [(row.title, " · ".join(text for text in map(shown, row.fields) if text)) for row in self.rows]
        return [(label, text) for label, text in (*plain, *rows) if text]

    def add_rows(self, wanted: int) -> None:
        """A form without rows has nothing to add."""

    def typed(self) -> dict[str, Any]:
        """What was typed, right or wrong, so that it can be shown again."""
        kept: dict[str, Any] = {}
        for name, field in self.fields.items():
            value = field.widget.value_from_datadict(self.data, self.files, name)
            if value not in (None, "", [], False):
                kept[name] = value if isinstance(value, list) else ("on" if value is True else str(value))
        return kept


def shown(field: forms.BoundField) -> str:
    """The answer to one question in words."""
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return _now("yes") if value else _now("no")
    choices = {str(key): str(label) for key, label in getattr(field.field, "choices", ())}
    values = value if isinstance(value, list) else [value]
    return ", ".join(choices.get(str(one), str(one)) for one in values if one not in (None, ""))


class RowsForm(StepForm):
    """`row_fields` makes the fields of a row; `row_needs` names those that a row cannot do without."""

    row_needs: tuple[str, ...] = ()
    rows_least = 2
    beside = True
    """Whether the fields of a row are short enough to stand beside each other."""

    def row_fields(self) -> dict[str, forms.Field]:
        raise NotImplementedError("a form with rows says what is in one")

    def row_title(self, number: int) -> str:
        raise NotImplementedError("a form with rows says what one is called")

    def add_rows(self, wanted: int) -> None:
        known = [
            int(name.split("-")[1])
            for name in (*self.initial, *(self.data or {}))
            if name.startswith("row-") and name.split("-")[1].isdecimal()
        ]
        self.row_count = min(max(wanted, self.rows_least, *(number + 1 for number in known), 0), ROWS_MAX)
        for number in range(self.row_count):
            for name, field in self.row_fields().items():
                field.required, field.quiet = False, True
                self.fields[f"row-{number}-{name}"] = field

    @property
    def rows(self) -> list[Row]:
        names = list(self.row_fields())
        return [Row(self.row_title(number + 1), [self[f"row-{number}-{name}"] for name in names]) for number in range(self.row_count)]

    @property
    def filled(self) -> list[dict[str, Any]]:
        """The rows in which something stands, each with its place `at`."""
        names = list(self.row_fields())
        found = [
            {name: self.cleaned_data.get(f"row-{number}-{name}") for name in names} | {"at": number} for number in range(self.row_count)
        ]
        return [row for row in found if any(row[name] for name in names)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for row in self.filled:
            for name in self.row_needs:
                key = f"row-{row['at']}-{name}"
                if not row[name] and key not in self.errors:
                    self.add_error(key, ValidationError(_now("This row has something in it, but not this. Type it, or empty the row.")))
        return data
