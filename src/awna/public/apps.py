"""The public face as a Django application; it has no tables of its own."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "awna.public"
