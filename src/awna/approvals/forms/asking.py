"""Forms for asking: a release in several parts, its papers and quotes. Rows are added by a button, so that no script is needed."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from awna.books.models import Book, Commodity, Custody, Document, Fund
from awna.books.services import store_document
from awna.campaigns.bill.standing import standings
from awna.campaigns.models import BudgetLine
from awna.core.amounts import currency_scale, format_minor
from awna.core.ledger.rules import BANK, CASH, PAYEE, PURSES
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign

from ..services.asking import MILESTONES_MAX, QUOTES_MAX, QUOTES_WANTED
from ..words import EVIDENCE_KINDS, PAPER_KINDS, PAYMENT_KINDS

QUOTE = "quote"
PAPERS_MAX = 10
MEDIA_TYPES = {b"%PDF-": "application/pdf", b"\x89PNG": "image/png"}
"""Papers are PDF or PNG, told by their first bytes and never by their name."""
_FILE = re.compile(r"(paper|quote)-\d{1,2}-file")


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **more)


class LineChoice(forms.ModelChoiceField):
    """Lines of the bill with what may still be set apart of each."""

    open: dict[Any, str]

    def label_from_instance(self, line: BudgetLine) -> str:
        return f"{line} · {self.open.get(line.pk, '')}".removesuffix(" · ")


class ReleaseForm(forms.Form):
    """Who is paid, for what, out of which purse; the parts of the payment stand in a form of their own."""

    text = forms.CharField(label=_("What the money buys"), max_length=300)
    payee = forms.ModelChoiceField(label=_("Payee"), queryset=Custody.objects.none())
    custody = forms.ModelChoiceField(label=_("Paid from"), queryset=Custody.objects.none())
    fund = forms.ModelChoiceField(label=_("Fund"), queryset=Fund.objects.none())
    budget_line = LineChoice(
        label=_("Budget line"),
        queryset=BudgetLine.objects.none(),
        required=False,
        help_text=_("No more than is open there can be asked for."),
    )
    expires_on = _day(_("Decide until"))
    quotes_reason = forms.CharField(
        label=_("Why there are fewer than three quotes"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    request_id = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        custodies = Custody.objects.filter(book__campaign=campaign)
        self.fields["payee"].queryset = custodies.filter(type__in=(PAYEE, BANK, CASH))
        self.fields["custody"].queryset = custodies.filter(type__in=PURSES)
        self.fields["fund"].queryset = Fund.objects.filter(book__campaign=campaign).exclude(code="unidentified").order_by("title")
        self.fields["budget_line"].queryset = BudgetLine.objects.filter(campaign=campaign).exclude(kind__in=("alternate", "component"))
        self.fields["budget_line"].open = {
            one.line.pk: ", ".join(f"{format_minor(one.to_release(code), currency_scale(code))} {code}" for code in one.budget)
            for one in standings(campaign)
        }


class PartForm(forms.Form):
    """One part of the payment."""

    kind = forms.ChoiceField(label=_("Kind of payment"), choices=PAYMENT_KINDS)
    amount = forms.CharField(label=_("At most"), help_text=_("In the currency of that account, such as 1250.50."), max_length=30)
    evidence = forms.MultipleChoiceField(
        label=_("Evidence needed before it is paid"), choices=EVIDENCE_KINDS, widget=forms.CheckboxSelectMultiple, required=False
    )
    earliest = _day(_("Not paid before"))


class PaperForm(forms.Form):
    """A paper that belongs to the request. `kept`: the digest of the file once it was sent."""

    kind = forms.ChoiceField(label=_("What it is"), choices=PAPER_KINDS)
    file = forms.FileField(label=_("PDF or PNG file"), required=False)
    kept = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


class QuoteForm(forms.Form):
    """What one seller would take."""

    seller = forms.CharField(label=_("Whose quote"), max_length=120, required=False)
    amount = forms.CharField(label=_("Asks for"), max_length=30, required=False)
    file = forms.FileField(label=_("PDF or PNG file"), required=False)
    kept = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = [bool(cleaned.get(name)) for name in ("seller", "amount", "kept")]
        if any(given) and not all(given):
            raise forms.ValidationError(_("A quote needs its seller, its sum and its paper."))
        return cleaned


Parts = forms.formset_factory(PartForm, extra=0, min_num=1, max_num=MILESTONES_MAX, validate_max=True, validate_min=True)
Papers = forms.formset_factory(PaperForm, extra=0, max_num=PAPERS_MAX, validate_max=True)
Quotes = forms.formset_factory(QuoteForm, extra=0, max_num=QUOTES_MAX, validate_max=True)
ROWS = {"part": (Parts, MILESTONES_MAX), "paper": (Papers, PAPERS_MAX), "quote": (Quotes, QUOTES_MAX)}
START = {"part": 1, "paper": 1, "quote": QUOTES_WANTED}


def one_row_more(data: QueryDict, rows: str) -> None:
    """The button beside some rows was pressed: the same page with one empty row more."""
    if rows in ROWS:
        count = data.get(f"{rows}-TOTAL_FORMS", "")
        data[f"{rows}-TOTAL_FORMS"] = str(min(ROWS[rows][1], int(count) + 1 if count.isdigit() else 1))


def keep_files(book: Book, data: QueryDict, files: Any) -> list[Problem]:
    """Store what was sent at once, so that no file must be chosen again when the page comes back with a question."""
    problems = []
    for name, file in files.items():
        if not _FILE.fullmatch(name):
            continue
        row = name.removesuffix("-file")
        kind = QUOTE if row.startswith(QUOTE) else data.get(f"{row}-kind", "")
        try:
            data[f"{row}-kept"] = _stored(book, file, kind if kind in dict(PAPER_KINDS) else QUOTE if kind == QUOTE else "document").digest
        except Refused as refused:
            problems += refused.problems
    return problems


def _stored(book: Book, file: UploadedFile, kind: str) -> Document:
    data = file.read()
    media_type = next((known for start, known in MEDIA_TYPES.items() if data.startswith(start)), "")
    if not media_type:
        raise Refused(
            Problem("paper_wrong", "“%(name)s” is neither a PDF nor a PNG file. Save it as one of them.", {"name": file.name or ""})
        )
    return store_document(book=book, data=data, name=file.name or kind, media_type=media_type, kind=kind)


def kept_document(book: Book, digest: str) -> Document | None:
    return Document.objects.filter(book=book, digest=digest).first() if digest else None


class QuoteRuleForm(forms.Form):
    """Above which sum three quotes are needed."""

    commodity = forms.ModelChoiceField(label=_("Currency"), queryset=Commodity.objects.none())
    above = forms.CharField(label=_("Above this sum"), help_text=_("Such as 1250.50."), max_length=30)
    request_id = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commodity"].queryset = Commodity.objects.filter(kind="money", bank_accounts__book__campaign=campaign).distinct()
