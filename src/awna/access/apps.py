"""The room of crossings and what was reported about them."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "awna.access"
