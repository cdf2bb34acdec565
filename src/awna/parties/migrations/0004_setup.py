"""How far a set-up has come."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import awna.kit.sealed


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="SetUp",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("public_metres", models.PositiveIntegerField(blank=True, null=True)),
                ("links", awna.kit.sealed.SealedTextField(blank=True)),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                ("campaign", models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="set_up", to="parties.campaign")),
            ],
        ),
        migrations.CreateModel(
            name="SetUpStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=30)),
                ("typed", awna.kit.sealed.SealedTextField()),
                ("is_good", models.BooleanField(default=False)),
                ("saved_at", models.DateTimeField(auto_now=True)),
                ("set_up", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="parties.setup")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("set_up", "name"), name="one_answer_per_step")],
            },
        ),
    ]
