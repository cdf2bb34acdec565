"""Step 2 of three."""

from django.db import migrations

from tests.later.stopping import stop_at


class Migration(migrations.Migration):
    dependencies = [("access", "9001_step")]
    operations = [
        migrations.RunSQL("CREATE TABLE later_2 (n integer)"),
        stop_at("9002"),
        migrations.RunSQL("INSERT INTO later_2 VALUES (2)"),
    ]
