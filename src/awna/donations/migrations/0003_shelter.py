"""Gifts of a sheltered book: who waived, what was identified, what went back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("donations", "0002_references")]

    operations = [
        migrations.AddField("pledge", "shelter_waived", models.BooleanField(default=False)),
        migrations.AddField("gift", "allocated_seq", models.BigIntegerField(blank=True, null=True)),
        migrations.AddField("gift", "returned_seq", models.BigIntegerField(blank=True, null=True)),
    ]
