"""Say what the columns of a bank's table are: suggestions, a form, a preview with each problem at its row, and only then saved."""

import base64
import json
import uuid
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.books.models import StatementFile
from awna.core.banking.csv_profile import CsvProfile, profile_from_json, profile_to_json
from awna.core.banking.statement import line_from_plain
from awna.core.digest import sha256
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form

from . import bank_import
from .bank_csv_form import DATE_FORMATS, ProfileForm, initial_of
from .bank_file_views import accounts_of, role_for, told


def bank_columns(request: HttpRequest, slug: str, file: uuid.UUID) -> HttpResponse:
    """The columns of one kept table. Saving brings the file in."""
    kept = get_object_or_404(StatementFile.objects.select_related("bank_account__book"), pk=file, bank_account__in=accounts_of(request))
    data = base64.b64decode(kept.content)
    try:
        suggestions = books.suggest_profiles(data=data)
    except Refused as refused:
        return render(request, "kit/refused.html", {"problems": refused.problems, "base": "kit/desk_base.html"}, status=409)
    if request.method == "POST":
        return _posted(request, kept, data, suggestions)
    profile, chosen = _chosen(request, kept, suggestions)
    shown = books.preview_profile(data=data, profile=profile) if profile else None
    initial = {**(initial_of(profile) if profile else {}), "request_id": str(uuid.uuid4()), "seen": _mark(profile, shown)}
    form = ProfileForm(initial=initial, columns=_columns(shown), samples=_samples(shown), name=_name(kept))
    return _page(request, kept, suggestions, form, shown, chosen=chosen)


def _posted(request: HttpRequest, kept: StatementFile, data: bytes, suggestions: list[dict[str, Any]]) -> HttpResponse:
    form = ProfileForm(request.POST, columns=(), name=_name(kept))
    if not form.is_valid() or form.profile is None:
        return _page(request, kept, suggestions, form, None, status=422)
    shown = books.preview_profile(data=data, profile=form.profile)
    mark = _mark(form.profile, shown)
    again = ProfileForm({**request.POST.dict(), "seen": mark}, columns=_columns(shown), samples=_samples(shown), name=_name(kept))
    again.is_valid()
    wanted = "save" in request.POST
    if not wanted or not mark or form.cleaned_data["seen"] != mark:
        # What is saved is what was seen: a change shows its preview first.
        if wanted and mark:
            again.add_error(None, _("Something was changed after the preview. Look at the preview once more, then save."))
        return _page(request, kept, suggestions, again, shown, status=422 if wanted else 200)
    author = role_for(request, kept.bank_account)
    try:
        books.save_profile(bank_account=kept.bank_account, profile=form.profile, sample=data, author=author,
                           request_id=form.cleaned_data["request_id"])  # fmt: skip
        return told(request, bank_import.release_file(file=kept, author=author))
    except Refused as refused:
        refused_to_form(again, refused)
        return _page(request, kept, suggestions, again, shown, status=422)


def _chosen(request: HttpRequest, kept: StatementFile, suggestions: list[dict[str, Any]]) -> tuple[CsvProfile | None, int | None]:
    """The suggestion that was asked for; else the profile in force; else the first suggestion."""
    asked = request.GET.get("use", "")
    if asked.isdecimal() and int(asked) < len(suggestions):
        return _read(suggestions[int(asked)], kept.bank_account.currency), int(asked)
    stored = books.profile_of(kept.bank_account)
    if stored is not None:
        return profile_from_json(stored.content), None
    return (_read(suggestions[0], kept.bank_account.currency), 0) if suggestions else (None, None)


def _read(suggestion: dict[str, Any], currency: str = "") -> CsvProfile:
    """A suggestion as a profile; where the file names no currency, it is that of the account."""
    given = json.loads(suggestion["profile"])
    lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    profile = CsvProfile(**{**given, **lists})
    nameless = profile.currency == "" and not profile.currency_pattern
    return replace(profile, fixed_currency=currency) if currency and nameless else profile


def _page(
    request: HttpRequest, kept: StatementFile, suggestions: list[dict[str, Any]], form: ProfileForm, shown: Any, *, chosen: int | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    said = [
        {"number": number, "title": _title(one), "doubts": _doubts(one, kept), "movements": one["movements"], "current": number == chosen}
        for number, one in enumerate(suggestions)
    ]  # fmt: skip
    context = {"file": kept, "suggestions": said, "form": form, "shown": _told(shown), "may_save": bool(shown) and not _problems(shown)}
    return render(request, "desk/bank_columns.html", context, status=status)


def _told(shown: Any) -> dict[str, Any] | None:
    if shown is None:
        return None
    rows = [
        {**row, "line": line_from_plain(row["line"]) if row["line"] else None, "amount": (row["line"] or {}).get("amount")}
        for row in shown["rows"]
    ]
    return {**shown, "rows": rows}


def _title(suggestion: dict[str, Any]) -> str:
    """By name; what was worked out is told apart by how it reads dates and amounts."""
    profile = _read(suggestion)
    words = {"date": DATE_FORMATS.get(profile.date_format, profile.date_format), "mark": profile.decimal_mark}
    return profile.title or _("Worked out from this file: dates like %(date)s, decimals after “%(mark)s”") % words


def _doubts(suggestion: dict[str, Any], kept: StatementFile) -> list[Any]:
    """What is not sure about it. That no column names the currency is none: the account has one, and the form says so."""
    known = ("", kept.bank_account.currency)
    return [one for one in suggestion["doubts"] if one.code != "csv_doubt_currency" or one.params.get("found") not in known]


def _problems(shown: Any) -> list[Problem]:
    return [*shown["problems"], *(problem for row in shown["rows"] for problem in row["problems"])]


def _columns(shown: Any) -> list[str]:
    """Titles of the table; of one without titles the places alone."""
    if not shown:
        return []
    width = max((len(row["cells"]) for row in shown["rows"]), default=0)
    return list(shown["columns"]) or [""] * width


def _samples(shown: Any) -> list[str]:
    """What stands first in each column."""
    return list(shown["rows"][0]["cells"]) if shown and shown["rows"] else []


def _mark(profile: CsvProfile | None, shown: Any) -> str:
    """A digest of a profile whose preview is without a problem; its short name and version are given on saving and change nothing that was seen."""
    if profile is None or not shown or _problems(shown):
        return ""
    return sha256(profile_to_json(replace(profile, name="seen", version=1)).encode()).hex()


def _name(kept: StatementFile) -> str:
    """Profiles belong to their account: the short name need not tell more."""
    return f"account-{str(kept.bank_account_id)[:8]}"
