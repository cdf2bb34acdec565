"""Organisations under a letter: confirmed by themselves, their signatory's authority noted by the desk, or listed by somebody else."""

import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused
from awna.kit.sealed import blind_index
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..models import OpenLetter, Organisation, Waiting
from .letters import WRITERS

BODY_FIELDS = ("name_english", "abbreviation", "country", "link", "office", "signatory")


def refuse_incomplete_body(letter: OpenLetter, *, name: str, **body: str) -> None:
    """What an organisation's sign-up must say, and that nobody signed for it before. Names of organisations are public."""
    if unknown := body.keys() - set(BODY_FIELDS):
        raise TypeError(f"an organisation has no {', '.join(sorted(unknown))}")
    problems = []
    if not body.get("office", "").strip():
        problems.append(
            Problem(
                "signature_without_office", "An organisation signs through someone. Write who signs for it, such as chair.", {}, "office"
            )
        )
    link = body.get("link", "").strip()
    if link and urlsplit(link).scheme not in {"http", "https"}:
        problems.append(Problem("link_not_web", "“%(link)s” is no address of a web page. Begin with https://", {"link": link}, "link"))
    if Organisation.objects.confirmed().filter(letter=letter, name_key=name_key(letter, name)).exists():
        problems.append(Problem("organisation_signed_already", "“%(name)s” has signed this letter already. Write to the campaign if this is wrong.",
                                {"name": name.strip()}, "name"))  # fmt: skip
    if problems:
        raise Refused(problems)


def name_key(letter: OpenLetter, name: str) -> str:
    """By which the same organisation is found however its name is typed."""
    return blind_index(" ".join(unicodedata.normalize("NFKC", name).casefold().split()), f"letters.name.{letter.pk}")


def confirm_organisation(waiting: Waiting, said: dict[str, Any], *, index: str) -> Organisation:
    """The row of a sign-up whose code came back; one that was listed by somebody else becomes its own."""
    letter = waiting.version.letter
    key = name_key(letter, said["name"])
    row = (
        Organisation.objects.select_for_update().filter(letter=letter, name_key=key).first()
        or Organisation.objects.filter(letter=letter, email_index=index).first()
        or Organisation(letter=letter, name_key=key)
    )
    if row.state == Organisation.CONFIRMED and not row._state.adding and row.email_index != index:
        # Somebody else confirmed for this name meanwhile: the desk hears of it, the page keeps the first.
        row = Organisation(letter=letter)
    row.version, row.sign_up, row.confirmed_at, row.state, row.email_index = (
        waiting.version,
        waiting.pk,
        timezone.now(),
        Organisation.CONFIRMED,
        index,
    )
    for name in ("name", "place", "email", "language", *BODY_FIELDS):
        setattr(row, name, said[name])
    row.hidden = False
    row.save()
    return row


@transaction.atomic
def note_authority(*, organisation: Organisation, authority: str, author: Role) -> Organisation:
    """Write down what showed that the signatory may sign (`minutes seen`): from then on the organisation counts. Empty takes it back."""
    refuse_unless_role(author, *WRITERS, campaign=organisation.letter.campaign)
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if row.state != Organisation.CONFIRMED:
        raise Refused(Problem("organisation_not_confirmed", "“%(name)s” has not confirmed its signature itself. Wait for that first.",
                              {"name": row.name}))  # fmt: skip
    row.authority = authority.strip()
    row.authority_on, row.authority_by = (timezone.localdate(), author) if row.authority else (None, None)
    row.save(update_fields=["authority", "authority_on", "authority_by"])
    return row
