"""The room of volunteers, crews and hours."""

from django.apps import AppConfig


class CrewsConfig(AppConfig):
    name = "awna.crews"
