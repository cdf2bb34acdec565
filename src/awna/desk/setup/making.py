"""The campaign begins: everything that was answered becomes campaign, owner, sections, accounts and invitations, at once or not at all."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction

from awna.books import services as books
from awna.core.problems import Problem, Refused
from awna.parties import services as parties
from awna.parties.models import Campaign, Section
from awna.parties.setup import services as kept
from awna.parties.setup.models import SetUp

from .bodies import OWNER
from .steps import Standing, is_sample, missing, stand


@dataclass(frozen=True)
class Account:
    """`body` is a section's name, or empty for the owner."""

    body: str
    number: str
    currency: str


@dataclass(frozen=True)
class Person:
    """Somebody to invite; `body` as in Account."""

    role: str
    email: str
    body: str = ""


@dataclass(frozen=True)
class Plan:
    """Everything that the first day needs. `campaign` is what `parties.create_campaign` takes, `sections` what each `create_section`."""

    campaign: dict[str, Any]
    exposure: str
    public_metres: int
    required: int
    sections: list[dict[str, str]] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)


def plan_of(standings: list[Standing]) -> Plan:
    """What the good answers say. Refused with every step that is missing or wrong."""
    if is_sample(standings):
        raise Refused(Problem("set_up_is_sample", "You chose the example. It is made on the server: awna setup --sample", {}, "kind"))
    problems = [
        Problem("set_up_step_wrong", "“%(step)s” needs a correction.", {"step": one.step.title}, one.step.name)
        if one.form.is_bound
        else Problem("set_up_step_missing", "“%(step)s” is not answered yet.", {"step": one.step.title}, one.step.name)
        for one in missing(standings)
    ]
    if problems:
        raise Refused(problems)
    said = {one.step.name: one.form for one in standings}
    told = {name: form.cleaned_data for name, form in said.items() if form.is_bound}
    _refuse_other_origin(told.get("server", {}))
    campaign, exposure, languages = told["campaign"], told["exposure"], told["languages"]
    first = languages["source_language"]
    return Plan(
        campaign={
            "slug": campaign["slug"], "title": campaign["title"], "summary": campaign["summary"], "place_public": campaign["place"],
            "goal_minor": campaign["goal_minor"], "goal_currency": campaign["goal_currency"],
            "owner_name": told["owner"]["owner_name"], "owner_registration": told["owner"]["owner_registration"],
            "owner_country": told["owner"]["owner_country"],
            "languages": ",".join([first, *(code for code in languages["languages"] if code != first)]),
            "site_language": languages["site_language"], "at_risk": exposure["at_risk"],
            "publication_delay_days": exposure["publication_delay_days"],
        },
        exposure="" if exposure["gifts"] == "usual" else exposure["gifts"],
        public_metres=exposure["public_metres"],
        required=told["stewards"]["required"],
        sections=[
            {"name": row["name"], "country": row["country"].upper(), "currency": row["currency"].upper(), "registration": row["registration"] or ""}
            for row in _rows(said["sections"])
        ],
        accounts=[Account(_body(row), "".join(row["number"].split()).upper(), row["currency"].upper()) for row in _rows(said["accounts"])],
        people=[
            *(Person("steward", email) for email in dict.fromkeys(row["email"].lower() for row in _rows(said["stewards"]))),
            *(Person(row["role"], row["email"].lower(), _body(row)) for row in _rows(said["people"])),
        ],
    )  # fmt: skip


@transaction.atomic
def begin_campaign(*, plan: Plan, set_up: SetUp | None = None) -> SetUp:
    """Make it all and invite everyone. The book waits until every key of every steward has signed its first policy."""
    campaign = parties.create_campaign(**plan.campaign)
    book = books.open_book(campaign=campaign, author=None, required=plan.required, keyed=True)
    if plan.exposure:
        books.set_exposure(book=book, exposure=plan.exposure)
    sections = {row["name"]: parties.create_section(campaign=campaign, **row) for row in plan.sections}
    for account in plan.accounts:
        holder = account.body or plan.campaign["owner_name"]
        books.open_bank_account(
            book=book, section=sections.get(account.body), holder=holder, iban=account.number, currency=account.currency
        )
    links = [(person.role, person.email, _invite(campaign, person, sections.get(person.body))) for person in dict.fromkeys(plan.people)]
    return kept.finish_set_up(set_up=set_up, campaign=campaign, links=links, public_metres=plan.public_metres)


@transaction.atomic
def finish() -> SetUp | None:
    """Begin the campaign of what was answered; None when somebody did so in the meantime. Refused with every step that needs a word."""
    set_up = kept.lock_unfinished(kept.open_set_up())
    if set_up is None:
        return None
    return begin_campaign(plan=plan_of(stand(kept.typed_so_far(set_up))), set_up=set_up)


def _invite(campaign: Campaign, person: Person, section: Section | None) -> str:
    return parties.invite(campaign=campaign, email=person.email, role_name=person.role, section=section, language=campaign.source_language)


def _rows(form: Any) -> list[dict[str, Any]]:
    return form.filled if form.is_bound else []


def _body(row: dict[str, Any]) -> str:
    return "" if row["body"] == OWNER else row["body"]


def _refuse_other_origin(server: dict[str, Any]) -> None:
    """Links in mails and the stewards' keys name the address of the settings: it must be the one that people will type."""
    wanted = server.get("origin", "")
    if wanted and wanted != settings.AWNA_ORIGIN:
        raise Refused(Problem(
            "set_up_origin_differs",
            "People will type %(wanted)s, but this server calls itself %(set)s. Put AWNA_ORIGIN=%(wanted)s into its settings, start it again, and go on here.",
            {"wanted": wanted, "set": settings.AWNA_ORIGIN}, "server"))  # fmt: skip
