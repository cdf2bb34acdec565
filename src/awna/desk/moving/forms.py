"""Forms of moving in: a file, which column holds what, and the yes to what was shown."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from awna.campaigns.moving.columns import HEAD_ROWS_MAX, Row, heads_of, text_of
from awna.campaigns.moving.kinds import Kind

DECIMAL_WORDS = [(".", _("a point: 1250.50")), (",", _("a comma: 1250,50"))]
SAMPLES_SHOWN = 3
SAMPLE_CHARS = 24


class FileForm(forms.Form):
    """The file; where it holds amounts also the account and the sign of decimals, which is never guessed."""

    file = forms.FileField(
        label=_("Your file"),
        help_text=_("Excel (.xlsx), OpenDocument (.ods) or CSV, up to 10 MB. Nothing changes before you have seen every row."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv"}),
    )

    def __init__(self, *args: Any, kind: Kind, accounts: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind.of_account:
            self.fields["account"] = forms.ModelChoiceField(label=_("Account that received the money"), queryset=accounts, empty_label=None)
        if kind.has_amounts:
            self.fields["decimal"] = forms.ChoiceField(
                label=_("Decimals are written with"), choices=DECIMAL_WORDS, widget=forms.RadioSelect
            )


class ColumnsForm(forms.Form):
    """For each of our columns, the one of the file that holds it. `heads` are those of the row that was chosen."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    head_row = forms.IntegerField(
        label=_("Row of the heads"), min_value=1, help_text=_("The row in which the names of the columns stand."), max_value=1_000_000
    )

    def __init__(self, *args: Any, kind: Kind, rows: Sequence[Row], sheets: Sequence[str], chosen: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["sheet"].choices = [(name, name or _now("the only one")) for name in sheets]
        self.fields["sheet"].initial, self.fields["sheet"].quiet = chosen, True
        if len(sheets) == 1:
            self.fields["sheet"].widget = forms.HiddenInput()
        self.heads = heads_of(rows, self._head_row())
        body = [cells for number, cells in rows if number > self._head_row()][:HEAD_ROWS_MAX]
        choices = [("", _now("not in this file"))]
        for index, head in enumerate(self.heads):
            if head:
                samples = [text_of(cells[index])[:SAMPLE_CHARS] for cells in body if index < len(cells) and cells[index]][:SAMPLES_SHOWN]
                choices.append((head, f"{head} ({', '.join(samples)})" if samples else head))
        for column in kind.columns:
            field = forms.ChoiceField(label=column.title, choices=choices, required=column.required, help_text=column.explained)
            field.quiet = False
            self.fields[f"column_{column.name}"] = field

    def _head_row(self) -> int:
        text = str(self.data.get("head_row", "")) if self.is_bound else str(self.initial.get("head_row", 1))
        return int(text) if text.isdecimal() and len(text) < 8 else 1

    def columns(self) -> dict[str, str]:
        return {column.name: self.cleaned_data.get(f"column_{column.name}", "") for column in self.kind.columns}

    def column_fields(self) -> list[Any]:
        return [self[f"column_{column.name}"] for column in self.kind.columns]

    def other_fields(self) -> list[Any]:
        return [self[name] for name in ("sheet", "head_row") if not self[name].is_hidden]


class TakeForm(forms.Form):
    leave_refused = forms.BooleanField(
        label=_("Take the good rows only"), required=False,
        help_text=_("The refused rows are kept beside this file for some days; they can come in later, corrected."),
    )  # fmt: skip

    def __init__(self, *args: Any, refused: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not refused:
            del self.fields["leave_refused"]
