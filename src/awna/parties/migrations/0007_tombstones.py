"""What was forgotten stays forgotten after a restore."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("parties", "0006_legal")]
    operations = []
