"""What a file brought in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("crews", "0001_initial")]
    operations = []
