"""The whole set-up in one JSON object, as `awna setup --file` reads it; its names are turned into the answers of the steps."""

import json
from collections.abc import Mapping
from typing import Any

from awna.core.problems import Problem, Refused
from awna.parties.setup.services import Typed

from .bodies import OWNER
from .forms import EMPTY
from .server_facts import settings_now
from .steps import STEPS, Standing, stand

SECTION_PARTS = ("name", "country", "currency", "number", "treasurer")
PERSON_FIELDS = ("treasurer", "site_lead", "buyer", "storekeeper", "coordinator")
PLAIN = {
    "server": ("origin", "backup_dir", "backup_key", "guard_dir"),
    "owner": ("owner_name", "owner_registration", "owner_country"),
    "campaign": ("title", "slug", "summary", "place", "goal", "goal_currency"),
    "languages": ("languages", "source_language", "site_language"),
    "exposure": ("at_risk", "publication_delay_days", "gifts", "public_metres"),
}
"""Step → the names that stand in the file as they stand on the page."""
ROWS = ("owner_iban", "sections", "accounts", "stewards", "required", "people", *PERSON_FIELDS)
KNOWN = {name for names in PLAIN.values() for name in names} | set(ROWS)


def read_plan_file(data: bytes, *, name: str) -> dict[str, Any]:
    """The object in a file. Refused when it is none, or when it names what no step asks."""
    try:
        fields = json.loads(data)
    except ValueError as error:
        raise Refused(
            Problem("set_up_file_broken", "%(file)s is not JSON: %(reason)s. Mend it there.", {"file": name, "reason": error})
        ) from error
    if not isinstance(fields, dict):
        raise Refused(Problem("set_up_file_broken", "%(file)s must hold one JSON object.", {"file": name}))
    strange = sorted(set(fields) - KNOWN)
    if strange:
        raise Refused(Problem("set_up_file_names_unknown", "%(file)s names what the set-up does not ask: %(names)s. It asks: %(known)s.",
                              {"file": name, "names": ", ".join(strange), "known": ", ".join(sorted(KNOWN))}))  # fmt: skip
    return fields


def answers_of(fields: Mapping[str, Any]) -> list[Standing]:
    """The steps as this file answers them. Refused with each field that is wrong or missing."""
    typed: dict[str, Typed] = {"kind": {"kind": EMPTY}}
    for step, names in PLAIN.items():
        usual = _usual(step) if step in ("server", "languages", "exposure") else {}
        typed[step] = {**usual, **{name: _plain(fields[name]) for name in names if fields.get(name) not in (None, "", False)}}
    if "at_risk" in fields and not fields["at_risk"]:
        typed["exposure"].pop("at_risk", None)
    if "source_language" not in fields and "languages" in fields:
        typed["languages"]["source_language"] = typed["languages"]["languages"][0]
    sections, accounts, people = _bodies(fields)
    typed |= {
        "sections": _rows(sections), "accounts": _rows(accounts), "people": _rows(people),
        "stewards": {"required": _plain(fields.get("required", 2)), **_rows([{"email": one} for one in _lines(fields.get("stewards"))])},
    }  # fmt: skip
    standings = stand(typed)
    problems = [
        Problem("set_up_field", "%(text)s", {"text": text}, "" if name == "__all__" else name)
        for one in standings if one.form.is_bound
        for name, texts in one.form.errors.items()
        for text in texts
    ]  # fmt: skip
    if problems:
        raise Refused(problems)
    return standings


def _bodies(fields: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of sections, accounts and people; a line of a section brings its account and its treasurer along."""
    sections, problems = [], []
    accounts = (
        [{"body": OWNER, "number": fields["owner_iban"], "currency": fields.get("goal_currency", "")}] if fields.get("owner_iban") else []
    )
    people = [{"role": role, "email": fields[role], "body": OWNER} for role in PERSON_FIELDS if fields.get(role)]
    for number, line in enumerate(_lines(fields.get("sections")), start=1):
        parts = line if isinstance(line, dict) else dict(zip(SECTION_PARTS, (part.strip() for part in line.split(";")), strict=False))
        if len(parts) < len(SECTION_PARTS) and not isinstance(line, dict):
            problems.append(
                Problem(
                    "set_up_section_line",
                    "Line %(n)s: write name; two-letter country; three-letter currency; IBAN; e-mail.",
                    {"n": number},
                    "sections",
                )
            )
            continue
        sections.append({name: parts.get(name, "") for name in ("name", "country", "currency", "registration")})
        if parts.get("number"):
            accounts.append({"body": parts["name"], "number": parts["number"], "currency": parts["currency"]})
        if parts.get("treasurer"):
            people.append({"role": "treasurer", "email": parts["treasurer"], "body": parts["name"]})
    for name, rows in (("accounts", accounts), ("people", people)):
        for row in _lines(fields.get(name)):
            if not isinstance(row, dict):
                problems.append(Problem("set_up_row_no_object", "Each of “%(name)s” must be an object.", {"name": name}, name))
                continue
            rows.append({**row, "body": row.get("body") or OWNER})
    if problems:
        raise Refused(problems)
    return sections, accounts, people


def _usual(step: str) -> Typed:
    """What a step says where the file is silent: the settings as they are, and the careful answers."""
    if step == "server":
        return {name: str(value) for name, value in settings_now().items() if value}
    form = next(one for one in STEPS if one.name == step).form(None, so_far={})
    return {name: _plain(field.initial) for name, field in form.fields.items() if field.initial not in (None, "")}


def _rows(rows: list[dict[str, Any]]) -> Typed:
    return {f"row-{number}-{name}": _plain(value) for number, row in enumerate(rows) for name, value in row.items() if value}


def _lines(value: Any) -> list[Any]:
    if value is None:
        return []
    return [line for line in (value if isinstance(value, list) else str(value).splitlines()) if line]


def _plain(value: Any) -> str | list[str]:
    if isinstance(value, bool):
        return "on" if value else ""
    return [str(one) for one in value] if isinstance(value, list) else str(value)
