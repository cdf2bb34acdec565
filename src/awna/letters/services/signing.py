"""Sign, confirm by the mailed code, hide, show, take back. An address is never told apart as known or unknown."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from awna.core.problems import Problem, Refused
from awna.kit.sealed import blind_index, open_bytes, seal_bytes
from awna.parties.forgotten.services import note_forgotten

from ..models import OpenLetter, Organisation, Signature, Waiting
from . import mailing
from .bodies import BODY_FIELDS, confirm_organisation, refuse_incomplete_body
from .codes import read_code, read_own_link
from .letters import closed_problem
from .together import Together

CONFIRM_HOURS = 72
QUEUE_MAX = 50_000  # sign-ups whose mail waits; more than an hour of mail is no service to anybody
PLACE = "letters.waiting"
PERSON, ORGANISATION = "person", "organisation"
SHORT_NAMES = {
    "name": "n",
    "place": "p",
    "show_name": "s",
    "email": "e",
    "language": "l",
    **{name: name[:1] + name[-1] for name in BODY_FIELDS},
}


def sign_letter(
    *, letter: OpenLetter, kind: str = PERSON, name: str, email: str, place: str = "", show_name: bool = False, language: str = "en",
    **body: str,
) -> None:  # fmt: skip
    """Take down a sign-up and mail a code that confirms it. Says the same whether the address signed before or not.

    `body` holds what only an organisation has: name_english, abbreviation, country, link, office, signatory.
    """
    if letter.closed_on is not None:
        raise Refused(closed_problem(letter))
    if kind not in (PERSON, ORGANISATION):
        raise Refused(
            Problem("signature_kind_unknown", "“%(kind)s” is no way to sign. Choose a person or an organisation.", {"kind": kind}, "kind")
        )
    if not name.strip():
        raise Refused(Problem("signature_without_name", "A signature needs a name. Write one; it need not be your full name.", {}, "name"))
    said: dict[str, Any] = {"name": name, "place": place, "show_name": show_name, "email": email, "language": language}
    if kind == ORGANISATION:
        refuse_incomplete_body(letter, name=name, **body)
        said |= body
    else:
        _refuse_body_words(body)
    _take_down(letter, kind, {key: value.strip() if isinstance(value, str) else value for key, value in said.items()})


def _refuse_body_words(body: dict[str, str]) -> None:
    if any(value.strip() for value in body.values()):
        raise Refused(
            Problem("person_with_office", "Only an organisation has an office or a short form. Sign for an organisation.", {}, "kind")
        )


@transaction.atomic
def _take_down(letter: OpenLetter, kind: str, said: dict[str, Any]) -> None:
    version = letter.version
    mark = bytes.fromhex(_index(letter, kind, said))[:16]
    signed = _signed(letter, kind, said)
    if signed is not None and signed.version_id == version.pk:
        mailing.mail_own_link(signed)
        return
    if Waiting.objects.unmailed().count() >= QUEUE_MAX:
        raise Refused(
            Problem("letter_queue_full", "Very many people sign at this moment. Nothing was lost: send the form again in an hour.")
        )
    values = {"version": version, "kind": kind[0], "sealed": _seal(said)}
    waiting, made = Waiting.objects.get_or_create(mark=mark, defaults={**values, "began_at": int(time.time())})
    if not made:
        for name, value in values.items():
            setattr(waiting, name, value)
        waiting.mailed_at = mailing.due_again(waiting.mailed_at)
        waiting.save()
    # Mails go out in the order of keys: what lies between the oldest that waits and this one is the queue, at most.
    oldest = Waiting.objects.unmailed().values_list("pk", flat=True).first()
    if oldest is not None and waiting.pk - oldest > QUEUE_MAX:
        raise Refused(
            Problem("letter_queue_full", "Very many people sign at this moment. Nothing was kept: send the form again in an hour.")
        )
    mailing.mail_soon()


def _signed(letter: OpenLetter, kind: str, said: dict[str, Any]) -> Signature | Organisation | None:
    """What this address signed already; for an organisation, under this name."""
    rows = Signature.objects if kind == PERSON else Organisation.objects
    return rows.filter(letter=letter, email_index=_index(letter, kind, said)).first()


def _index(letter: OpenLetter, kind: str, said: dict[str, Any]) -> str:
    """A keyed hash of the address for this letter; one person may sign for several organisations."""
    if kind == PERSON:
        return blind_index(said["email"], f"letters.{letter.pk}")
    return blind_index(f"{said['email'].strip().casefold()}\x1f{said['name'].strip().casefold()}", f"letters.{letter.pk}.bodies")


def _seal(said: dict[str, Any]) -> bytes:
    short = {SHORT_NAMES[name]: value for name, value in said.items() if value not in ("", False)}
    return seal_bytes(json.dumps(short, ensure_ascii=False, separators=(",", ":")).encode(), place=PLACE)


def open_waiting(waiting: Waiting) -> dict[str, Any]:
    """What was typed into the form of this sign-up."""
    short = json.loads(open_bytes(bytes(waiting.sealed), place=PLACE))
    return {name: short.get(key, False if name == "show_name" else "") for name, key in SHORT_NAMES.items()}


# -- confirm ---------------------------------------------------------------------------------------------------------


@dataclass
class Confirmation:
    """One code to be confirmed, with what its bearer corrected on the page; then the row, or why not."""

    number: int
    changes: dict[str, Any] = field(default_factory=dict)
    row: Signature | Organisation | None = None
    problem: Problem | None = None


def confirm_signature(*, token: str, **changes: Any) -> Signature | Organisation:
    """Count the signature that this code belongs to; twice is once. Refused when forged, older than 72 hours or withdrawn.

    `changes` are name, place and show_name as corrected on the page: who has the code has the address.
    Several at the same time share one commit, because a durable one costs more than the rest.
    """
    asked = Confirmation(read_code(token), changes)
    if connection.in_atomic_block:
        confirm_together([asked])
    else:
        _together.run(asked)
    if asked.problem is not None or asked.row is None:
        raise Refused(asked.problem or _gone())
    return asked.row


def _confirm_or_give_back(together: list[Confirmation]) -> None:
    """One commit for all. If it fails, each tries alone, so that one cannot spoil the others' signatures."""
    try:
        confirm_together(together)
    except Exception:
        if len(together) == 1:
            together[0].problem = _try_again()
            raise
        for one in together:
            one.row = one.problem = None
            try:
                confirm_together([one])
            except Exception:
                one.problem = _try_again()


