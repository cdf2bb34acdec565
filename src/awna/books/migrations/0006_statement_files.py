"""Keeps profiles of bank tables, files that wait, the words of two people about them, and the format of each statement."""

from typing import Any

import django.db.models.deletion
import uuid
from django.db import migrations, models

from awna.books.grants import APP_ROLE


def only_add(apps: Any, schema_editor: Any) -> None:
    """The serving role reads and adds, and never changes one."""
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if cursor.fetchone() is None:
            return
        for table in ("books_statementprofile", "books_statementhold", "books_statementvoucher"):
            cursor.execute(f"REVOKE ALL ON {table} FROM {APP_ROLE}")
            cursor.execute(f"GRANT SELECT, INSERT ON {table} TO {APP_ROLE}")


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0005_waiting_movements"),
        ("parties", "0003_sections_and_permits"),
    ]

    operations = [
        migrations.AddField(
            model_name="statement",
            name="format",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        migrations.CreateModel(
            name="StatementProfile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("content", models.TextField()),
                ("request_id", models.CharField(max_length=80)),
                ("saved_at", models.DateTimeField(auto_now_add=True)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "bank_account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="profiles", to="books.bankaccount"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatementHold",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("problems", models.TextField()),
                ("held_at", models.DateTimeField(auto_now_add=True)),
                ("file", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="hold", to="books.statementfile")),
                (
                    "profile",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.statementprofile"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StatementVoucher",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("subject", models.CharField(max_length=120)),
                ("reason", models.TextField()),
                ("said_at", models.DateTimeField(auto_now_add=True)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "bank_account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="vouchers", to="books.bankaccount"),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="statementprofile",
            constraint=models.UniqueConstraint(fields=("bank_account", "version"), name="books_statement_profile_once"),
        ),
        migrations.AddConstraint(
            model_name="statementvoucher",
            constraint=models.UniqueConstraint(fields=("bank_account", "subject", "author"), name="books_statement_voucher_once"),
        ),
        migrations.RunPython(only_add, migrations.RunPython.noop),
    ]
