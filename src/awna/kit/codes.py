"""A code of six digits sent by mail: whoever types it again has read that mailbox."""

import hmac
import secrets
import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import models
from django.utils import timezone

from awna.core.problems import Problem

from .sealed import blind_index

CODE_DIGITS = 6
CODE_TRIES_MAX = 5
CODE_HOURS = 24
MAIL_PAUSE_MINUTES = 10


class MailedCode(models.Model):
    """Columns of a row that waits for its code."""

    code_digest = models.CharField(max_length=64, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True, blank=True)

    field_classes = {"code_digest": "I", "code_tries": "I", "mailed_at": "I"}

    class Meta:
        abstract = True

    def may_be_mailed(self, now: datetime) -> bool:
        """At most one mail in ten minutes for an address, so that nobody's mailbox is flooded through our form."""
        return self.mailed_at is None or now - self.mailed_at >= timedelta(minutes=MAIL_PAUSE_MINUTES)

    def new_code(self, now: datetime) -> str:
        """Draw a code and keep its keyed digest; the row is saved by the caller."""
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        self.code_digest, self.code_tries, self.mailed_at = self._digest(code), 0, now
        return code

    def try_code(self, typed: str) -> list[Problem]:
        """Compare and count the try; the caller saves the count before it refuses."""
        if not self.code_digest or self.mailed_at is None or timezone.now() - self.mailed_at > timedelta(hours=CODE_HOURS):
            return [Problem("code_too_old", "This code is older than %(hours)s hours or was used. Send the form again to get a new one.",
                            {"hours": CODE_HOURS}, "code")]  # fmt: skip
        if self.code_tries >= CODE_TRIES_MAX:
            return [Problem("code_tried_too_often", "This code was tried %(n)s times. Send the form again to get a new one.",
                            {"n": CODE_TRIES_MAX}, "code")]  # fmt: skip
        self.code_tries += 1
        if not hmac.compare_digest(self.code_digest, self._digest(plain_digits(typed))):
            return [Problem("code_wrong", "That is not the code of the last mail. Look again; %(left)s tries are left.",
                            {"left": CODE_TRIES_MAX - self.code_tries}, "code")]  # fmt: skip
        return []

    def _digest(self, code: str) -> str:
        # Few codes are possible: the key outside the database keeps them from being found by trying all.
        return blind_index(sha256(f"{self.pk}|{code}".encode()).hexdigest(), "kit.codes")


def plain_digits(typed: str) -> str:
    """The digits of what was typed, in any script, without blanks and dashes."""
    return "".join(str(unicodedata.digit(mark)) for mark in typed if mark.isdigit())
