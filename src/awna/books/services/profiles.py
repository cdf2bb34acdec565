"""What the columns of an account's tables mean: shown on a file first, then saved as a new version; older versions stay."""

import base64
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from awna.core.banking.csv_preview import problem_from_plain
from awna.core.banking.csv_profile import CsvProfile, profile_from_json, profile_to_json
from awna.core.problems import Problem, Refused
from awna.kit.sandbox import run_in_sandbox
from awna.parties.models import Role

from ..models import BankAccount, StatementProfile

SUGGESTER = "awna.core.banking.csv_suggest:suggest_plain"
PREVIEWER = "awna.core.banking.csv_preview:preview_plain"


def profile_of(bank_account: BankAccount) -> StatementProfile | None:
    """The profile in force: the newest."""
    return bank_account.profiles.order_by("-version").first()


def suggest_profiles(*, data: bytes) -> list[dict[str, Any]]:
    """What may fit this file: `profile` (JSON text), `doubts` that only a person can settle, `known` name, `movements` that it reads."""
    found = run_in_sandbox(SUGGESTER, {"data": base64.b64encode(data).decode()})
    return [{**one, "doubts": [problem_from_plain(doubt) for doubt in one["doubts"]]} for one in found]


def preview_profile(*, data: bytes, profile: CsvProfile) -> Mapping[str, Any]:
    """What this profile makes of the file: columns, the first rows, and every problem at its row."""
    try:
        found = run_in_sandbox(PREVIEWER, {"data": base64.b64encode(data).decode(), "profile": profile_to_json(profile)})
    except Refused as refused:
        return {"columns": [], "rows": [], "problems": list(refused.problems), "count": 0, "accounts": [], "currencies": []}
    rows = [{**row, "problems": [problem_from_plain(one) for one in row["problems"]]} for row in found["rows"]]
    return {**found, "rows": rows, "problems": [problem_from_plain(one) for one in found["problems"]]}


@transaction.atomic
def save_profile(*, bank_account: BankAccount, profile: CsvProfile, sample: bytes, author: Role, request_id: str) -> StatementProfile:
    """Put a profile in force that reads this sample without a problem. The same content again is the version that stands."""
    BankAccount.objects.select_for_update(of=("self",)).get(pk=bank_account.pk)
    first = bank_account.profiles.filter(request_id=request_id).first()
    last = profile_of(bank_account)
    if first is not None:
        return first
    text = profile_to_json(profile_from_json(profile_to_json(profile)))
    shown = preview_profile(data=sample, profile=profile)
    problems = [*shown["problems"], *(problem for row in shown["rows"] for problem in row["problems"])]
    if problems:
        raise Refused(problems)
    currencies = set(shown["currencies"]) - {bank_account.currency}
    if currencies:
        raise Refused(Problem("profile_currency_differs", "The file is read as %(found)s; the account is in %(asked)s.",
                              {"found": ", ".join(sorted(currencies)), "asked": bank_account.currency}, "fixed_currency"))  # fmt: skip
    if last is not None and last.content == text:
        return last
    return StatementProfile.objects.create(
        bank_account=bank_account, version=last.version + 1 if last else 1, content=text, author=author, request_id=request_id
    )
