"""The room of sites, the budget tree, goals, updates and events."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "awna.campaigns"
