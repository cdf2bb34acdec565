"""How a book is governed with keys: the founding ceremony, new policies and their waits, and what one steward may stop alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.consent import services as consent
from awna.consent.models import FoundingWord, Proposal, StewardKey
from awna.consent.services import Signed
from awna.core.consent import policy as core_policy
from awna.core.consent import signatures
from awna.core.consent.quorum import word_code
from awna.core.consent.rules import Rules, read_rules
from awna.core.digest import digest_of
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models import Book, Entry
from .acts import first_answer
from .posting import file_in_log, found_with_keys, next_seq, post_entry
from .proposals import policy_in_force

PASSKEYS_WANTED = 2
FOUND = "found"


@dataclass(frozen=True)
class Standing:
    """One steward in the ceremony: her keys, those that have signed, and what she still lacks (`passkey`, `second_passkey`, `paper`)."""

    steward: Role
    keys: tuple[StewardKey, ...]
    signed: tuple[StewardKey, ...]
    missing: tuple[str, ...]


# -- founding -------------------------------------------------------------------------------------------------------


def ceremony_of(book: Book) -> list[Standing]:
    """Each steward with her keys and signatures, as the founding stands now; after it, as the policy in force names them."""
    digest = founding_digest(book) if _waits(book) else ""
    return [_standing(role, digest) for role in _stewards(book)]


def founding_policy(book: Book) -> core_policy.Policy:
    """The first policy as the stewards and keys of this moment would make it."""
    founding = book.campaign.founding
    stewards = _stewards(book)
    keys = StewardKey.objects.filter(steward__in=stewards).order_by("made_at")
    return core_policy.Policy(
        str(book.pk), book.origin, founding.required, tuple(sorted(str(role.pk) for role in stewards)),
        keys=tuple(key.core for key in keys), rules=read_rules(founding.said_rules))  # fmt: skip


def founding_payload(book: Book) -> dict[str, Any]:
    """What every key signs: the payload of entry 0 without the signatures."""
    return core_policy.policy_payload(founding_policy(book))


def founding_digest(book: Book) -> str:
    return digest_of(founding_payload(book))


@transaction.atomic
def sign_founding(*, book: Book, key: StewardKey, signed: Signed, request_id: str) -> Entry | None:
    """Keep one key's signature on the first policy; when the last key has signed, entry 0 is posted and returned."""
    first = Entry.objects.filter(book=book, seq=0).first()
    if first is not None:
        return first
    next_seq(book)  # one at a time: the last two may sign at once
    policy = founding_policy(book)
    problems = core_policy.check_policy(policy)
    if problems:
        raise Refused(problems)
    digest = founding_digest(book)
    known = FoundingWord.objects.filter(key=key, digest=digest).first()
    if known is None:
        if key.fingerprint != signed.key or str(key.steward_id) not in policy.stewards:
            raise Refused(Problem("key_of_another_steward", "This key is not one of yours. Sign with a key that you enrolled."))
        challenge = signatures.founding_challenge(policy, nonce=consent.nonce_of(signed))
        consent.verify(signed=signed, key=key, about=f"{FOUND}:{digest}", challenge=challenge)
        consent.keep_founding_word(key=key, digest=digest, signed=signed)
    words = FoundingWord.objects.filter(key__campaign=book.campaign, digest=digest).select_related("key")
    if {word.key.fingerprint for word in words} != {one.id for one in policy.keys}:
        return None
    founding = tuple(_signed_value(word) for word in words)
    return found_with_keys(book, policy=replace(policy, founding=founding), author=key.steward)


# -- later policies -------------------------------------------------------------------------------------------------


@transaction.atomic
def propose_policy(
    *, book: Book, required: int | None = None, stewards: Sequence[Role] | None = None, add: Sequence[StewardKey] = (),
    drop: Sequence[StewardKey] = (), rules: Mapping[str, Any] | None = None, by_paper: bool = False, filed_by: Role, expires_on: date,
    request_id: str,
) -> Proposal:  # fmt: skip
    """Ask the stewards of the policy in force for another one: number, people, keys, rules. What is not named stays as it is.

    In a book by name all present stewards are named. `by_paper`: the keys on paper of all stewards but one decide, after the long wait.
    """
    known = Proposal.objects.filter(campaign=book.campaign, request_id=request_id).first()
    if known is not None:
        return known
    old = policy_in_force(book)
    people = _people(book, old, stewards)
    new = core_policy.Policy(
        old.book, old.origin, required or old.k, people, old.epoch + 1, _keys(book, old, people, add, drop),
        rules=_rules(old.rules, people) if rules is None else read_rules(rules), by=core_policy.PAPER if by_paper else "")  # fmt: skip
    if replace(new, epoch=old.epoch, founding=old.founding, by=old.by) == replace(old, stewards=people, keys=new.keys) and _same(old, new):
        raise Refused(
            Problem("policy_is_the_same", "The stewards and their number are those of the policy in force. Nothing needs to change.")
        )
    wait = old.rules.recovery_wait if by_paper else old.rules.change_wait
    problems = core_policy.check_policy(new)
    if expires_on < timezone.localdate() + timedelta(days=wait):
        problems.append(
            Problem(
                "policy_expires_in_its_wait", "A new policy waits %(days)s days. Let the proposal run longer.", {"days": wait}, "expires_on"
            )
        )
    if problems:
        raise Refused(problems)
    proposal = consent.file_proposal(
        campaign=book.campaign, purpose="policy", payload={"required": new.k, "payload": core_policy.policy_payload(new)},
        filed_by=filed_by, expires_on=expires_on, request_id=request_id)  # fmt: skip
    file_in_log(book, proposal=proposal)
    return proposal


