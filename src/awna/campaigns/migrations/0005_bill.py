"""Kinds and further rates of lines; files of bills, saved mappings of columns, and what is claimed of a line."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


def tell_headings(apps, _editor):
    apps.get_model("campaigns", "BudgetLine").objects.filter(unit="", amount_minor=0).update(kind="heading")


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0004_photos_are_looked_at'),
        ('parties', '0003_sections_and_permits'),
    ]

    operations = [
        migrations.AddField(
            model_name='budgetline',
            name='kind',
            field=models.CharField(choices=[('line', 'Line'), ('heading', 'Heading'), ('alternate', 'Alternate'), ('assembly', 'Assembly'), ('component', 'Part of an assembly')], default='line', max_length=10),
        ),
        migrations.AddField(
            model_name='budgetline',
            name='more_rates',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name='budgetline',
            name='currency',
            field=models.CharField(blank=True, max_length=3),
        ),
        migrations.AlterField(
            model_name='budgetline',
            name='quantity',
            field=models.DecimalField(decimal_places=4, default=0, max_digits=16),
        ),
        migrations.AlterField(
            model_name='budgetline',
            name='rate',
            field=models.DecimalField(decimal_places=4, default=0, max_digits=16),
        ),
        migrations.RunPython(tell_headings, migrations.RunPython.noop, elidable=True),
        migrations.CreateModel(
            name='BillFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('content', models.TextField()),
                ('sheets', models.JSONField(default=list)),
                ('mapping', models.JSONField(null=True)),
                ('corrections', models.JSONField(default=dict)),
                ('reading', models.JSONField(null=True)),
                ('state', models.CharField(choices=[('draft', 'looked at'), ('applied', 'applied'), ('dropped', 'put away')], default='draft', max_length=10)),
                ('brought_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('brought_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bill_files', to='parties.campaign')),
            ],
            options={
                'ordering': ['-brought_at'],
            },
        ),
        migrations.CreateModel(
            name='BillLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120)),
                ('mapping', models.JSONField()),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bill_layouts', to='parties.campaign')),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'name'), name='campaigns_layout_name_once')],
            },
        ),
        migrations.CreateModel(
            name='LineClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('money', 'Money'), ('goods', 'Goods'), ('labour', 'Labour'), ('release', 'Release of funds')], max_length=10)),
                ('state', models.CharField(choices=[('asked', 'asked'), ('counts', 'counts'), ('ended', 'ended')], default='asked', max_length=10)),
                ('minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('quantity', models.DecimalField(decimal_places=4, default=0, max_digits=16)),
                ('given_minor', models.BigIntegerField(default=0)),
                ('given_currency', models.CharField(blank=True, max_length=3)),
                ('rate', models.CharField(blank=True, max_length=40)),
                ('rate_on', models.DateField(blank=True, null=True)),
                ('holds_until', models.DateField(blank=True, null=True)),
                ('ref', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='line_claims', to='parties.campaign')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='campaigns.budgetline')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'ref'), name='campaigns_claim_ref_once'), models.CheckConstraint(condition=models.Q(('minor__gte', 0), ('quantity__gte', 0)), name='campaigns_claim_not_negative')],
            },
        ),
    ]
