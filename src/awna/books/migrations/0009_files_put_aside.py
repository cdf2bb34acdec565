"""Keeps who put a waiting bank file aside, and why."""

import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from awna.books.grants import grant_app


def give_rights(apps: Any, schema_editor: Any) -> None:
    grant_app(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0008_details_and_interim"),
        ("parties", "0003_sections_and_permits"),
    ]

    operations = [
        migrations.CreateModel(
            name="StatementAside",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("aside", models.BooleanField()),
                ("reason", models.TextField()),
                ("said_at", models.DateTimeField(auto_now_add=True)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="asides", to="books.statementfile")),
            ],
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
