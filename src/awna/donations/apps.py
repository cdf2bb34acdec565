"""The room of gifts."""

from django.apps import AppConfig


class DonationsConfig(AppConfig):
    name = "awna.donations"
