"""What a file brought in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("donations", "0001_initial")]
    operations = []
