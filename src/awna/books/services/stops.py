"""What one steward does alone: stop a key, stop the book, say no in the log. Each is a public memo; none of them ever pays."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.consent import services as consent
from awna.consent.models import Decision, Pause, Proposal, StewardKey, Suspension
from awna.consent.services import Signed
from awna.core.consent import measures, signatures
from awna.core.digest import digest_of
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Book, Entry
from .acts import first_answer
from .posting import file_in_log, post_entry
from .proposals import policy_in_force, suspensions_of


def suspension_payload(*, book: Book, key: StewardKey, steward: Role, until: date) -> dict[str, Any]:
    """What a steward signs to suspend a key from today."""
    return measures.suspend_payload(_suspension(key, steward, until), book=str(book.pk))


@transaction.atomic
def suspend_key(
    *, book: Book, key: StewardKey, steward: Role, until: date, signed: Signed, reason: str = "", request_id: str
) -> Suspension:  # fmt: skip
    """Stop a key for a few days, by any one steward. What it signs in them does not count, and nothing rests on it until then."""
    known = first_answer(book, request_id=request_id, kind="memo")
    if known is not None:
        return Suspension.objects.get(key__campaign=book.campaign, entry_seq=known.seq)
    policy, asked = policy_in_force(book), _suspension(key, steward, until)
    problems = measures.check_suspension(policy, asked=asked, earlier=suspensions_of(book), sealed_by=signed.key if signed else "")
    if problems:
        raise Refused(problems)
    entry = _say(book, steward, suspension_payload(book=book, key=key, steward=steward, until=until), signed, request_id)
    return consent.keep_suspension(key=key, by=steward, since=entry.effective_date, until=until, entry_seq=entry.seq, reason=reason)


def pause_payload(*, book: Book, steward: Role, until: date) -> dict[str, Any]:
    """What a steward signs to stop the book from today."""
    return measures.pause_payload(_pause(steward, until), book=str(book.pk))


@transaction.atomic
def pause(*, book: Book, steward: Role, until: date, signed: Signed | None = None, reason: str = "", request_id: str) -> Pause:
    """Stop everything that rests on the stewards for some days, by any one of them. Gifts, refusals and the bank's own facts go on."""
    known = first_answer(book, request_id=request_id, kind="memo")
    if known is not None:
        return Pause.objects.get(campaign=book.campaign, entry_seq=known.seq)
    earlier = [
        measures.Pause(str(one.by_id), one.since.isoformat(), one.until.isoformat(), one.ended_by_id is not None)
        for one in Pause.objects.filter(campaign=book.campaign)
    ]
    problems = measures.check_pause(
        policy_in_force(book), asked=_pause(steward, until), earlier=earlier, suspensions=suspensions_of(book),
        sealed_by=signed.key if signed else "")  # fmt: skip
    if problems:
        raise Refused(problems)
    entry = _say(book, steward, pause_payload(book=book, steward=steward, until=until), signed, request_id)
    return consent.keep_pause(
        campaign=book.campaign, by=steward, since=entry.effective_date, until=until, entry_seq=entry.seq, reason=reason
    )


def standing_pause(book: Book) -> Pause | None:
    """The pause that holds today and lasts longest."""
    return Pause.objects.filter(campaign=book.campaign, until__gte=timezone.localdate(), ended_by=None).order_by("-until").first()


@transaction.atomic
def propose_resume(*, book: Book, filed_by: Role, expires_on: date, request_id: str) -> Proposal:
    """Ask the stewards to go on before the pause ends by itself."""
    known = Proposal.objects.filter(campaign=book.campaign, request_id=request_id).first()
    if known is not None:
        return known
    standing = standing_pause(book)
    if standing is None:
        raise Refused(Problem("book_is_not_paused", "Nothing is paused; there is nothing to resume."))
    proposal = consent.file_proposal(
        campaign=book.campaign, purpose=measures.RESUME, payload={"payload": measures.resume_payload(standing.entry_seq)},
        filed_by=filed_by, expires_on=expires_on, request_id=request_id)  # fmt: skip
    file_in_log(book, proposal=proposal)
    return proposal


@transaction.atomic
def resume(*, proposal: Proposal, author: Role) -> Entry:
    """End the pause that the stewards agreed to end."""
    book, request_id = proposal.campaign.book, f"resume:{proposal.pk}"
    first = first_answer(book, request_id=request_id, kind="memo")
    if first is not None:
        return first
    payload = dict(proposal.content.get("payload") or {})
    standing = Pause.objects.select_for_update().filter(
        campaign=book.campaign, entry_seq=int(payload.get("pause", -1)), ended_by=None, until__gte=timezone.localdate()).first()  # fmt: skip
    if proposal.purpose != measures.RESUME or standing is None:
        raise Refused(Problem("book_is_not_paused", "This pause is over already; there is nothing to resume."))
    if not consent.is_approved(proposal):
        raise Refused(Problem("proposal_not_approved", "Not enough stewards have agreed to go on. Wait for the others."))
    entry = post_entry(book=book, kind="memo", rows=(), author=author, request_id=request_id, proposal=proposal, memo=payload)
    consent.end_pause(pause=standing, by=proposal)
    return entry


def decline_payload(*, proposal: Proposal, steward: Role) -> dict[str, Any]:
    """What a steward signs when her no goes into the log today."""
    return measures.declined_payload(
        book=str(proposal.campaign.book.pk), steward=str(steward.pk), proposal=str(proposal.pk), date=timezone.localdate().isoformat()
    )


@transaction.atomic
def record_decline(*, proposal: Proposal, steward: Role, signed: Signed | None = None, request_id: str) -> Entry | None:
    """Say in the log that this steward declined; the reason stays on the page. None for what is not in the log."""
    book = proposal.campaign.book
    first = first_answer(book, request_id=request_id, kind="memo")
    if first is not None:
        return first
    if not Entry.objects.filter(book=book, kind="memo", proposal=proposal).exists():
        return None
    if not proposal.decisions.filter(steward=steward, choice=Decision.DECLINE).exists():
        raise Refused(Problem("nothing_declined", "This steward has not declined this proposal."))
    return _say(book, steward, decline_payload(proposal=proposal, steward=steward), signed, request_id)


def _say(book: Book, steward: Role, payload: Mapping[str, Any], signed: Signed | None, request_id: str) -> Entry:
    """Post a steward's own statement, sealed by her key where the book has keys."""
    if policy_in_force(book).keys:
        if signed is None:
            raise Refused(Problem("decision_not_signed", "This book counts signatures only. Sign with one of your keys."))
        key, epoch = consent.find_key(signed=signed, steward=steward), consent.current_epoch(book.campaign)
        if epoch is not None:
            consent.refuse_dead_key(key, epoch=epoch, on=timezone.localdate())
        challenge = signatures.statement_challenge(payload, nonce=consent.nonce_of(signed))
        consent.verify(signed=signed, key=key, about=f"{payload['about']}:{digest_of(payload)}", challenge=challenge)
    sealed = measures.sealed_payload(payload, seal=signed.value if signed else None)
    return post_entry(
        book=book, kind="memo", rows=(), author=steward, request_id=request_id, effective_date=timezone.localdate(), memo=sealed
    )


def _suspension(key: StewardKey, steward: Role, until: date) -> measures.Suspension:
    return measures.Suspension(key.fingerprint, str(steward.pk), timezone.localdate().isoformat(), until.isoformat())


def _pause(steward: Role, until: date) -> measures.Pause:
    return measures.Pause(str(steward.pk), timezone.localdate().isoformat(), until.isoformat())
