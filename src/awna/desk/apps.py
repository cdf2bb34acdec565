"""The desk as a Django application."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "awna.desk"

    def ready(self) -> None:
        from .questions import follow_answers

        follow_answers()
