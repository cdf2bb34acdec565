"""The room of people and bodies."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "awna.parties"
