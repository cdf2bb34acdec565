"""The plan page: what-if copies, simulation, jobs with progress."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0004_schedule")]

    operations = []
