"""Crossings, their reports and decisions."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from awna.kit.tables import MakeTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('campaigns', '0001_initial'),
        ('parties', '0001_initial'),
    ]

    operations = [
        MakeTables(
            models=[
                migrations.CreateModel(
                    name='Crossing',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='crossings', to='parties.campaign')),
                        ('code', models.CharField(max_length=40)),
                        ('name', models.CharField(max_length=120)),
                        ('district', models.CharField(blank=True, max_length=120)),
                    ],
                    options={
                        'ordering': ['code'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'code'), name='access_crossing_code_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CrossingReport',
                    fields=[
                        ('valid_from', models.DateField()),
                        ('valid_until', models.DateField(blank=True, null=True)),
                        ('source', models.CharField(max_length=200)),
                        ('confidence', models.CharField(choices=[('seen', 'Seen by us'), ('confirmed', 'Confirmed by two sources'), ('heard', 'Heard')], max_length=12)),
                        ('reported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('reported_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('observed_on', models.DateField(default=django.utils.timezone.localdate)),
                        ('request_id', models.CharField(max_length=80)),
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('crossing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='access.crossing')),
                        ('status', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed'), ('restricted', 'Restricted')], max_length=12)),
                    ],
                    options={
                        'ordering': ['reported_at', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('crossing', 'request_id'), name='access_report_request_once'), models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='access_report_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='SiteReport',
                    fields=[
                        ('valid_from', models.DateField()),
                        ('valid_until', models.DateField(blank=True, null=True)),
                        ('source', models.CharField(max_length=200)),
                        ('confidence', models.CharField(choices=[('seen', 'Seen by us'), ('confirmed', 'Confirmed by two sources'), ('heard', 'Heard')], max_length=12)),
                        ('reported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('reported_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('observed_on', models.DateField(default=django.utils.timezone.localdate)),
                        ('request_id', models.CharField(max_length=80)),
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_reports', to='campaigns.site')),
                        ('condition', models.CharField(choices=[('clear', 'Nothing stands in the way'), ('unsafe', 'Not safe'), ('hazard', 'Explosive hazard suspected'), ('no_way', 'No way in'), ('flooded', 'Flooded'), ('no_power', 'No power'), ('no_water', 'No water')], max_length=12)),
                    ],
                    options={
                        'ordering': ['observed_on', 'reported_at', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('site', 'request_id'), name='access_site_report_request_once'), models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='access_site_report_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='PassRequest',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('crossing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pass_requests', to='access.crossing')),
                        ('item', models.CharField(max_length=120)),
                        ('quantity', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                        ('unit', models.CharField(blank=True, max_length=12)),
                        ('asked_on', models.DateField()),
                        ('wanted_on', models.DateField(blank=True, null=True)),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['-asked_on', 'item', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('crossing', 'request_id'), name='access_pass_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PassDecision',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('pass_request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='access.passrequest')),
                        ('outcome', models.CharField(choices=[('allowed', 'Allowed'), ('partly', 'Allowed in part'), ('refused', 'Refused'), ('turned_back', 'Turned back')], max_length=12)),
                        ('decided_on', models.DateField()),
                        ('reason', models.CharField(blank=True, max_length=200)),
                        ('inspection_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['decided_on', 'recorded_at', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('pass_request', 'request_id'), name='access_pass_decision_once')],
                    },
                ),
                migrations.CreateModel(
                    name='AccessImport',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='access_imports', to='parties.campaign')),
                        ('kind', models.CharField(choices=[('reports', 'Reports on crossings'), ('requests', 'Requests to pass and decisions')], max_length=10)),
                        ('filename', models.CharField(max_length=200)),
                        ('rows', models.JSONField(default=list)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('made_at', models.DateTimeField(auto_now_add=True)),
                        ('done_at', models.DateTimeField(blank=True, null=True)),
                        ('taken', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'ordering': ['-made_at'],
                    },
                ),
            ],
        ),
    ]
