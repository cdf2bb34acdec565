"""The room of complaints and feedback."""

from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "awna.voices"
