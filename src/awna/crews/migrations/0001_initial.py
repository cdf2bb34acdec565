"""Volunteers, crews, shifts and hours."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import awna.kit.sealed
from awna.kit.tables import MakeTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('parties', '0001_initial'),
    ]

    operations = [
        MakeTables(
            models=[
                migrations.CreateModel(
                    name='Volunteer',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='volunteers', to='parties.campaign')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='volunteers', to='parties.section')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='volunteers', to=settings.AUTH_USER_MODEL)),
                        ('code', models.CharField(max_length=20)),
                        ('name', awna.kit.sealed.SealedTextField()),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'ordering': ['code'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'code'), name='crews_volunteer_code_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Skill',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('volunteer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='skills', to='crews.volunteer')),
                        ('name', models.CharField(max_length=40)),
                        ('level', models.PositiveSmallIntegerField(choices=[(1, 'helper'), (2, 'skilled'), (3, 'lead')])),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(fields=('volunteer', 'name'), name='crews_skill_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Language',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('volunteer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='languages', to='crews.volunteer')),
                        ('code', models.CharField(max_length=8)),
                        ('level', models.PositiveSmallIntegerField(choices=[(1, 'basic'), (2, 'working'), (3, 'native')])),
                    ],
                    options={
                        'ordering': ['code'],
                        'constraints': [models.UniqueConstraint(fields=('volunteer', 'code'), name='crews_language_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Availability',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('volunteer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='availabilities', to='crews.volunteer')),
                        ('from_on', models.DateField()),
                        ('until_on', models.DateField()),
                    ],
                    options={
                        'ordering': ['from_on'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until_on__gte', models.F('from_on'))), name='crews_availability_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='Vetting',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('volunteer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vettings', to='crews.volunteer')),
                        ('state', awna.kit.sealed.SealedTextField(choices=[('pending', 'pending'), ('cleared', 'cleared'), ('refused', 'refused')])),
                        ('valid_until', models.DateField(blank=True, null=True)),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('recorded_at', models.DateTimeField(auto_now_add=True)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('volunteer', 'request_id'), name='crews_vetting_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Crew',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='crews', to='parties.campaign')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='crews', to='parties.section')),
                        ('name', models.CharField(max_length=80)),
                        ('from_on', models.DateField()),
                        ('until_on', models.DateField()),
                        ('formed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('request_id', models.CharField(max_length=80)),
                        ('members', models.ManyToManyField(related_name='crews', to='crews.volunteer')),
                    ],
                    options={
                        'ordering': ['from_on', 'name'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'request_id'), name='crews_crew_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Shift',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('crew', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='crews.crew')),
                        ('title', models.CharField(max_length=120)),
                        ('task_ref', models.CharField(blank=True, max_length=80)),
                        ('works_on', models.DateField()),
                        ('hours_planned', models.DecimalField(decimal_places=2, max_digits=4)),
                        ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['works_on', 'title'],
                        'constraints': [models.UniqueConstraint(fields=('crew', 'request_id'), name='crews_shift_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Hours',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('shift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hours', to='crews.shift')),
                        ('volunteer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hours', to='crews.volunteer')),
                        ('hours', models.DecimalField(decimal_places=2, max_digits=4)),
                        ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('recorded_at', models.DateTimeField(auto_now_add=True)),
                        ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('approved_at', models.DateTimeField(blank=True, null=True)),
                        ('entry_seq', models.PositiveBigIntegerField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['shift__works_on', 'volunteer__code'],
                        'constraints': [models.UniqueConstraint(fields=('shift', 'volunteer'), name='crews_hours_once_a_shift'), models.CheckConstraint(condition=models.Q(('hours__gt', 0)), name='crews_hours_above_zero')],
                    },
                ),
            ],
        ),
    ]
