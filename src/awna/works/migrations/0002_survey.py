"""Damage: buildings and elements, what was seen on them, and the map."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0001_initial")]

    operations = []
