"""The site diary from a phone, inspections, defects and change orders."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0009_files_put_aside"),
        ("campaigns", "0004_photos_are_looked_at"),
        ("consent", "0003_sealed_interests"),
        ("crews", "0001_initial"),
        ("parties", "0003_sections_and_permits"),
        ("supply", "0001_initial"),
        ("works", "0005_planner"),
    ]

    operations = [
        migrations.CreateModel(
            name="Check",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("inspection", "Inspection"),
                            ("hold", "Hold point: the next work waits for it"),
                            ("test", "Test with a measured value"),
                        ],
                        max_length=12,
                    ),
                ),
                ("title", models.CharField(max_length=160)),
                ("at_least", models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("request_id", models.CharField(max_length=80)),
                ("added_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                ("campaign", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="parties.campaign")),
                ("task", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="checks", to="works.task")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="CheckResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("passed", models.BooleanField()),
                ("value", models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True)),
                ("inspector", models.CharField(max_length=120)),
                ("checked_on", models.DateField()),
                ("note", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("request_id", models.CharField(max_length=80)),
                ("check_of", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="results", to="works.check")),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="DiaryEntry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("people", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("hours", models.DecimalField(blank=True, decimal_places=2, max_digits=4, null=True)),
                (
                    "weather",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("dry", "dry"),
                            ("rain", "rain"),
                            ("heat", "heat above 35 °C"),
                            ("wind", "strong wind"),
                            ("frost", "frost"),
                        ],
                        max_length=8,
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("happened_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("request_id", models.CharField(max_length=80)),
                ("asked", models.CharField(max_length=64)),
                ("campaign", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="diary", to="parties.campaign")),
                (
                    "progress",
                    models.OneToOneField(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="diary_entry", to="works.progress"
                    ),
                ),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "shift",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crews.shift"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="diary", to="campaigns.site"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="diary", to="works.task"
                    ),
                ),
            ],
            options={
                "ordering": ["-day", "-happened_at"],
            },
        ),
        migrations.CreateModel(
            name="MaterialUsed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveBigIntegerField()),
                ("entry", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="materials", to="works.diaryentry")),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="supply.item")),
            ],
        ),
        migrations.CreateModel(
            name="SitePhoto",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("width", models.PositiveSmallIntegerField()),
                ("height", models.PositiveSmallIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("data", models.BinaryField()),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="site_photos", to="parties.campaign"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="diaryentry",
            name="photo",
            field=models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.sitephoto"
            ),
        ),
        migrations.CreateModel(
            name="Defect",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("text", models.CharField(max_length=300)),
                ("found_on", models.DateField()),
                ("due_on", models.DateField()),
                ("closed_on", models.DateField(blank=True, null=True)),
                ("closed_how", models.CharField(blank=True, max_length=300)),
                ("request_id", models.CharField(max_length=80)),
                ("campaign", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="defects", to="parties.campaign")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role"
                    ),
                ),
                ("found_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "task",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="defects", to="works.task"
                    ),
                ),
                (
                    "photo",
                    models.OneToOneField(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.sitephoto"
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "found_on"],
            },
        ),
        migrations.CreateModel(
            name="ChangeOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("text", models.CharField(max_length=300)),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=12)),
                ("cost_minor", models.BigIntegerField(default=0)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("declined_at", models.DateTimeField(blank=True, null=True)),
                ("request_id", models.CharField(max_length=80)),
                ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="change_orders", to="parties.campaign"),
                ),
                (
                    "commodity",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="books.commodity"
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="change_order",
                        to="consent.proposal",
                    ),
                ),
                ("task", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="change_orders", to="works.task")),
            ],
            options={
                "ordering": ["number"],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "number"), name="works_change_number_once"),
                    models.UniqueConstraint(fields=("campaign", "request_id"), name="works_change_request_once"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="check",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_check_request_once"),
        ),
        migrations.AddConstraint(
            model_name="checkresult",
            constraint=models.UniqueConstraint(fields=("check_of", "request_id"), name="works_result_request_once"),
        ),
        migrations.AddConstraint(
            model_name="materialused",
            constraint=models.UniqueConstraint(fields=("entry", "item"), name="works_used_item_once"),
        ),
        migrations.AddConstraint(
            model_name="diaryentry",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_diary_request_once"),
        ),
        migrations.AddConstraint(
            model_name="defect",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="works_defect_request_once"),
        ),
    ]
