"""A signature is a person's, and belongs to a version."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("letters", "0003_first_versions")]

    operations = [
        migrations.RemoveField(
            model_name='signature',
            name='kind',
        ),
        migrations.RemoveField(
            model_name='signature',
            name='office',
        ),
        migrations.RemoveField(
            model_name='signature',
            name='signed_at',
        ),
        migrations.AlterField(
            model_name='signature',
            name='version',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='letters.letterversion'),
        ),
        migrations.AlterField(
            model_name='signature',
            name='letter',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='letters.openletter'),
        ),
        migrations.AlterField(
            model_name='signature',
            name='state',
            field=models.CharField(choices=[('confirmed', 'confirmed'), ('withdrawn', 'withdrawn')], default='confirmed', max_length=10),
        ),
    ]
