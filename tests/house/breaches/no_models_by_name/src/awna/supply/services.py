"""A service that reaches up by name."""

from django.apps import apps

TASK = apps.get_model("works", "Task")
