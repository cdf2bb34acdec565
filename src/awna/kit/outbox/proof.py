"""A test mail: it says what is wrong with the settings, and its code, typed again, proves that mail arrives."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from awna.core.problems import Problem, Refused

from .courier import Courier, Letter, refuse_broken_header
from .judging import LEFT, Outcome
from .models import MailProof

TEST_TIMEOUT_S = 10
TESTS_PER_HOUR_MAX = 10
KEPT_IN_FILES = "django.core.mail.backends.filebased.EmailBackend"


def send_test(*, to: str) -> tuple[MailProof, Outcome]:
    """Send one test mail with a code, now. Whatever is wrong comes back in words; Refused after too many in an hour."""
    refuse_broken_header(to)
    now = timezone.now()
    if MailProof.objects.filter(mailed_at__gt=now - timedelta(hours=1)).count() >= TESTS_PER_HOUR_MAX:
        raise Refused(
            Problem("too_many_tests", "More than %(n)s test mails were sent within an hour. Wait an hour.", {"n": TESTS_PER_HOUR_MAX})
        )
    proof = MailProof(settings_digest=digest_of_settings())
    code = proof.new_code(now)
    proof.save(force_insert=True)
    if settings.EMAIL_BACKEND == KEPT_IN_FILES:
        problem = Problem("mail_is_not_sent", "Mail is not sent but kept in %(place)s.", {"place": settings.EMAIL_FILE_PATH})
        return proof, Outcome("down", problem, "AWNA_EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend")
    lines = [
        _("Your code: %(code)s") % {"code": code},
        _("Type it on the page or into the command that sent this mail. Then it is proven that mail of %(site)s arrives.")
        % {"site": settings.AWNA_ORIGIN},
        _("If you did not ask for it, do nothing."),
    ]
    with Courier(timeout_s=TEST_TIMEOUT_S) as courier:
        outcome = courier.carry(Letter(to, _("A test mail of Awna"), "\n\n".join(lines) + "\n", number=str(proof.pk)))
    return proof, outcome


def prove(*, code: str) -> MailProof:
    """Write down that the last test mail arrived. A wrong code counts as a try; Refused where there is no test, or settings changed since."""
    with transaction.atomic():
        proof = MailProof.objects.select_for_update().filter(proven_at=None).order_by("-mailed_at").first()
        if proof is None:
            raise Refused(Problem("no_test_waits", "No test mail waits for its code. Send one first.", {}, "code"))
        problems = proof.try_code(code)
        if not problems and proof.settings_digest != digest_of_settings():
            problems = [
                Problem("settings_changed_since_test", "The mail settings changed after this mail was sent. Send a new test.", {}, "code")
            ]
        if not problems:
            proof.proven_at, proof.code_digest = timezone.now(), ""
            MailProof.objects.exclude(pk=proof.pk).filter(settings_digest=proof.settings_digest).delete()
        proof.save(update_fields=["code_tries", "code_digest", "proven_at"])
    # Refused outside the transaction, or the count of tries would be taken back with it.
    if problems:
        raise Refused(problems)
    return proof


def proven_at() -> datetime | None:
    """When somebody last proved that mail arrives with the settings of today."""
    found = MailProof.objects.filter(settings_digest=digest_of_settings()).exclude(proven_at=None)
    return found.order_by("-proven_at").values_list("proven_at", flat=True).first()


def digest_of_settings() -> str:
    """Changes with each setting that decides whether mail arrives; the password is not in it."""
    parts = [
        settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL,
        settings.DEFAULT_FROM_EMAIL, settings.AWNA_EMAIL_BOUNCES_TO,
    ]  # fmt: skip
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def is_sent(outcome: Outcome) -> bool:
    return outcome.what == LEFT
