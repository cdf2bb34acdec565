"""How what was forgotten or taken away is so again after a restore from an older backup: every room by its own service."""

from collections.abc import Callable

from awna.campaigns.models import Registration, Subscription
from awna.campaigns.services import cancel_guest, cancel_token, end_subscription, stop_token
from awna.donations.models import Donor, Gift
from awna.donations.services import erase_donor
from awna.letters.models import Organisation, Signature
from awna.letters.services import withdraw_signature, withdraw_token
from awna.parties.forgotten.services import forget_again, write_out
from awna.parties.models import Role, User
from awna.parties.people.roles import deactivate_again, end_again
from awna.voices.models import Voice
from awna.voices.services import delete_voice


def _donor(key: str) -> None:
    for donor in Donor.objects.filter(pk=key):
        erase_donor(donor)


def _gift(key: str) -> None:
    for gift in Gift.objects.filter(pk=key).select_related("donor"):
        erase_donor(gift.donor, gifts=[gift])


def _signature(key: str) -> None:
    for model in (Signature, Organisation):
        for row in model.objects.filter(pk=key).exclude(state=Signature.WITHDRAWN):
            withdraw_signature(token=withdraw_token(row))


def _reader(key: str) -> None:
    for row in Subscription.objects.filter(pk=key):
        end_subscription(token=stop_token(row))


def _guest(key: str) -> None:
    for row in Registration.objects.filter(pk=key).exclude(state=Registration.CANCELLED):
        cancel_guest(token=cancel_token(row))


def _voice(key: str) -> None:
    for row in Voice.objects.filter(pk=key):
        delete_voice(voice=row)


def _role(key: str) -> None:
    for row in Role.objects.filter(pk=key.partition(":")[0], ended_on=None).select_related("campaign", "section", "user"):
        end_again(role=row)


def _person(key: str) -> None:
    for row in User.objects.filter(pk=key.partition(":")[0], is_active=True):
        deactivate_again(person=row)


WAYS: dict[str, Callable[[str], None]] = {
    "donor": _donor,
    "gift": _gift,
    "signature": _signature,
    "reader": _reader,
    "guest": _guest,
    "voice": _voice,
    "role": _role,
    "person": _person,
}


def keep_forgotten() -> int:
    """Forget again what a restore brought back, and write down elsewhere what was forgotten here; how many were forgotten again."""
    again = forget_again(WAYS)
    write_out()
    return again
