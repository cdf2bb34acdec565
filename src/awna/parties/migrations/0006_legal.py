"""Legal pages of sections, and the lead who keeps people safe as a role."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

KINDS = [
    ("imprint", "Who we are (imprint)"), ("privacy", "Privacy notice"), ("terms", "Terms of giving and taking part"), ("complaints", "Where to complain"),
]  # fmt: skip

ROLE_NAMES = [
    ("steward", "Steward"), ("treasurer", "Treasurer"), ("buyer", "Buyer"), ("storekeeper", "Storekeeper"), ("coordinator", "Brigade coordinator"),
    ("shift_lead", "Shift lead"), ("site_lead", "Site lead"), ("volunteer", "Volunteer"), ("translator", "Translator"),
    ("safeguarding", "Safeguarding lead"), ("bridge", "Program"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("parties", "0005_people")]
    operations = [
        migrations.CreateModel(
            name="LegalText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=12)),
                ("number", models.PositiveIntegerField(default=1)),
                ("language", models.CharField(max_length=8)),
                ("text", models.TextField()),
                ("issued_on", models.DateField(default=django.utils.timezone.localdate)),
                ("lawyer", models.CharField(blank=True, max_length=160)),
                ("lawyer_on", models.DateField(blank=True, null=True)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parties.role")),
                ("campaign", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="legal_texts", to="parties.campaign")),
                (
                    "section",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="legal_texts", to="parties.section"
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "section", "kind", "number"), name="one_legal_text_per_number", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.AlterField(model_name="role", name="name", field=models.CharField(choices=ROLE_NAMES, max_length=20)),
        migrations.AlterField(model_name="invitation", name="role_name", field=models.CharField(choices=ROLE_NAMES, max_length=20)),
    ]