@transaction.atomic
def renew_policy(*, proposal: Proposal, author: Role) -> Entry:
    """Put the new policy in force: enough stewards of the old one approved exactly it, and its wait is over."""
    book, request_id = proposal.campaign.book, f"policy:{proposal.pk}"
    first = first_answer(book, request_id=request_id, kind="policy")
    if first is not None:
        return first
    payload = dict(proposal.content.get("payload") or {})
    if proposal.purpose != "policy" or payload.get("epoch") != policy_in_force(book).epoch + 1:
        raise Refused(Problem("policy_not_next", "This proposal is not the next policy of this book. File it again."))
    entry = post_entry(book=book, kind="policy", rows=(), author=author, request_id=request_id,
                       proposal=proposal, memo=payload)  # fmt: skip
    new = core_policy.read_policy(payload)
    consent.set_policy(campaign=book.campaign, required=new.k, author=author, proposal=proposal, policy=new)
    return entry


# -- parts ----------------------------------------------------------------------------------------------------------


def _waits(book: Book) -> bool:
    return hasattr(book.campaign, "founding") and not Entry.objects.filter(book=book, seq=0).exists()


def _stewards(book: Book) -> list[Role]:
    """One role for each person: of a person with two the same one every time."""
    roles = Role.objects.filter(campaign=book.campaign, name="steward", ended_on=None).select_related("user").order_by("began_on", "pk")
    return list({role.user_id: role for role in roles}.values())


def _standing(role: Role, digest: str) -> Standing:
    keys = tuple(StewardKey.objects.filter(steward=role).select_related("founding_word").order_by("made_at"))
    passkeys = sum(key.kind == core_policy.PASSKEY for key in keys)
    missing = ["passkey"] * (passkeys == 0) + ["second_passkey"] * (passkeys < PASSKEYS_WANTED)
    missing += ["paper"] * (not any(key.kind == core_policy.PAPER for key in keys))
    signed = tuple(key for key in keys if getattr(key, "founding_word", None) and key.founding_word.digest == digest)
    return Standing(role, keys, signed, tuple(missing))


def _people(book: Book, old: core_policy.Policy, stewards: Sequence[Role] | None) -> tuple[str, ...]:
    if stewards is not None:
        if any(role.name != "steward" or role.campaign_id != book.campaign_id for role in stewards):
            raise Refused(Problem("not_a_steward", "A policy names stewards of this campaign. Give them the role first.", {}, "stewards"))
        return tuple(sorted(str(role.pk) for role in stewards))
    return tuple(sorted(old.stewards)) if old.keys else tuple(sorted(str(role.pk) for role in _stewards(book)))


def _keys(
    book: Book, old: core_policy.Policy, people: tuple[str, ...], add: Sequence[StewardKey], drop: Sequence[StewardKey]
) -> tuple[core_policy.StewardKey, ...]:
    """The keys of those who stay, without the dropped ones, with those added and all keys of people who are new."""
    if not old.keys and not add:
        return ()
    gone, fresh = {key.fingerprint for key in drop}, [person for person in people if person not in old.stewards]
    enrolled = StewardKey.objects.filter(campaign=book.campaign, steward__in=fresh)
    _refuse_unproven([key for key in (*add, *enrolled) if key.fingerprint not in gone])
    found = {key.id: key for key in old.keys if key.steward in people} | {key.fingerprint: key.core for key in (*add, *enrolled)}
    return tuple(key for name, key in sorted(found.items()) if name not in gone)


def _refuse_unproven(keys: Sequence[StewardKey]) -> None:
    """A key that cannot sign would be found out only when it is needed."""
    unproven = [word_code(key.fingerprint) for key in keys if not consent.is_proven(key)]
    if unproven:
        raise Refused(Problem(
            "key_not_proven", "These keys have not signed yet: %(codes)s. Their stewards open “My keys” and show that each of them signs.",
            {"codes": ", ".join(unproven)}, "add"))  # fmt: skip


def _rules(rules: Rules, people: tuple[str, ...]) -> Rules:
    """The old rules, without the offices and households of people who left."""
    return replace(
        rules, offices=tuple(pair for pair in rules.offices if pair[0] in people),
        households=tuple(pair for pair in rules.households if pair[0] in people))  # fmt: skip


def _same(old: core_policy.Policy, new: core_policy.Policy) -> bool:
    return sorted(old.stewards) == sorted(new.stewards) and {key.id for key in old.keys} == {key.id for key in new.keys}


def _signed_value(word: FoundingWord) -> dict[str, str]:
    return Signed(word.key.fingerprint, word.nonce, word.signature, word.auth, word.client).value