_together = Together(_confirm_or_give_back)


@transaction.atomic
def confirm_together(asked: list[Confirmation]) -> None:
    """Confirm many codes in one transaction; each gets its row or its problem."""
    numbers = {one.number for one in asked}
    # Lock in the order of keys: two transactions never wait for each other.
    found = {
        row.pk: row for row in Waiting.objects.select_for_update().filter(pk__in=numbers).order_by("pk").select_related("version__letter")
    }
    said = {number: open_waiting(row) for number, row in found.items()}
    before = {row.sign_up: row for row in Signature.objects.filter(sign_up__in=numbers)}
    _confirm_people([row for row in found.values() if row.kind == Waiting.PERSON], said, {one.number: one.changes for one in asked}, before)
    for row in found.values():
        if row.kind == Waiting.ORGANISATION and not _is_late(row):
            confirm_organisation(row, said[row.pk], index=_index(row.version.letter, ORGANISATION, said[row.pk]))
    kept = {row.sign_up: row for row in Organisation.objects.filter(sign_up__in=numbers - before.keys())}
    Waiting.objects.filter(pk__in=[row.pk for row in found.values() if row.pk in before or row.pk in kept]).delete()
    for one in asked:
        one.row = before.get(one.number) or kept.get(one.number)
        if one.row is None:
            one.problem = _late() if one.number in found else _gone()
        elif one.row.state == Signature.WITHDRAWN:
            one.problem = _withdrawn()


