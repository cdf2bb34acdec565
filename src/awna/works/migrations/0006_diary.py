"""The site diary from a phone, inspections, defects and change orders."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0005_planner")]

    operations = []
