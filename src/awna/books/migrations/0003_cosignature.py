"""Adds the cosignatures of witnesses under the log's heads."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from awna.books.grants import APP_ROLE


def only_add(apps: Any, schema_editor: Any) -> None:
    """The serving role reads and adds cosignatures, and never changes one."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if cursor.fetchone() is not None:
            cursor.execute(f"REVOKE ALL ON books_cosignature FROM {APP_ROLE}")
            cursor.execute(f"GRANT SELECT, INSERT ON books_cosignature TO {APP_ROLE}")


class Migration(migrations.Migration):
    dependencies = [("books", "0002_derived")]

    operations = [
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("time_s", models.BigIntegerField()),
                ("line", models.CharField(max_length=400)),
                (
                    "checkpoint",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="cosignatures", to="books.checkpoint"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("checkpoint", "key", "time_s"), name="books_cosignature_once")],
            },
        ),
        migrations.RunPython(only_add, migrations.RunPython.noop),
    ]
