"""Adds the cosignatures of witnesses under the log's heads."""

import django.db.models.deletion
from django.db import migrations, models


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
    ]
