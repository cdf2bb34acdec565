"""Mails that wait, left or failed, and notices to people."""

import uuid

import django.utils.timezone
from django.db import migrations, models

import awna.kit.sealed
from awna.kit.tables import MakeTables


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        MakeTables(
            models=[
                migrations.CreateModel(
                    name='Mail',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('for_campaign', models.UUIDField(default=uuid.UUID('00000000-0000-0000-0000-000000000000'))),
                        ('for_section', models.UUIDField(default=uuid.UUID('00000000-0000-0000-0000-000000000000'))),
                        ('kind', models.CharField(choices=[('code', 'a code'), ('invitation', 'an invitation'), ('sign-in', 'sign-in'), ('notice', 'a notice'), ('gift', 'about a gift'), ('receipt', 'a receipt'), ('debit', 'a direct debit'), ('letter', 'an open letter'), ('news', 'news'), ('event', 'an event'), ('test', 'a test'), ('other', 'something else')], default='other', max_length=12)),
                        ('is_bulk', models.BooleanField(default=False)),
                        ('address', awna.kit.sealed.SealedTextField()),
                        ('address_index', models.CharField(db_index=True, max_length=64)),
                        ('subject', awna.kit.sealed.SealedTextField(blank=True)),
                        ('body', awna.kit.sealed.SealedTextField(blank=True)),
                        ('stop_url', awna.kit.sealed.SealedTextField(blank=True)),
                        ('state', models.CharField(choices=[('waiting', 'waits'), ('left', 'sent'), ('failed', 'failed'), ('bounced', 'came back'), ('given_up', 'given up')], default='waiting', max_length=8)),
                        ('tries', models.PositiveSmallIntegerField(default=0)),
                        ('error', awna.kit.sealed.SealedTextField(blank=True)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('next_try_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-made_at'],
                        'indexes': [models.Index(fields=['state', 'next_try_at'], name='kit_mail_due'), models.Index(fields=['for_campaign', 'state'], name='kit_mail_campaign')],
                    },
                ),
                migrations.CreateModel(
                    name='DeadAddress',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('for_campaign', models.UUIDField(default=uuid.UUID('00000000-0000-0000-0000-000000000000'))),
                        ('for_section', models.UUIDField(default=uuid.UUID('00000000-0000-0000-0000-000000000000'))),
                        ('kind', models.CharField(choices=[('code', 'a code'), ('invitation', 'an invitation'), ('sign-in', 'sign-in'), ('notice', 'a notice'), ('gift', 'about a gift'), ('receipt', 'a receipt'), ('debit', 'a direct debit'), ('letter', 'an open letter'), ('news', 'news'), ('event', 'an event'), ('test', 'a test'), ('other', 'something else')], default='other', max_length=12)),
                        ('address', awna.kit.sealed.SealedTextField()),
                        ('address_index', models.CharField(db_index=True, max_length=64)),
                        ('error', awna.kit.sealed.SealedTextField(blank=True)),
                        ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'ordering': ['-since'],
                        'constraints': [models.UniqueConstraint(fields=('for_campaign', 'for_section', 'kind', 'address_index'), name='kit_dead_address_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SentHour',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('for_campaign', models.UUIDField(default=uuid.UUID('00000000-0000-0000-0000-000000000000'))),
                        ('hour', models.DateTimeField()),
                        ('mails', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('for_campaign', 'hour'), name='kit_sent_hour_once')],
                    },
                ),
                migrations.CreateModel(
                    name='MailProof',
                    fields=[
                        ('code_digest', models.CharField(blank=True, max_length=64)),
                        ('code_tries', models.PositiveSmallIntegerField(default=0)),
                        ('mailed_at', models.DateTimeField(blank=True, null=True)),
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('settings_digest', models.CharField(max_length=64)),
                        ('proven_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-mailed_at'],
                    },
                ),
                migrations.CreateModel(
                    name='Notice',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('reader', models.UUIDField()),
                        ('for_campaign', models.UUIDField(blank=True, null=True)),
                        ('key', models.CharField(max_length=160)),
                        ('subject', awna.kit.sealed.SealedTextField()),
                        ('body', awna.kit.sealed.SealedTextField(blank=True)),
                        ('address', models.CharField(blank=True, max_length=300)),
                        ('is_private', models.BooleanField(default=False)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('mailed_at', models.DateTimeField(blank=True, null=True)),
                        ('read_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-made_at'],
                        'constraints': [models.UniqueConstraint(fields=('reader', 'key'), name='kit_notice_once')],
                    },
                ),
                migrations.CreateModel(
                    name='NoticeChoice',
                    fields=[
                        ('reader', models.UUIDField(primary_key=True, serialize=False)),
                        ('language', models.CharField(blank=True, max_length=8)),
                        ('pace', models.CharField(choices=[('now', 'At once, one mail for each notice'), ('daily', 'Once a day, all in one mail'), ('weekly', 'Once a week, all in one mail'), ('never', 'Never by mail: only on the page')], default='now', max_length=8)),
                        ('mailed_at', models.DateTimeField(blank=True, null=True)),
                    ],
                ),
            ],
        ),
    ]
