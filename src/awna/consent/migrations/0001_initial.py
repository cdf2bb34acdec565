"""Policies, keys, proposals and decisions."""

import uuid

import django.db.models.deletion
import django.utils.timezone
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
                    name='PolicyEpoch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='policy_epochs', to='parties.campaign')),
                        ('number', models.PositiveIntegerField()),
                        ('required', models.PositiveSmallIntegerField()),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('keyed', models.BooleanField(default=False)),
                        ('rules', models.TextField(blank=True, default='')),
                        ('entered_on', models.DateField(blank=True, null=True)),
                        ('proposal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='epochs_started', to='consent.proposal')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'number'), name='consent_epoch_number_once'), models.CheckConstraint(condition=models.Q(('required__gte', 1)), name='consent_epoch_needs_someone')],
                    },
                ),
                migrations.CreateModel(
                    name='Proposal',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='parties.campaign')),
                        ('epoch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='consent.policyepoch')),
                        ('purpose', models.CharField(max_length=40)),
                        ('payload', models.TextField()),
                        ('digest', models.CharField(max_length=64)),
                        ('expires_on', models.DateField()),
                        ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals_filed', to='parties.role')),
                        ('filed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('request_id', models.CharField(max_length=80)),
                        ('signs', models.CharField(blank=True, default='', max_length=64)),
                        ('required', models.PositiveSmallIntegerField(default=0)),
                        ('offices', models.PositiveSmallIntegerField(default=0)),
                        ('cool_down', models.PositiveSmallIntegerField(default=0)),
                        ('not_before', models.DateField(blank=True, null=True)),
                        ('by_paper', models.BooleanField(default=False)),
                        ('held_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'request_id'), name='consent_proposal_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Decision',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='consent.proposal')),
                        ('steward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='parties.role')),
                        ('choice', models.CharField(choices=[('approve', 'approve'), ('ask', 'ask'), ('decline', 'decline')], max_length=10)),
                        ('reason', models.TextField(blank=True)),
                        ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('request_id', models.CharField(max_length=80)),
                        ('decided_on', models.DateField(null=True)),
                        ('digest', models.CharField(blank=True, default='', max_length=64)),
                        ('key', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='consent.stewardkey')),
                        ('nonce', models.CharField(blank=True, default='', max_length=64)),
                        ('signature', models.TextField(blank=True, default='')),
                        ('auth', models.TextField(blank=True, default='')),
                        ('client', models.TextField(blank=True, default='')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('choice__in', ['approve', 'decline'])), fields=('proposal', 'steward'), name='consent_decision_once'), models.UniqueConstraint(fields=('proposal', 'request_id'), name='consent_decision_request_once'), models.UniqueConstraint(condition=models.Q(('nonce', ''), _negated=True), fields=('nonce',), name='consent_decision_nonce_once')],
                    },
                ),
                migrations.CreateModel(
                    name='StewardKey',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steward_keys', to='parties.campaign')),
                        ('steward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steward_keys', to='parties.role')),
                        ('kind', models.CharField(choices=[('passkey', 'passkey'), ('paper', 'paper key')], max_length=10)),
                        ('public', models.CharField(max_length=120)),
                        ('credential_id', models.CharField(blank=True, max_length=1400)),
                        ('rp', models.CharField(blank=True, max_length=253)),
                        ('site', models.CharField(blank=True, max_length=300)),
                        ('label', models.CharField(blank=True, max_length=60)),
                        ('fingerprint', models.CharField(max_length=64)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'fingerprint'), name='consent_key_once'), models.UniqueConstraint(fields=('campaign', 'request_id'), name='consent_key_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='EpochKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('epoch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='consent.policyepoch')),
                        ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='epochs', to='consent.stewardkey')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('epoch', 'key'), name='consent_epoch_key_once')],
                    },
                ),
                migrations.CreateModel(
                    name='EpochSteward',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('epoch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stewards', to='consent.policyepoch')),
                        ('steward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='epochs', to='parties.role')),
                        ('household', models.CharField(blank=True, max_length=80)),
                        ('office', models.CharField(blank=True, max_length=80)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('epoch', 'steward'), name='consent_epoch_steward_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Founding',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='founding', to='parties.campaign')),
                        ('required', models.PositiveSmallIntegerField()),
                        ('rules', models.TextField(blank=True, default='')),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                ),
                migrations.CreateModel(
                    name='FoundingWord',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='founding_word', to='consent.stewardkey')),
                        ('digest', models.CharField(max_length=64)),
                        ('nonce', models.CharField(max_length=64)),
                        ('signature', models.TextField()),
                        ('auth', models.TextField(blank=True, default='')),
                        ('client', models.TextField(blank=True, default='')),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                ),
                migrations.CreateModel(
                    name='Nonce',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('steward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='nonces', to='parties.role')),
                        ('about', models.CharField(max_length=120)),
                        ('nonce', models.CharField(max_length=64, unique=True)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Suspension',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='consent.stewardkey')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions_said', to='parties.role')),
                        ('since', models.DateField()),
                        ('until', models.DateField()),
                        ('entry_seq', models.BigIntegerField()),
                        ('reason', models.TextField(blank=True, default='')),
                    ],
                ),
                migrations.CreateModel(
                    name='Pause',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='parties.campaign')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses_said', to='parties.role')),
                        ('since', models.DateField()),
                        ('until', models.DateField()),
                        ('entry_seq', models.BigIntegerField()),
                        ('reason', models.TextField(blank=True, default='')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pauses_ended', to='consent.proposal')),
                    ],
                ),
                migrations.CreateModel(
                    name='Interest',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to='parties.role')),
                        ('custody', models.CharField(max_length=36)),
                        ('reason', awna.kit.sealed.SealedTextField(blank=True)),
                        ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('end_reason', awna.kit.sealed.SealedTextField(blank=True, default='')),
                    ],
                ),
                migrations.CreateModel(
                    name='Pin',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('steward', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='pin', to='parties.role')),
                        ('normal', models.CharField(max_length=256)),
                        ('duress', models.CharField(max_length=256)),
                        ('set_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                ),
                migrations.CreateModel(
                    name='Mark',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mark', to='consent.decision')),
                        ('sealed', models.TextField()),
                    ],
                ),
            ],
        ),
    ]
