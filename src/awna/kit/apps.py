"""The kit as a Django application."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "awna.kit"

    def ready(self) -> None:
        from . import checks, sqlite

        checks.register_checks()
        sqlite.watch_connections()
