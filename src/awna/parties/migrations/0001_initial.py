"""People, campaigns, owners, sections, roles and translations."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
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
                    name='Tombstone',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=20)),
                        ('subject', models.CharField(max_length=64)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('kind', 'subject'), name='tombstone_once')],
                    },
                ),
                migrations.CreateModel(
                    name='LegalText',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='legal_texts', to='parties.campaign')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='legal_texts', to='parties.section')),
                        ('kind', models.CharField(choices=[('imprint', 'Who we are (imprint)'), ('privacy', 'Privacy notice'), ('terms', 'Terms of giving and taking part'), ('complaints', 'Where to complain')], max_length=12)),
                        ('number', models.PositiveIntegerField(default=1)),
                        ('language', models.CharField(max_length=8)),
                        ('text', models.TextField()),
                        ('issued_on', models.DateField(default=django.utils.timezone.localdate)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('lawyer', models.CharField(blank=True, max_length=160)),
                        ('lawyer_on', models.DateField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-number'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'section', 'kind', 'number'), name='one_legal_text_of_a_section'), models.UniqueConstraint(condition=models.Q(('section', None)), fields=('campaign', 'kind', 'number'), name='one_legal_text_of_the_owner')],
                    },
                ),
                migrations.CreateModel(
                    name='RoleChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_changes', to='parties.campaign')),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('what', models.CharField(max_length=24)),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('invitation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='parties.invitation')),
                        ('role_name', models.CharField(blank=True, max_length=20)),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.section')),
                        ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('way', models.CharField(choices=[('page', 'on the page'), ('command', 'by a command on the server'), ('link', 'by a mailed link')], default='page', max_length=8)),
                    ],
                    options={
                        'ordering': ['-at', '-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='RoleAsk',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='role_asks', to='parties.campaign')),
                        ('kind', models.CharField(choices=[('invite', 'invite'), ('give', 'give'), ('end', 'end'), ('deactivate', 'deactivate')], max_length=10)),
                        ('role_name', models.CharField(max_length=20)),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.section')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('invitation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='parties.invitation')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('agreed', models.BooleanField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['asked_at', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='LostSignIn',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('token_digest', models.CharField(max_length=64, unique=True)),
                        ('code_hash', models.CharField(max_length=128)),
                        ('began_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expires_at', models.DateTimeField()),
                        ('asked_at', models.DateTimeField(blank=True, null=True)),
                        ('wrong_codes', models.PositiveSmallIntegerField(default=0)),
                        ('stopped_at', models.DateTimeField(blank=True, null=True)),
                        ('done_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-began_at', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='LostSignInWord',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('lost', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='words', to='parties.lostsignin')),
                        ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('said_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('lost', 'role'), name='one_word_of_a_colleague')],
                    },
                ),
                migrations.CreateModel(
                    name='SetUp',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='set_up', to='parties.campaign')),
                        ('began_at', models.DateTimeField(auto_now_add=True)),
                        ('finished_at', models.DateTimeField(blank=True, null=True)),
                        ('public_metres', models.PositiveIntegerField(blank=True, null=True)),
                        ('links', awna.kit.sealed.SealedTextField(blank=True)),
                        ('settled_at', models.DateTimeField(blank=True, null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='SetUpStep',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('set_up', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='parties.setup')),
                        ('name', models.CharField(max_length=30)),
                        ('typed', awna.kit.sealed.SealedTextField()),
                        ('is_good', models.BooleanField(default=False)),
                        ('saved_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('set_up', 'name'), name='one_answer_per_step')],
                    },
                ),
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('email', models.EmailField(max_length=254, unique=True)),
                        ('name', models.CharField(blank=True, max_length=120)),
                        ('is_active', models.BooleanField(default=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('signed_out_count', models.PositiveIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name='Campaign',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('slug', models.SlugField(max_length=60, unique=True)),
                        ('title', models.CharField(max_length=160)),
                        ('summary', models.TextField(blank=True)),
                        ('place_public', models.CharField(blank=True, max_length=120)),
                        ('goal_minor', models.BigIntegerField(default=0)),
                        ('goal_currency', models.CharField(default='USD', max_length=3)),
                        ('languages', models.CharField(default='en,ar', max_length=60)),
                        ('site_language', models.CharField(default='ar', max_length=8)),
                        ('at_risk', models.BooleanField(default=False)),
                        ('publication_delay_days', models.PositiveSmallIntegerField(default=7)),
                        ('is_demo', models.BooleanField(default=False)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Translation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='translations', to='parties.campaign')),
                        ('subject', models.CharField(max_length=120)),
                        ('language', models.CharField(max_length=8)),
                        ('text', models.TextField()),
                        ('state', models.CharField(choices=[('machine', 'machine translation, not reviewed'), ('draft', 'draft'), ('reviewed', 'reviewed')], default='machine', max_length=10)),
                        ('source_digest', models.CharField(max_length=64)),
                        ('credit', models.CharField(blank=True, max_length=120)),
                        ('translator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('reviewer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('version', models.PositiveIntegerField(default=1)),
                        ('changed_at', models.DateTimeField(auto_now=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'subject', 'language'), name='one_translation_per_language')],
                    },
                ),
                migrations.CreateModel(
                    name='EarlierTranslation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('translation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='earlier', to='parties.translation')),
                        ('version', models.PositiveIntegerField()),
                        ('text', models.TextField()),
                        ('state', models.CharField(choices=[('machine', 'machine translation, not reviewed'), ('draft', 'draft'), ('reviewed', 'reviewed')], max_length=10)),
                        ('credit', models.CharField(blank=True, max_length=120)),
                        ('until', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'ordering': ['-version'],
                        'constraints': [models.UniqueConstraint(fields=('translation', 'version'), name='one_earlier_text_per_version')],
                    },
                ),
                migrations.CreateModel(
                    name='Owner',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='owner', to='parties.campaign')),
                        ('name', models.CharField(max_length=160)),
                        ('registration', models.CharField(blank=True, max_length=120)),
                        ('country', models.CharField(blank=True, max_length=2)),
                    ],
                ),
                migrations.CreateModel(
                    name='Section',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='parties.campaign')),
                        ('name', models.CharField(max_length=160)),
                        ('country', models.CharField(max_length=2)),
                        ('registration', models.CharField(blank=True, max_length=120)),
                        ('currency', models.CharField(default='EUR', max_length=3)),
                        ('territory', models.CharField(blank=True, max_length=120)),
                        ('address', models.CharField(blank=True, max_length=200)),
                        ('register_body', models.CharField(blank=True, max_length=160)),
                        ('register_url', models.URLField(blank=True)),
                        ('permit_number', models.CharField(blank=True, max_length=80)),
                        ('permit_from', models.DateField(blank=True, null=True)),
                        ('permit_until', models.DateField(blank=True, null=True)),
                        ('receipt_facts', models.JSONField(blank=True, default=dict)),
                    ],
                ),
                migrations.CreateModel(
                    name='SectionChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('section', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='parties.section')),
                        ('field', models.CharField(max_length=60)),
                        ('before', models.CharField(blank=True, max_length=300)),
                        ('after', models.CharField(blank=True, max_length=300)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('changed_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'ordering': ['-changed_at', '-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Role',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='parties.campaign')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to=settings.AUTH_USER_MODEL)),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='roles', to='parties.section')),
                        ('name', models.CharField(choices=[('steward', 'Steward'), ('treasurer', 'Treasurer'), ('buyer', 'Buyer'), ('storekeeper', 'Storekeeper'), ('coordinator', 'Brigade coordinator'), ('shift_lead', 'Shift lead'), ('site_lead', 'Site lead'), ('volunteer', 'Volunteer'), ('translator', 'Translator'), ('safeguarding', 'Safeguarding lead'), ('bridge', 'Program')], max_length=20)),
                        ('began_on', models.DateField(auto_now_add=True)),
                        ('ended_on', models.DateField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'user', 'name', 'section'), name='one_role_of_a_section'), models.UniqueConstraint(condition=models.Q(('section', None)), fields=('campaign', 'user', 'name'), name='one_role_of_the_campaign')],
                    },
                ),
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='parties.campaign')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='parties.section')),
                        ('email', models.EmailField(max_length=254)),
                        ('role_name', models.CharField(choices=[('steward', 'Steward'), ('treasurer', 'Treasurer'), ('buyer', 'Buyer'), ('storekeeper', 'Storekeeper'), ('coordinator', 'Brigade coordinator'), ('shift_lead', 'Shift lead'), ('site_lead', 'Site lead'), ('volunteer', 'Volunteer'), ('translator', 'Translator'), ('safeguarding', 'Safeguarding lead'), ('bridge', 'Program')], max_length=20)),
                        ('token_digest', models.CharField(max_length=64, unique=True)),
                        ('expires_at', models.DateTimeField()),
                        ('accepted_at', models.DateTimeField(blank=True, null=True)),
                        ('language', models.CharField(blank=True, max_length=8)),
                        ('invited_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('sent_at', models.DateTimeField(blank=True, null=True)),
                        ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                    ],
                ),
            ],
        ),
    ]
