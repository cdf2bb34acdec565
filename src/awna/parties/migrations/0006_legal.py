"""Legal pages of sections."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parties", "0005_people")]
    operations = []
