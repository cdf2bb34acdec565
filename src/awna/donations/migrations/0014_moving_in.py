"""An import of earlier gifts that was taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("donations", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="giftimport",
            name="state",
            field=models.CharField(
                choices=[("draft", "looked at"), ("done", "brought in"), ("undone", "taken back")], default="draft", max_length=10
            ),
        ),
    ]