def _confirm_people(
    rows: list[Waiting], said: dict[int, dict[str, Any]], changes: dict[int, dict[str, Any]], before: dict[Any, Signature]
) -> None:
    """Write those who are new; who signed an earlier wording moves to the one that was shown."""
    rows = [row for row in rows if row.pk not in before and not _is_late(row)]
    index = {row.pk: _index(row.version.letter, PERSON, said[row.pk]) for row in rows}
    earlier = {row.email_index: row for row in Signature.objects.filter(email_index__in=list(index.values()))}
    now, new = timezone.now(), []
    for row in rows:
        typed = said[row.pk] | changes[row.pk]
        signature = earlier.get(index[row.pk]) or Signature(letter=row.version.letter, email_index=index[row.pk])
        signature.version, signature.sign_up, signature.confirmed_at, signature.mailed_at = row.version, row.pk, now, None
        signature.name, signature.place, signature.show_name = typed["name"], typed["place"], bool(typed["show_name"])
        signature.email, signature.language = typed["email"], typed["language"]
        if signature._state.adding:
            new.append(signature)
        else:
            signature.save()
        before[row.pk] = signature
    Signature.objects.bulk_create(new)


def find_waiting(*, token: str) -> Waiting | Signature | Organisation:
    """What a code belongs to: a sign-up that waits, or the signature that it became. Refused when there is neither."""
    number = read_code(token)
    waiting = Waiting.objects.filter(pk=number).select_related("version__letter").first()
    if waiting is not None and _is_late(waiting):
        raise Refused(_late())
    found = waiting or Signature.objects.filter(sign_up=number).first() or Organisation.objects.filter(sign_up=number).first()
    if found is None:
        raise Refused(_gone())
    if not isinstance(found, Waiting) and found.state == Signature.WITHDRAWN:
        raise Refused(_withdrawn())
    return found


def purge_unconfirmed(now: float | None = None) -> int:
    """Delete every sign-up that nobody confirmed within 72 hours; return how many."""
    return Waiting.objects.filter(began_at__lt=int(now or time.time()) - CONFIRM_HOURS * 3600).delete()[0]


# -- hide, show, take back -------------------------------------------------------------------------------------------


@transaction.atomic
def show_signature(*, token: str, shown: bool) -> Signature | Organisation:
    """Hide a name or show it again; it counts all the same."""
    row = find_signature(token=token, lock=True)
    if isinstance(row, Organisation):
        row.hidden = not shown
        row.save(update_fields=["hidden"])
    else:
        row.show_name = shown
        row.save(update_fields=["show_name"])
    return row


@transaction.atomic
def withdraw_signature(*, token: str) -> OpenLetter:
    """Take a name back at any time: the signature stops counting and everything that tells who it was is deleted."""
    row = find_signature(token=token, lock=True)
    letter = row.letter
    note_forgotten(kind="signature", subject=row.pk)
    row.state, row.email, row.email_index, row.mailed_at = Signature.WITHDRAWN, "", None, None
    if isinstance(row, Organisation):
        for name in ("name", "place", *BODY_FIELDS):
            setattr(row, name, "")
        row.name_key, row.authority, row.authority_on = None, "", None
    else:
        row.name, row.place, row.show_name = "", "", False
    row.save()
    return letter


@transaction.atomic
def mail_withdrawal(*, letter: OpenLetter, email: str) -> None:
    """Mail the link to one's own signature, where this address signed; silent where it did not."""
    signature = letter.signatures.select_for_update().filter(email_index=_index(letter, PERSON, {"email": email})).first()
    if signature is not None:
        mailing.mail_own_link(signature)


def find_signature(*, token: str, lock: bool = False) -> Signature | Organisation:
    """The signature of a lasting link. Refused when the link was altered, or the name was taken back."""
    kind, key = read_own_link(token)
    model = Organisation if kind == "o" else Signature
    rows = model.objects.select_for_update() if lock else model.objects.select_related("letter", "version")
    row = rows.filter(pk=key).first()
    if row is None or row.state == Signature.WITHDRAWN:
        raise Refused(_withdrawn())
    return row


def _is_late(row: Waiting) -> bool:
    return row.began_at < time.time() - CONFIRM_HOURS * 3600


def _late() -> Problem:
    return Problem(
        "link_too_old", "This code is older than %(hours)s hours. Sign the letter again to get a new one.", {"hours": CONFIRM_HOURS}
    )


def _gone() -> Problem:
    return Problem(
        "signature_unknown", "No sign-up waits for this code: it is older than three days. Sign the letter again to get a new one."
    )


def _try_again() -> Problem:
    return Problem("signature_not_kept", "Your signature could not be written just now. Nothing was lost: press the button again.")


def _withdrawn() -> Problem:
    return Problem("signature_withdrawn", "This signature was taken back. Sign the letter again if you wish.")
