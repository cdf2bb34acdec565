"""Complaints and feedback."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import awna.kit.sealed


class Migration(migrations.Migration):
    initial = True
    dependencies = [("parties", "0006_legal"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="LeadKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120)),
                ("public_key", models.CharField(max_length=80)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "campaign",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lead_keys", to="parties.campaign"),
                ),
                ("role", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lead_keys", to="parties.role")),
            ],
            options={
                "ordering": ["title", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Voice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=9)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("complaint", "A complaint"),
                            ("feedback", "Feedback or an idea"),
                            ("harm", "A report about harm to a person"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[("form", "by the form"), ("paper", "on paper"), ("phone", "by telephone"), ("spoken", "in person")],
                        default="form",
                        max_length=8,
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("about", models.CharField(blank=True, max_length=80)),
                ("text", awna.kit.sealed.SealedTextField(blank=True)),
                ("name", awna.kit.sealed.SealedTextField(blank=True)),
                ("email", awna.kit.sealed.SealedTextField(blank=True)),
                ("wants_public", models.BooleanField(default=False)),
                ("sealed", models.BinaryField(blank=True, null=True)),
                ("link_key", models.CharField(blank=True, max_length=80, null=True, unique=True)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_on", models.DateField()),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("answer", awna.kit.sealed.SealedTextField(blank=True)),
                ("sealed_answer", models.BinaryField(blank=True, null=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("public_text", models.TextField(blank=True)),
                ("public_answer", models.TextField(blank=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("delete_on", models.DateField(blank=True, null=True)),
                ("forgotten_at", models.DateTimeField(blank=True, null=True)),
                ("request_id", models.CharField(max_length=64)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role"
                    ),
                ),
                ("campaign", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="voices", to="parties.campaign")),
                ("readers", models.ManyToManyField(blank=True, related_name="voices", to="voices.leadkey")),
                (
                    "section",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="voices", to="parties.section"
                    ),
                ),
                (
                    "typed_by",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role"
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
            },
        ),
        migrations.CreateModel(
            name="Barred",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("barred_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("voice", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="barred", to="voices.voice")),
            ],
        ),
        migrations.CreateModel(
            name="VoicePhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("media_type", models.CharField(max_length=20)),
                ("data", models.BinaryField()),
                ("voice", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="photos", to="voices.voice")),
            ],
        ),
        migrations.CreateModel(
            name="VoiceRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answer_days", models.PositiveSmallIntegerField(default=14)),
                ("keep_days", models.PositiveSmallIntegerField(default=90)),
                (
                    "campaign",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="voice_rules", to="parties.campaign"),
                ),
                ("changed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
            ],
        ),
        migrations.AddConstraint(
            model_name="leadkey",
            constraint=models.UniqueConstraint(fields=("campaign", "public_key"), name="voices_lead_key_once"),
        ),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.UniqueConstraint(fields=("campaign", "code"), name="voices_code_once"),
        ),
        migrations.AddConstraint(
            model_name="voice",
            constraint=models.UniqueConstraint(fields=("campaign", "request_id"), name="voices_request_once"),
        ),
        migrations.AddConstraint(
            model_name="barred",
            constraint=models.UniqueConstraint(fields=("voice", "user"), name="voices_barred_once"),
        ),
    ]
