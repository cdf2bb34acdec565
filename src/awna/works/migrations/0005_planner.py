"""The plan page: what-if copies, simulation, jobs with progress."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_sections_and_permits"), ("works", "0004_schedule")]

    operations = [
        migrations.AddField(
            model_name="planrun",
            name="why",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name="planrun",
            name="reason",
            field=models.CharField(
                choices=[
                    ("planned", "planned anew"),
                    ("crossing", "repaired after a report on a crossing"),
                    ("facts", "repaired after new facts"),
                    ("what_if", "tried out on a copy first"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="PlanMilestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plan_milestones", to="parties.campaign"),
                ),
                ("tasks", models.ManyToManyField(related_name="plan_milestones", to="works.task")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="WhatIf",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("changes", models.JSONField(default=list)),
                ("plans", models.JSONField(blank=True, default=dict)),
                ("shared_at", models.DateTimeField(blank=True, null=True)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("request_id", models.CharField(max_length=80)),
                (
                    "adopted_as",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.planrun"
                    ),
                ),
                ("based_on", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.planrun")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="what_ifs", to="parties.campaign"),
                ),
                ("owner", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
            ],
            options={
                "ordering": ["-made_at"],
            },
        ),
        migrations.CreateModel(
            name="PlanJob",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("solve", "plan anew"), ("simulate", "simulate"), ("what_if", "work out a what-if")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("running", "running"), ("done", "done"), ("failed", "no result")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("seed", models.IntegerField(default=1)),
                ("seconds", models.PositiveIntegerField(default=0)),
                ("points", models.JSONField(blank=True, default=list)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("problems", models.JSONField(blank=True, default=list)),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("began_at", models.DateTimeField(blank=True, null=True)),
                ("beat_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("stop_asked_at", models.DateTimeField(blank=True, null=True)),
                ("request_id", models.CharField(max_length=80)),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="plan_jobs", to="parties.campaign"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to="works.planrun"
                    ),
                ),
                (
                    "what_if",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to="works.whatif"
                    ),
                ),
            ],
            options={
                "ordering": ["-queued_at"],
            },
        ),
        migrations.AddConstraint(
            model_name="whatif",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_what_if_request_once"),
        ),
        migrations.AddConstraint(
            model_name="planjob",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_plan_job_request_once"),
        ),
        migrations.AddConstraint(
            model_name="planmilestone",
            constraint=models.UniqueConstraint(fields=("campaign", "name"), name="works_milestone_name_once"),
        ),
    ]
