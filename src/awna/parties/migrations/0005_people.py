"""People who come and go."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parties", "0004_setup")]
    operations = []
