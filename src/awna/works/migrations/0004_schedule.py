"""Schedules of other programs, calendars, and clearances before work may start."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0009_files_put_aside"),
        ("campaigns", "0004_photos_are_looked_at"),
        ("parties", "0003_sections_and_permits"),
        ("works", "0003_methods"),
    ]

    operations = [
        migrations.AddField(
            model_name="dependency",
            name="lag_unit",
            field=models.CharField(choices=[("work", "working time"), ("elapsed", "hours of the clock")], default="work", max_length=8),
        ),
        migrations.AddField(
            model_name="task",
            name="guid",
            field=models.CharField(blank=True, max_length=36),
        ),
        migrations.AddField(
            model_name="task",
            name="outside_id",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.CreateModel(
            name="ClearanceNeed",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ordnance", "Explosive hazards"),
                            ("asbestos", "Asbestos"),
                            ("permit", "Permit"),
                            ("structure", "Structural sign-off"),
                            ("other", "Other clearance"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300)),
                ("expected_on", models.DateField(blank=True, null=True)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("dropped_at", models.DateTimeField(blank=True, null=True)),
                ("dropped_reason", models.CharField(blank=True, max_length=300)),
                ("request_id", models.CharField(max_length=80)),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="clearance_needs", to="parties.campaign"),
                ),
                (
                    "dropped_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearance_needs",
                        to="campaigns.site",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="clearance_needs", to="works.task"
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at"],
            },
        ),
        migrations.CreateModel(
            name="Clearance",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("cleared_by", models.CharField(max_length=160)),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                ("withdrawn_on", models.DateField(blank=True, null=True)),
                ("withdrawn_reason", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("request_id", models.CharField(max_length=80)),
                (
                    "document",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.document"
                    ),
                ),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role"
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="clearances", to="works.clearanceneed"),
                ),
            ],
            options={
                "ordering": ["valid_from", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("filename", models.CharField(max_length=200)),
                ("digest", models.CharField(max_length=64)),
                (
                    "form",
                    models.CharField(choices=[("schedule", "schedule of another program"), ("table", "our table of tasks")], max_length=10),
                ),
                ("read_json", models.TextField()),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("request_id", models.CharField(max_length=80)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="schedule_files", to="parties.campaign"),
                ),
                ("uploaded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
            ],
            options={
                "ordering": ["-uploaded_at"],
            },
        ),
        migrations.CreateModel(
            name="ScheduleChange",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("added", "added"),
                            ("edited", "changed"),
                            ("removed", "taken out"),
                            ("imported", "taken from a file"),
                            ("undone", "taken back"),
                        ],
                        max_length=10,
                    ),
                ),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("request_id", models.CharField(max_length=80)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="schedule_changes", to="parties.campaign"),
                ),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="works.schedulechange",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="works.schedulefile"
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at"],
            },
        ),
        migrations.CreateModel(
            name="SiteRest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("weekly", "Rest days of every week"),
                            ("holiday", "Holidays"),
                            ("ramadan", "Ramadan hours"),
                            ("curfew", "Curfew"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("weekdays", models.JSONField(blank=True, default=list)),
                ("first_day", models.DateField(blank=True, null=True)),
                ("last_day", models.DateField(blank=True, null=True)),
                ("parts", models.JSONField(blank=True, default=list)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("request_id", models.CharField(max_length=80)),
                ("added_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="site_rests", to="parties.campaign"),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="rests", to="campaigns.site"
                    ),
                ),
            ],
            options={
                "ordering": ["first_day", "pk"],
            },
        ),
        migrations.CreateModel(
            name="WorkPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=160)),
                ("position", models.PositiveIntegerField(default=0)),
                ("guid", models.CharField(blank=True, max_length=36)),
                ("outside_id", models.CharField(blank=True, max_length=40)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="work_parts", to="parties.campaign"),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="works.workpart"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.AddField(
            model_name="task",
            name="part",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="works.workpart"
            ),
        ),
        migrations.AddConstraint(
            model_name="clearanceneed",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_clearance_need_once"),
        ),
        migrations.AddConstraint(
            model_name="clearanceneed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("site__isnull", False), ("task__isnull", True)),
                    models.Q(("site__isnull", True), ("task__isnull", False)),
                    _connector="OR",
                ),
                name="works_clearance_of_site_or_task",
            ),
        ),
        migrations.AddConstraint(
            model_name="clearance",
            constraint=models.UniqueConstraint(fields=("need", "request_id"), name="works_clearance_once"),
        ),
        migrations.AddConstraint(
            model_name="schedulefile",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_schedule_file_once"),
        ),
        migrations.AddConstraint(
            model_name="schedulechange",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_schedule_change_once"),
        ),
        migrations.AddConstraint(
            model_name="siterest",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_site_rest_once"),
        ),
        migrations.AddConstraint(
            model_name="workpart",
            constraint=models.UniqueConstraint(fields=("campaign", "code"), name="works_part_code_once"),
        ),
    ]
