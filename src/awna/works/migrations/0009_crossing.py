"""Closings of crossings and the ways on that were found."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_conditions_and_requests"), ("parties", "0003_sections_and_permits"), ("works", "0007_handover")]

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("running", "looking for ways on"), ("done", "done"), ("failed", "no way found")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("problems", models.JSONField(blank=True, default=list)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("request_id", models.CharField(max_length=80)),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="closings", to="parties.campaign"),
                ),
                (
                    "repair",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="closings", to="works.planrun"
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="closings", to="access.crossingreport"),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
            },
        ),
        migrations.CreateModel(
            name="WayOn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        choices=[("least change", "Least change"), ("balanced", "Balanced"), ("fastest", "Fastest")], max_length=12
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("finish", models.PositiveIntegerField()),
                ("tasks_moved", models.PositiveIntegerField()),
                ("people_to_call", models.PositiveIntegerField()),
                ("cost", models.BigIntegerField()),
                ("moved", models.JSONField(default=list)),
                ("plan_json", models.TextField()),
                (
                    "adopted_as",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.planrun"
                    ),
                ),
                ("closing", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="ways", to="works.closing")),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_closing_request_once"),
        ),
        migrations.AddConstraint(
            model_name="wayon",
            constraint=models.UniqueConstraint(fields=("closing", "name"), name="works_way_name_once"),
        ),
    ]
