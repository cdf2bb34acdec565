"""The kit's rows: mails and notices on their way."""

from .notices.models import Notice, NoticeChoice
from .outbox.models import DeadAddress, Mail, MailProof, SentHour

__all__ = ["DeadAddress", "Mail", "MailProof", "Notice", "NoticeChoice", "SentHour"]
