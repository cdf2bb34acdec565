"""Schedules of other programs, calendars, and clearances before work may start."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0003_methods")]

    operations = []
