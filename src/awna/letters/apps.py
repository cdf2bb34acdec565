"""The room of open letters."""

from django.apps import AppConfig


class LettersConfig(AppConfig):
    name = "awna.letters"
