"""Proposals of money and the stewards' desk."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from awna.kit.tables import MakeTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('books', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('consent', '0001_initial'),
        ('parties', '0001_initial'),
    ]

    operations = [
        MakeTables(
            models=[
                migrations.CreateModel(
                    name='Release',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='parties.campaign')),
                        ('number', models.PositiveIntegerField()),
                        ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='release', to='consent.proposal')),
                        ('payee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.custody')),
                        ('budget_line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='releases', to='campaigns.budgetline')),
                        ('text', models.CharField(max_length=300)),
                        ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='approvals.release')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'number'), name='approvals_release_number_once')],
                    },
                ),
                migrations.CreateModel(
                    name='QuoteRule',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quote_rules', to='parties.campaign')),
                        ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='quote_rule', to='consent.proposal')),
                        ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.commodity')),
                        ('above_minor', models.BigIntegerField()),
                        ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('above_minor__gte', 0)), name='approvals_quotes_above_zero')],
                    },
                ),
                migrations.CreateModel(
                    name='CarriedOut',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='carried_out', to='consent.proposal')),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('done_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                ),
                migrations.CreateModel(
                    name='PublicReason',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='public_reason', to='consent.decision')),
                        ('text', models.CharField(max_length=2000)),
                    ],
                ),
                migrations.CreateModel(
                    name='Look',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='look', to='parties.role')),
                        ('looked_at', models.DateTimeField()),
                        ('before', models.DateTimeField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Told',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='told', to='consent.proposal')),
                        ('steward', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='told', to='parties.role')),
                        ('what', models.CharField(choices=[('waits', 'waits'), ('held', 'held')], max_length=10)),
                        ('told_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('proposal', 'steward', 'what'), name='approvals_told_once')],
                    },
                ),
            ],
        ),
    ]
