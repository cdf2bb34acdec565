"""Django's handle on the consent room."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "awna.consent"
    verbose_name = "Consent"
