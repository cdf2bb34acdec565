"""Step 3 of three."""

from django.db import migrations

from tests.later.stopping import stop_at


class Migration(migrations.Migration):
    dependencies = [("access", "9002_step")]
    operations = [
        migrations.RunSQL("CREATE TABLE later_3 (n integer)"),
        stop_at("9003"),
        migrations.RunSQL("INSERT INTO later_3 VALUES (3)"),
    ]
