"""Cash boxes and wage sheets."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("approvals", "0002_stewards_desk")]
    operations = []
