"""Keeps what a bank says of a line beside its words, details that come before their booking, and lines of interim reports."""

import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import awna.kit.sealed
from awna.books.grants import grant_app


def give_rights(apps: Any, schema_editor: Any) -> None:
    grant_app(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0007_keyed_guards"),
        ("parties", "0003_sections_and_permits"),
    ]

    operations = [
        migrations.CreateModel(
            name="MovementDetail",
            fields=[
                (
                    "movement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="detail",
                        serialize=False,
                        to="books.movement",
                    ),
                ),
                ("end_to_end_id", awna.kit.sealed.SealedTextField(blank=True)),
                ("mandate_id", awna.kit.sealed.SealedTextField(blank=True)),
                ("return_reason", awna.kit.sealed.SealedTextField(blank=True)),
                ("purpose", awna.kit.sealed.SealedTextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="InterimRule",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("posts", models.BooleanField()),
                ("said_at", models.DateTimeField(auto_now_add=True)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "bank_account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="interim_rules", to="books.bankaccount"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DetailNotice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("amount", models.BigIntegerField()),
                ("content", awna.kit.sealed.SealedTextField()),
                (
                    "bank_account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="books.bankaccount"),
                ),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="books.statementfile")),
            ],
            options={
                "indexes": [models.Index(fields=["bank_account", "amount"], name="books_notice_amount")],
            },
        ),
        migrations.CreateModel(
            name="ProvisionalLine",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for the final statement"),
                            ("confirmed", "confirmed"),
                            ("withdrawn", "not confirmed by the bank"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("line_key", models.CharField(max_length=64)),
                ("amount", models.BigIntegerField()),
                ("booked_on", models.DateField()),
                ("content", awna.kit.sealed.SealedTextField()),
                (
                    "bank_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="provisional_lines", to="books.bankaccount"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="provisional_lines", to="books.statementfile"
                    ),
                ),
                (
                    "movement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="provisional_lines",
                        to="books.movement",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["bank_account", "state", "booked_on"], name="books_provisional_waiting")],
            },
        ),
        migrations.RunPython(give_rights, migrations.RunPython.noop),
    ]
