"""Commissioning and the pack that is handed over."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0009_files_put_aside"),
        ("parties", "0003_sections_and_permits"),
        ("works", "0006_diary"),
    ]

    operations = [
        migrations.CreateModel(
            name="Asset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160)),
                ("place", models.CharField(blank=True, max_length=120)),
                ("serial", models.CharField(blank=True, max_length=80)),
                ("quantity", models.PositiveIntegerField(default=1)),
                ("installed_on", models.DateField(blank=True, null=True)),
                ("warranty_until", models.DateField(blank=True, null=True)),
                ("service", models.CharField(blank=True, max_length=200)),
                ("request_id", models.CharField(max_length=80)),
                ("added_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                ("campaign", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="assets", to="parties.campaign")),
            ],
            options={
                "ordering": ["name", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Commissioning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                (
                    "result",
                    models.CharField(
                        choices=[("passed", "passed"), ("failed", "not passed"), ("not_needed", "not needed here")], max_length=12
                    ),
                ),
                ("inspector", models.CharField(max_length=120)),
                ("checked_on", models.DateField()),
                ("note", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("request_id", models.CharField(max_length=80)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="commissioning", to="parties.campaign"),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.document"
                    ),
                ),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="HandoverPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("as_built", "As-built drawing"),
                            ("manual", "Manual"),
                            ("warranty", "Warranty"),
                            ("licence", "Licence or permit"),
                            ("test", "Test report"),
                            ("training", "Training given"),
                            ("other", "Other paper"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                ("language", models.CharField(max_length=8)),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("request_id", models.CharField(max_length=80)),
                ("added_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "asset",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="works.asset"
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="handover_papers", to="parties.campaign"),
                ),
                ("document", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.document")),
            ],
            options={
                "ordering": ["kind", "title"],
            },
        ),
        migrations.AddConstraint(
            model_name="asset",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_asset_request_once"),
        ),
        migrations.AddConstraint(
            model_name="commissioning",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_commissioning_request_once"),
        ),
        migrations.AddConstraint(
            model_name="handoverpaper",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_handover_request_once"),
        ),
    ]
