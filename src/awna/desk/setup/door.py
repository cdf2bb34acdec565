"""Who may set up: whoever knows the secret part of the page's address, until a campaign stands."""

import hmac
from hashlib import sha256

from django.conf import settings
from django.urls import reverse

from awna.parties.models import Campaign
from awna.parties.setup.models import SetUp
from awna.parties.setup.services import finished_lately


def setup_token() -> str:
    """The secret part of the first-run page's address; whoever reads the server's key folder knows it."""
    return hmac.new(settings.SECRET_KEY.encode(), b"awna first run", sha256).hexdigest()[:32]


def setup_address() -> str:
    return settings.AWNA_ORIGIN + reverse("set_up", kwargs={"token": setup_token()})


def is_known(token: str) -> bool:
    return hmac.compare_digest(token.encode(), setup_token().encode())


def setup_is_open(token: str) -> bool:
    """The pages answer with the right token and only until there is a campaign."""
    return is_known(token) and not Campaign.objects.exists()


def just_finished(token: str) -> SetUp | None:
    """The set-up whose links may still be read by whoever made it."""
    return finished_lately() if is_known(token) else None
