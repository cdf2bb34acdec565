"""The room of items, orders, consignments and stores."""

from django.apps import AppConfig


class SupplyConfig(AppConfig):
    name = "awna.supply"
