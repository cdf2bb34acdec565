"""One line of the bank may be several gifts."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0006_statement_files"),
        ("donations", "0005_receipt_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="gift",
            name="movement",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="gifts", to="books.movement"
            ),
        ),
    ]
