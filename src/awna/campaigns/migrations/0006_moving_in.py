"""Files that were brought in, what their rows made, how columns were read, and how the lines of a bill stood before a file."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import awna.kit.sealed


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial"), ("parties", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="billfile",
            name="before",
            field=models.JSONField(default=dict),
        ),
        migrations.AlterField(
            model_name="billfile",
            name="state",
            field=models.CharField(
                choices=[("draft", "looked at"), ("applied", "applied"), ("dropped", "put away"), ("undone", "taken back")],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="BringIn",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=20)),
                ("name", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                ("content", awna.kit.sealed.SealedTextField(blank=True)),
                ("rows", awna.kit.sealed.SealedTextField(blank=True)),
                ("sheets", models.JSONField(default=list)),
                ("mapping", models.JSONField(null=True)),
                ("options", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "looked at, nothing taken in yet"),
                            ("done", "brought in"),
                            ("undone", "taken back"),
                            ("dropped", "put away"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("brought_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("new", models.PositiveIntegerField(default=0)),
                ("known", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("brought_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bring_ins", to="parties.campaign"),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role"
                    ),
                ),
            ],
            options={
                "ordering": ["-brought_at"],
            },
        ),
        migrations.CreateModel(
            name="BroughtRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("ref", models.CharField(max_length=80)),
                ("bring_in", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="made", to="campaigns.bringin")),
            ],
            options={
                "ordering": ["number"],
                "constraints": [models.UniqueConstraint(fields=("bring_in", "number"), name="campaigns_broughtrow_once")],
            },
        ),
        migrations.CreateModel(
            name="KnownColumns",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("digest", models.CharField(max_length=64)),
                ("heads", models.JSONField()),
                ("columns", models.JSONField()),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="known_columns", to="parties.campaign"),
                ),
                ("saved_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
            ],
            options={
                "ordering": ["-saved_at"],
                "constraints": [models.UniqueConstraint(fields=("campaign", "kind", "digest"), name="campaigns_knowncolumns_once")],
            },
        ),
    ]
