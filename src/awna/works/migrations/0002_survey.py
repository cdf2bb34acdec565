"""Damage: buildings and elements, what was seen on them, and the map."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import awna.kit.sealed


class Migration(migrations.Migration):
    dependencies = [
        ("works", "0001_initial"),
        ("campaigns", "0004_photos_are_looked_at"),
        ("parties", "0003_sections_and_permits"),
    ]

    operations = [
        migrations.CreateModel(
            name="Building",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64)),
                ("name", models.CharField(max_length=160)),
                ("shape_json", awna.kit.sealed.SealedTextField(blank=True)),
                ("position", models.PositiveIntegerField()),
                (
                    "grade",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("undamaged", "Undamaged"),
                            ("slight", "Slight"),
                            ("moderate", "Moderate"),
                            ("severe", "Severe"),
                            ("destroyed", "Destroyed"),
                            ("", "Unknown"),
                        ],
                        max_length=12,
                    ),
                ),
                ("seen_on", models.DateField(blank=True, null=True)),
                ("hazard", models.BooleanField(default=False)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="buildings", to="parties.campaign"),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="buildings", to="campaigns.site"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Element",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("roof", "Roof"),
                            ("walls", "Walls"),
                            ("frame", "Frame or columns"),
                            ("floors", "Floors"),
                            ("stairs", "Stairs"),
                            ("openings", "Doors and windows"),
                            ("water", "Water and drains"),
                            ("power", "Electricity"),
                            ("other", "Something else"),
                        ],
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120)),
                ("building", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="elements", to="works.building")),
            ],
            options={
                "ordering": ["part", "name"],
            },
        ),
        migrations.CreateModel(
            name="SurveyFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("published", "published data"), ("forms", "forms from phones")], max_length=12)),
                ("filename", models.CharField(max_length=160)),
                ("digest", models.CharField(max_length=64)),
                ("size_bytes", models.PositiveIntegerField()),
                ("original", awna.kit.sealed.SealedTextField()),
                ("reading", awna.kit.sealed.SealedTextField(blank=True)),
                ("scale", models.CharField(blank=True, max_length=20)),
                ("source", models.CharField(max_length=160)),
                ("state", models.CharField(choices=[("draft", "looked at"), ("done", "brought in")], default="draft", max_length=8)),
                ("objects_new", models.PositiveIntegerField(default=0)),
                ("objects_known", models.PositiveIntegerField(default=0)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="survey_files", to="parties.campaign"),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="survey_files", to="campaigns.site"
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at"],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                (
                    "grade",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("undamaged", "Undamaged"),
                            ("slight", "Slight"),
                            ("moderate", "Moderate"),
                            ("severe", "Severe"),
                            ("destroyed", "Destroyed"),
                            ("", "Unknown"),
                        ],
                        max_length=12,
                    ),
                ),
                ("source_grade", models.CharField(blank=True, max_length=80)),
                ("scale", models.CharField(max_length=20)),
                ("source", models.CharField(max_length=160)),
                ("observed_on", models.DateField(blank=True, null=True)),
                (
                    "method",
                    models.CharField(
                        blank=True, choices=[("field", "Seen on the spot"), ("remote", "Seen from the air"), ("", "Not said")], max_length=8
                    ),
                ),
                ("hazard", models.BooleanField(default=False)),
                ("note", awna.kit.sealed.SealedTextField(blank=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "building",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="observations", to="works.building"),
                ),
                (
                    "element",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="observations", to="works.element"
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="campaigns.photo"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="observations",
                        to="works.surveyfile",
                    ),
                ),
            ],
            options={
                "ordering": [models.OrderBy(models.F("observed_on"), descending=True, nulls_last=True), "-pk"],
            },
        ),
        migrations.AddField(
            model_name="building",
            name="file",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="buildings", to="works.surveyfile"
            ),
        ),
        migrations.CreateModel(
            name="SurveyRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("where", models.CharField(max_length=60)),
                ("cells_json", awna.kit.sealed.SealedTextField()),
                ("code", models.CharField(max_length=60)),
                ("text", models.CharField(max_length=300)),
                ("params", models.JSONField(blank=True, default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waits for correction"), ("taken", "corrected and taken"), ("left", "left out")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("file", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="held", to="works.surveyfile")),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="SurveyRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_metres",
                    models.PositiveIntegerField(
                        choices=[
                            (0, "No map in public: sums only"),
                            (1000, "Squares of 1 km"),
                            (2000, "Squares of 2 km"),
                            (5000, "Squares of 5 km"),
                            (20000, "Squares of 20 km"),
                        ],
                        default=5000,
                    ),
                ),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "campaign",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="survey_rules", to="parties.campaign"),
                ),
                ("set_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
            ],
        ),
        migrations.AddConstraint(
            model_name="element",
            constraint=models.UniqueConstraint(fields=("building", "part", "name"), name="works_element_once"),
        ),
        migrations.AddConstraint(
            model_name="surveyfile",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "done")), fields=("campaign", "digest"), name="works_survey_file_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.UniqueConstraint(fields=("building", "key"), name="works_observation_once"),
        ),
        migrations.AddIndex(
            model_name="building",
            index=models.Index(fields=["campaign", "grade"], name="works_building_by_grade"),
        ),
        migrations.AddConstraint(
            model_name="building",
            constraint=models.UniqueConstraint(fields=("campaign", "key"), name="works_building_key_once"),
        ),
    ]
