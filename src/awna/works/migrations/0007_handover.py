"""Commissioning and the pack that is handed over."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0006_diary")]

    operations = []
