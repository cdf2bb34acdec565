"""Step 1 of three."""

from django.db import migrations

from tests.later.stopping import stop_at

from . import LAST


class Migration(migrations.Migration):
    dependencies = [("access", LAST)]
    operations = [
        migrations.RunSQL("CREATE TABLE later_1 (n integer)"),
        stop_at("9001"),
        migrations.RunSQL("INSERT INTO later_1 VALUES (1)"),
    ]
