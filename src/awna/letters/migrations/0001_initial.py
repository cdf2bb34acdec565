"""Open letters and who signed them."""

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
                    name='OpenLetter',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letters', to='parties.campaign')),
                        ('code', models.SlugField(max_length=60)),
                        ('language', models.CharField(max_length=8)),
                        ('title', models.CharField(max_length=200)),
                        ('text', models.TextField()),
                        ('opened_on', models.DateField(default=django.utils.timezone.localdate)),
                        ('closed_on', models.DateField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-opened_on', 'title'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'code'), name='letters_code_once')],
                    },
                ),
                migrations.CreateModel(
                    name='LetterVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='letters.openletter')),
                        ('number', models.PositiveIntegerField(default=1)),
                        ('language', models.CharField(max_length=8)),
                        ('title', models.CharField(max_length=200)),
                        ('text', models.TextField()),
                        ('issued_on', models.DateField(default=django.utils.timezone.localdate)),
                    ],
                    options={
                        'ordering': ['number'],
                        'constraints': [models.UniqueConstraint(fields=('letter', 'number'), name='letters_version_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Waiting',
                    fields=[
                        ('id', models.BigAutoField(primary_key=True, serialize=False)),
                        ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='waiting', to='letters.letterversion')),
                        ('kind', models.CharField(max_length=1)),
                        ('mark', models.BinaryField(max_length=16, unique=True)),
                        ('sealed', models.BinaryField(max_length=4096)),
                        ('began_at', models.BigIntegerField()),
                        ('mailed_at', models.BigIntegerField(default=0)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['began_at'], name='letters_waiting_since'), models.Index(condition=models.Q(('mailed_at', 0)), fields=['id'], name='letters_waiting_for_mail')],
                    },
                ),
                migrations.CreateModel(
                    name='Signature',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('email', awna.kit.sealed.SealedTextField(blank=True)),
                        ('email_index', models.CharField(blank=True, max_length=64, null=True)),
                        ('sign_up', models.BigIntegerField(blank=True, null=True, unique=True)),
                        ('language', models.CharField(default='en', max_length=8)),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                        ('mailed_at', models.DateTimeField(blank=True, null=True)),
                        ('letter', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='letters.openletter')),
                        ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='letters.letterversion')),
                        ('name', awna.kit.sealed.SealedTextField(blank=True)),
                        ('place', awna.kit.sealed.SealedTextField(blank=True)),
                        ('show_name', models.BooleanField(default=False)),
                        ('state', models.CharField(choices=[('confirmed', 'confirmed'), ('withdrawn', 'withdrawn')], default='confirmed', max_length=10)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['letter', 'state', 'show_name', 'version', 'confirmed_at'], name='letters_signatures_counted')],
                        'constraints': [models.UniqueConstraint(fields=('letter', 'email_index'), name='letters_one_signature_per_address')],
                    },
                ),
                migrations.CreateModel(
                    name='ListImport',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='letters.openletter')),
                        ('listed_by', models.CharField(max_length=200)),
                        ('listed_on', models.DateField()),
                        ('text', awna.kit.sealed.SealedTextField(blank=True)),
                        ('digest', models.CharField(max_length=64)),
                        ('way', models.CharField(blank=True, max_length=12)),
                        ('state', models.CharField(default='open', max_length=8)),
                        ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('taken_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('letter', 'digest'), name='letters_list_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ListRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('taken_from', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='letters.listimport')),
                        ('position', models.PositiveIntegerField()),
                        ('state', models.CharField(choices=[('open', 'to be checked'), ('checked', 'checked'), ('left', 'left over')], default='open', max_length=8)),
                        ('content', awna.kit.sealed.SealedTextField()),
                    ],
                    options={
                        'ordering': ['position', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Organisation',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('email', awna.kit.sealed.SealedTextField(blank=True)),
                        ('email_index', models.CharField(blank=True, max_length=64, null=True)),
                        ('sign_up', models.BigIntegerField(blank=True, null=True, unique=True)),
                        ('language', models.CharField(default='en', max_length=8)),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                        ('mailed_at', models.DateTimeField(blank=True, null=True)),
                        ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='letters.openletter')),
                        ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='letters.letterversion')),
                        ('name', models.CharField(blank=True, max_length=300)),
                        ('name_english', models.CharField(blank=True, max_length=300)),
                        ('abbreviation', models.CharField(blank=True, max_length=40)),
                        ('country', models.CharField(blank=True, max_length=2)),
                        ('place', models.CharField(blank=True, max_length=120)),
                        ('link', models.URLField(blank=True, max_length=300)),
                        ('office', models.CharField(blank=True, max_length=120)),
                        ('signatory', awna.kit.sealed.SealedTextField(blank=True)),
                        ('name_key', models.CharField(blank=True, max_length=64, null=True)),
                        ('authority', models.CharField(blank=True, max_length=200)),
                        ('authority_on', models.DateField(blank=True, null=True)),
                        ('authority_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('listed_in', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='letters.listimport')),
                        ('hidden', models.BooleanField(default=False)),
                        ('state', models.CharField(choices=[('listed', 'listed, not confirmed by itself'), ('confirmed', 'confirmed'), ('withdrawn', 'withdrawn')], default='confirmed', max_length=10)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('letter', 'name_key'), name='letters_organisation_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PaperSheet',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('letter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='letters.openletter')),
                        ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='letters.letterversion')),
                        ('count', models.PositiveIntegerField()),
                        ('place', models.CharField(max_length=120)),
                        ('collected_on', models.DateField()),
                        ('scan_digest', models.CharField(max_length=64)),
                        ('first_counter', awna.kit.sealed.SealedTextField()),
                        ('second_counter', awna.kit.sealed.SealedTextField()),
                        ('struck', models.CharField(blank=True, max_length=200)),
                        ('entered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'ordering': ['-collected_on', 'pk'],
                        'constraints': [models.UniqueConstraint(fields=('letter', 'scan_digest'), name='letters_sheet_once')],
                    },
                ),
            ],
        ),
    ]
