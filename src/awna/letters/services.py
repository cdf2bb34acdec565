"""Open a letter, sign it, confirm by mail, take the name back. An address is never told apart as known or unknown."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused
from awna.kit.mail import send_mail_text
from awna.kit.sealed import blind_index
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from .models import LetterText, OpenLetter, Signature

CONFIRM_HOURS = 72
MAIL_PAUSE_MINUTES = 10
CONFIRM_SALT = "awna.letters.confirm"
WITHDRAW_SALT = "awna.letters.withdraw"
WRITERS = ("steward", "coordinator")


@dataclass(frozen=True)
class LetterCount:
    """Confirmed signatures under one letter."""

    people: int
    organisations: int
    people_named: int


@transaction.atomic
def open_letter(*, campaign: Campaign, code: str, title: str, text: str, language: str, author: Role) -> OpenLetter:
    """Publish a letter for signing. The same code again gives the same letter; its wording does not change once signed."""
    refuse_unless_role(author, *WRITERS, campaign=campaign)
    letter, made = OpenLetter.objects.get_or_create(
        campaign=campaign, code=code, defaults={"title": title, "text": text, "language": language}
    )
    if not made and (letter.title, letter.text) != (title, text):
        raise Refused(Problem("letter_text_fixed", "The letter “%(code)s” is open with other words. People signed those; open a new letter.",
                              {"code": code}, "text"))  # fmt: skip
    return letter


@transaction.atomic
def translate_letter(*, letter: OpenLetter, language: str, title: str, text: str, author: Role, state: str = "machine") -> LetterText:
    """Keep the letter in one more language."""
    refuse_unless_role(author, *WRITERS, campaign=letter.campaign)
    written, _made = LetterText.objects.update_or_create(
        letter=letter, language=language, defaults={"title": title, "text": text, "state": state}
    )
    return written


@transaction.atomic
def sign_letter(
    *,
    letter: OpenLetter,
    kind: str,
    name: str,
    email: str,
    place: str = "",
    office: str = "",
    show_name: bool = False,
    language: str = "en",
) -> None:
    """Take down a signature and mail a link that confirms it. Says the same whether the address signed before or not."""
    if letter.closed_on is not None:
        raise Refused(
            Problem("letter_closed", "This letter was closed on %(day)s. It takes no more signatures.", {"day": letter.closed_on})
        )
    if kind not in dict(Signature.KINDS):
        raise Refused(
            Problem("signature_kind_unknown", "“%(kind)s” is no way to sign. Choose a person or an organisation.", {"kind": kind}, "kind")
        )
    if not name.strip():
        raise Refused(Problem("signature_without_name", "A signature needs a name. Write one; it need not be your full name.", {}, "name"))
    if kind == Signature.ORGANISATION and not office.strip():
        raise Refused(
            Problem(
                "signature_without_office", "An organisation signs through someone. Write who signs for it, such as chair.", {}, "office"
            )
        )
    # The letter row serialises two signatures from one address.
    OpenLetter.objects.select_for_update().get(pk=letter.pk)
    signature = letter.signatures.filter(email_index=_index(letter, email)).first() or Signature(
        letter=letter, email_index=_index(letter, email)
    )
    if signature.state != Signature.CONFIRMED:
        signature.kind, signature.name, signature.place, signature.office = kind, name.strip(), place.strip(), office.strip()
        signature.email, signature.show_name, signature.language = email.strip(), show_name, language
    _mail_link(signature)
    signature.save()


@transaction.atomic
def confirm_signature(*, token: str) -> Signature:
    """Count the signature that this mailed link belongs to; twice is once. Refused when forged, older than 72 hours or withdrawn."""
    signature = find_signature(token=token, salt=CONFIRM_SALT, lock=True)
    if signature.state == Signature.PENDING:
        signature.state, signature.confirmed_at = Signature.CONFIRMED, timezone.now()
        signature.save(update_fields=["state", "confirmed_at"])
    return signature


@transaction.atomic
def withdraw_signature(*, token: str) -> OpenLetter:
    """Take a name back at any time: the signature stops counting and everything that tells who it was is deleted."""
    signature = find_signature(token=token, salt=WITHDRAW_SALT, lock=True)
    signature.state = Signature.WITHDRAWN
    signature.name = signature.place = signature.office = signature.email = ""
    signature.email_index, signature.show_name = None, False
    signature.save()
    return signature.letter


@transaction.atomic
def mail_withdrawal(*, letter: OpenLetter, email: str) -> None:
    """Mail the link that takes a name back, where this address signed; silent where it did not."""
    signature = letter.signatures.select_for_update().filter(email_index=_index(letter, email)).first()
    if signature is not None:
        _mail_link(signature)
        signature.save(update_fields=["mailed_at"])


def find_signature(*, token: str, salt: str, lock: bool = False) -> Signature:
    """The signature of a mailed link. Refused when the link was altered, is too old, or the name was taken back."""
    hours = timedelta(hours=CONFIRM_HOURS) if salt == CONFIRM_SALT else None
    try:
        key = signing.loads(token, salt=salt, max_age=hours)
    except signing.SignatureExpired as error:
        raise Refused(Problem("link_too_old", "This link is older than %(hours)s hours. Sign the letter again to get a new one.",
                              {"hours": CONFIRM_HOURS})) from error  # fmt: skip
    except signing.BadSignature as error:
        raise Refused(
            Problem("link_not_ours", "This link was not made by this site, or a part of it is missing. Copy the whole link from the mail.")
        ) from error
    rows = Signature.objects.select_for_update() if lock else Signature.objects
    signature = rows.filter(pk=key).first()
    if signature is None or signature.state == Signature.WITHDRAWN:
        raise Refused(Problem("signature_withdrawn", "This signature was taken back. Sign the letter again if you wish."))
    return signature


def count_signatures(letter: OpenLetter) -> LetterCount:
    kinds = list(letter.signatures.counted().values_list("kind", "show_name"))
    people = [shown for kind, shown in kinds if kind == Signature.PERSON]
    return LetterCount(people=len(people), organisations=len(kinds) - len(people), people_named=sum(people))


def confirm_token(signature: Signature) -> str:
    return signing.dumps(str(signature.pk), salt=CONFIRM_SALT)


def withdraw_token(signature: Signature) -> str:
    return signing.dumps(str(signature.pk), salt=WITHDRAW_SALT)


def _index(letter: OpenLetter, email: str) -> str:
    return blind_index(email, f"letters.{letter.pk}")


def _mail_link(signature: Signature) -> None:
    """One mail: how to confirm (if that is open) and how to take the name back. At most one in ten minutes for an address."""
    now = timezone.now()
    if signature.mailed_at is not None and now - signature.mailed_at < timedelta(minutes=MAIL_PAUSE_MINUTES):
        return
    signature.mailed_at = now
    with translation.override(signature.language):
        withdraw = _("To take your name back, today or in a year, open this link: %(link)s") % {
            "link": _link("withdraw_signature", signature, withdraw_token(signature))
        }
        if signature.state == Signature.CONFIRMED:
            first = _("Your signature under “%(title)s” is confirmed and counted.") % {"title": signature.letter.title}
        else:
            first = _("To sign “%(title)s” as %(name)s, open this link within %(hours)s hours: %(link)s") % {
                "title": signature.letter.title,
                "name": signature.name,
                "hours": CONFIRM_HOURS,
                "link": _link("confirm_signature", signature, confirm_token(signature)),
            }
        not_you = _("If this was not you, do nothing: without the link nothing is counted.")
        subject = _("Your signature under an open letter")
    send_mail_text(to=signature.email, subject=subject, body="\n\n".join([first, withdraw, not_you]) + "\n")


def _link(name: str, signature: Signature, token: str) -> str:
    return settings.AWNA_ORIGIN + reverse(name, kwargs={"slug": signature.letter.campaign.slug, "token": token})
