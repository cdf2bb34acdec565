"""How gifts are shown, the erasable key of each gift, and the models of batches and shares, whose tables stand in books/schema.py.

The book's column is raw SQL: Django would rebuild the table on SQLite.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import awna.kit.sealed

EXPOSURES = [("open", "each gift stands alone"), ("sheltered", "gifts stand in batches of at least ten")]


class Migration(migrations.Migration):
    dependencies = [("books", "0003_cosignature")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE books_book ADD COLUMN exposure varchar(10) NOT NULL DEFAULT ''",
            "ALTER TABLE books_book DROP COLUMN exposure",
            state_operations=[
                migrations.AddField("book", "exposure", models.CharField(blank=True, choices=EXPOSURES, default="", max_length=10))
            ],
        ),
        migrations.CreateModel(
            name="GiftKey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("request_id", models.CharField(max_length=80)),
                ("receipt", models.CharField(max_length=24)),
                ("key", awna.kit.sealed.SealedTextField()),
                ("reference", models.CharField(max_length=64)),
                ("book", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="gift_keys", to="books.book")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("book", "request_id"), name="books_giftkey_request_once"),
                    models.UniqueConstraint(fields=("book", "reference"), name="books_giftkey_reference_once"),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="GiftBatch",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("n", models.BigIntegerField()),
                        ("closed_seq", models.BigIntegerField(null=True)),
                        (
                            "book",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="gift_batches", to="books.book"),
                        ),
                        (
                            "commodity",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.commodity"),
                        ),
                        (
                            "custody",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="gift_batches", to="books.custody"),
                        ),
                        (
                            "fund",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="gift_batches", to="books.fund"),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Share",
                    fields=[
                        ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ("amount", models.BigIntegerField()),
                        ("commitment", models.CharField(max_length=64)),
                        (
                            "giftbatch",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="books.giftbatch"),
                        ),
                        (
                            "movement",
                            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="shares", to="books.movement"),
                        ),
                    ],
                ),
            ]
        ),
    ]
