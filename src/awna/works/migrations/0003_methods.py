"""Ways to build one element, compared as ranges with their sources."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("works", "0002_survey"),
        ("consent", "0003_sealed_interests"),
        ("parties", "0003_sections_and_permits"),
        ("supply", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="BuildElement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.SlugField(max_length=60)),
                ("name", models.CharField(max_length=160)),
                ("quantity", models.DecimalField(decimal_places=2, max_digits=12)),
                ("unit", models.CharField(max_length=12)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="build_elements", to="parties.campaign"),
                ),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="BuildMethod",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=160)),
                ("days_low", models.DecimalField(decimal_places=9, max_digits=20)),
                ("days_likely", models.DecimalField(decimal_places=9, max_digits=20)),
                ("days_high", models.DecimalField(decimal_places=9, max_digits=20)),
                ("skills", models.JSONField(blank=True, default=dict)),
                ("machines", models.JSONField(blank=True, default=dict)),
                ("source", models.CharField(max_length=200)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "element",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="methods", to="works.buildelement"),
                ),
            ],
            options={
                "ordering": ["position", "code"],
            },
        ),
        migrations.AddField(
            model_name="buildelement",
            name="now",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="works.buildmethod"
            ),
        ),
        migrations.CreateModel(
            name="ElementTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("element", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="works.buildelement")),
                (
                    "method",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="works.buildmethod"
                    ),
                ),
                ("task", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="builds", to="works.task")),
            ],
            options={
                "ordering": ["task__position"],
            },
        ),
        migrations.CreateModel(
            name="Ingredient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=160)),
                (
                    "kind",
                    models.CharField(
                        choices=[("material", "material"), ("labour", "labour"), ("transport", "transport"), ("machine", "machine")],
                        max_length=10,
                    ),
                ),
                ("unit", models.CharField(max_length=12)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="ingredients", to="parties.campaign"),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="ingredients", to="supply.item"
                    ),
                ),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Factor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("measure", models.CharField(max_length=16)),
                ("low", models.DecimalField(decimal_places=9, max_digits=20)),
                ("likely", models.DecimalField(decimal_places=9, max_digits=20)),
                ("high", models.DecimalField(decimal_places=9, max_digits=20)),
                ("unit", models.CharField(max_length=12)),
                ("source", models.CharField(max_length=200)),
                ("year", models.PositiveSmallIntegerField()),
                ("region", models.CharField(blank=True, max_length=60)),
                ("is_example", models.BooleanField(default=False)),
                ("dataset", models.CharField(blank=True, max_length=80)),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("loaded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "ingredient",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="factors", to="works.ingredient"),
                ),
            ],
            options={
                "ordering": ["measure"],
            },
        ),
        migrations.CreateModel(
            name="MethodChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("in_force_at", models.DateTimeField(blank=True, null=True)),
                ("tasks", models.JSONField(blank=True, default=list)),
                ("method", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="choices", to="works.buildmethod")),
                (
                    "proposal",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="method_choice", to="consent.proposal"),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MethodFile",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sort", models.CharField(choices=[("factors", "factors"), ("methods", "methods"), ("epd", "declaration")], max_length=10)),
                ("name", models.CharField(max_length=160)),
                ("content", models.TextField(blank=True)),
                ("given", models.JSONField(blank=True, default=dict)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("taken", models.PositiveIntegerField(default=0)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="method_files", to="parties.campaign"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MethodLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("low", models.DecimalField(decimal_places=9, max_digits=20)),
                ("likely", models.DecimalField(decimal_places=9, max_digits=20)),
                ("high", models.DecimalField(decimal_places=9, max_digits=20)),
                ("km_low", models.DecimalField(decimal_places=9, max_digits=20, null=True)),
                ("km", models.DecimalField(decimal_places=9, max_digits=20, null=True)),
                ("km_high", models.DecimalField(decimal_places=9, max_digits=20, null=True)),
                ("ingredient", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.ingredient")),
                ("method", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="works.buildmethod")),
                (
                    "transport",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="works.ingredient"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="MethodTrial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finish", models.PositiveIntegerField(null=True)),
                ("finish_on", models.DateField(null=True)),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                ("method", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="trial", to="works.buildmethod")),
            ],
        ),
        migrations.AddConstraint(
            model_name="buildmethod",
            constraint=models.UniqueConstraint(fields=("element", "code"), name="works_build_method_code_once"),
        ),
        migrations.AddConstraint(
            model_name="buildelement",
            constraint=models.UniqueConstraint(fields=("campaign", "code"), name="works_build_element_code_once"),
        ),
        migrations.AddConstraint(
            model_name="ingredient",
            constraint=models.UniqueConstraint(fields=("campaign", "code"), name="works_ingredient_code_once"),
        ),
        migrations.AddConstraint(
            model_name="factor",
            constraint=models.UniqueConstraint(fields=("ingredient", "measure"), name="works_factor_once"),
        ),
        migrations.AddConstraint(
            model_name="methodline",
            constraint=models.UniqueConstraint(fields=("method", "ingredient"), name="works_method_line_once"),
        ),
    ]
