"""Which line of the bill a task belongs to."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_bill"), ("works", "0009_crossing")]

    operations = [
        migrations.CreateModel(
            name="TaskLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "line",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="on_tasks", to="campaigns.budgetline"),
                ),
                ("task", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="on_line", to="works.task")),
            ],
        ),
    ]
