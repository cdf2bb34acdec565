"""Photos wait until somebody has looked at them as drawn; those that are here already were shown."""

from django.db import migrations, models


def were_shown(apps, _editor):
    apps.get_model("campaigns", "Photo").objects.filter(accepted_at=None).update(accepted_at=models.F("stored_at"))


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_roles_as_words")]
    operations = [
        migrations.AddField(model_name="photo", name="accepted_at", field=models.DateTimeField(blank=True, null=True)),
        migrations.RunPython(were_shown, migrations.RunPython.noop, elidable=True),
    ]
