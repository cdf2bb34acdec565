"""Complaints and feedback, and reports of harm that only their readers can open."""

import uuid

import django.db.models.deletion
import django.utils.timezone
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
                    name='VoiceRules',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='voice_rules', to='parties.campaign')),
                        ('answer_days', models.PositiveSmallIntegerField(default=14)),
                        ('keep_days', models.PositiveSmallIntegerField(default=90)),
                        ('changed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                    ],
                ),
                migrations.CreateModel(
                    name='LeadKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lead_keys', to='parties.campaign')),
                        ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lead_keys', to='parties.role')),
                        ('title', models.CharField(max_length=120)),
                        ('public_key', models.CharField(max_length=80)),
                        ('added_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['title', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'public_key'), name='voices_lead_key_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Voice',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='voices', to='parties.campaign')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='voices', to='parties.section')),
                        ('code', models.CharField(max_length=9)),
                        ('kind', models.CharField(choices=[('complaint', 'A complaint'), ('feedback', 'Feedback or an idea'), ('harm', 'A report about harm to a person')], max_length=10)),
                        ('way', models.CharField(choices=[('form', 'by the form'), ('paper', 'on paper'), ('phone', 'by telephone'), ('spoken', 'in person')], default='form', max_length=8)),
                        ('typed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('language', models.CharField(max_length=8)),
                        ('about', models.CharField(blank=True, max_length=80)),
                        ('text', awna.kit.sealed.SealedTextField(blank=True)),
                        ('name', awna.kit.sealed.SealedTextField(blank=True)),
                        ('email', awna.kit.sealed.SealedTextField(blank=True)),
                        ('wants_public', models.BooleanField(default=False)),
                        ('sealed', models.BinaryField(blank=True, null=True)),
                        ('link_key', models.CharField(blank=True, max_length=80, null=True, unique=True)),
                        ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('due_on', models.DateField()),
                        ('reminded_at', models.DateTimeField(blank=True, null=True)),
                        ('answer', awna.kit.sealed.SealedTextField(blank=True)),
                        ('sealed_answer', models.BinaryField(blank=True, null=True)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('public_text', models.TextField(blank=True)),
                        ('public_answer', models.TextField(blank=True)),
                        ('published_at', models.DateTimeField(blank=True, null=True)),
                        ('delete_on', models.DateField(blank=True, null=True)),
                        ('forgotten_at', models.DateTimeField(blank=True, null=True)),
                        ('request_id', models.CharField(max_length=64)),
                        ('readers', models.ManyToManyField(blank=True, related_name='voices', to='voices.leadkey')),
                    ],
                    options={
                        'ordering': ['-asked_at'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'code'), name='voices_code_once'), models.UniqueConstraint(fields=('campaign', 'request_id'), name='voices_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='VoicePhoto',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('voice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='voices.voice')),
                        ('media_type', models.CharField(max_length=20)),
                        ('data', models.BinaryField()),
                    ],
                ),
                migrations.CreateModel(
                    name='Barred',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('voice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='barred', to='voices.voice')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('barred_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('voice', 'user'), name='voices_barred_once')],
                    },
                ),
            ],
        ),
    ]
