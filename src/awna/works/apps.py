"""The room of tasks, plans and progress."""

from django.apps import AppConfig


class WorksConfig(AppConfig):
    name = "awna.works"
