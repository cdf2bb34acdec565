"""The room of gifts."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class DonationsConfig(AppConfig):
    name = "awna.donations"

    def ready(self) -> None:
        from .checks import check_receipt_guards

        register(check_receipt_guards, Tags.database)
