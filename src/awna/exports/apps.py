"""The exports as a Django application."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "awna.exports"
