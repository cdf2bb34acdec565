"""Ways to build one element, compared as ranges with their sources."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("works", "0002_survey")]

    operations = []
