"""The room of the release of funds."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "awna.approvals"
