"""Sites, the bill of quantities, news, events, outcomes, photos and links."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import awna.kit.sealed
from awna.kit.tables import MakeTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('books', '0001_initial'),
        ('parties', '0001_initial'),
    ]

    operations = [
        MakeTables(
            models=[
                migrations.CreateModel(
                    name='Site',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sites', to='parties.campaign')),
                        ('name', models.CharField(max_length=120)),
                        ('place_exact', awna.kit.sealed.SealedTextField(blank=True)),
                        ('place_public', models.CharField(blank=True, max_length=120)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'name'), name='campaigns_site_name_once')],
                    },
                ),
                migrations.CreateModel(
                    name='BudgetLine',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='budget_lines', to='parties.campaign')),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='campaigns.budgetline')),
                        ('code', models.CharField(max_length=60)),
                        ('title', models.CharField(max_length=300)),
                        ('kind', models.CharField(choices=[('line', 'Line'), ('heading', 'Heading'), ('alternate', 'Alternate'), ('assembly', 'Assembly'), ('component', 'Part of an assembly')], default='line', max_length=10)),
                        ('unit', models.CharField(blank=True, max_length=12)),
                        ('quantity', models.DecimalField(decimal_places=4, default=0, max_digits=16)),
                        ('rate', models.DecimalField(decimal_places=4, default=0, max_digits=16)),
                        ('amount_minor', models.BigIntegerField(default=0)),
                        ('currency', models.CharField(blank=True, max_length=3)),
                        ('more_rates', models.JSONField(blank=True, default=list)),
                        ('position', models.PositiveIntegerField()),
                    ],
                    options={
                        'ordering': ['position'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'code'), name='campaigns_budget_code_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Goal',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goals', to='parties.campaign')),
                        ('kind', models.CharField(choices=[('money', 'Money'), ('goods', 'Goods'), ('hours', 'Hours')], max_length=10)),
                        ('title', models.CharField(max_length=160)),
                        ('unit', models.CharField(max_length=12)),
                        ('quantity', models.DecimalField(decimal_places=4, max_digits=15)),
                        ('due_on', models.DateField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'kind', 'title'), name='campaigns_goal_once')],
                    },
                ),
                migrations.CreateModel(
                    name='BillFile',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bill_files', to='parties.campaign')),
                        ('name', models.CharField(max_length=200)),
                        ('content', models.TextField()),
                        ('sheets', models.JSONField(default=list)),
                        ('mapping', models.JSONField(null=True)),
                        ('corrections', models.JSONField(default=dict)),
                        ('reading', models.JSONField(null=True)),
                        ('state', models.CharField(choices=[('draft', 'looked at'), ('applied', 'applied'), ('dropped', 'put away'), ('undone', 'taken back')], default='draft', max_length=10)),
                        ('brought_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('brought_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('applied_at', models.DateTimeField(blank=True, null=True)),
                        ('before', models.JSONField(default=dict)),
                    ],
                    options={
                        'ordering': ['-brought_at'],
                    },
                ),
                migrations.CreateModel(
                    name='BillLayout',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bill_layouts', to='parties.campaign')),
                        ('name', models.CharField(max_length=120)),
                        ('mapping', models.JSONField()),
                        ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
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
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='line_claims', to='parties.campaign')),
                        ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='claims', to='campaigns.budgetline')),
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
                    ],
                    options={
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'ref'), name='campaigns_claim_ref_once'), models.CheckConstraint(condition=models.Q(('minor__gte', 0), ('quantity__gte', 0)), name='campaigns_claim_not_negative')],
                    },
                ),
                migrations.CreateModel(
                    name='BringIn',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bring_ins', to='parties.campaign')),
                        ('kind', models.CharField(max_length=20)),
                        ('name', models.CharField(max_length=200)),
                        ('digest', models.CharField(max_length=64)),
                        ('content', awna.kit.sealed.SealedTextField(blank=True)),
                        ('rows', awna.kit.sealed.SealedTextField(blank=True)),
                        ('sheets', models.JSONField(default=list)),
                        ('mapping', models.JSONField(null=True)),
                        ('options', models.JSONField(default=dict)),
                        ('state', models.CharField(choices=[('draft', 'looked at, nothing taken in yet'), ('done', 'brought in'), ('undone', 'taken back'), ('dropped', 'put away')], default='draft', max_length=10)),
                        ('brought_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('brought_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('done_at', models.DateTimeField(blank=True, null=True)),
                        ('new', models.PositiveIntegerField(default=0)),
                        ('known', models.PositiveIntegerField(default=0)),
                        ('refused', models.PositiveIntegerField(default=0)),
                        ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('undone_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['-brought_at'],
                    },
                ),
                migrations.CreateModel(
                    name='BroughtRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('bring_in', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='made', to='campaigns.bringin')),
                        ('number', models.PositiveIntegerField()),
                        ('ref', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['number'],
                        'constraints': [models.UniqueConstraint(fields=('bring_in', 'number'), name='campaigns_broughtrow_once')],
                    },
                ),
                migrations.CreateModel(
                    name='KnownColumns',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='known_columns', to='parties.campaign')),
                        ('kind', models.CharField(max_length=20)),
                        ('digest', models.CharField(max_length=64)),
                        ('heads', models.JSONField()),
                        ('columns', models.JSONField()),
                        ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'ordering': ['-saved_at'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'kind', 'digest'), name='campaigns_knowncolumns_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Event',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='parties.campaign')),
                        ('title', models.CharField(max_length=160)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('zone', models.CharField(default='UTC', max_length=60)),
                        ('place_public', models.CharField(blank=True, max_length=160)),
                        ('place_exact', awna.kit.sealed.SealedTextField(blank=True)),
                        ('text', models.TextField(blank=True)),
                        ('language', models.CharField(default='en', max_length=8)),
                        ('held_in', models.CharField(blank=True, max_length=80)),
                        ('takes_registrations', models.BooleanField(default=False)),
                        ('seats', models.PositiveIntegerField(blank=True, null=True)),
                        ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                        ('cancelled_reason', models.CharField(blank=True, max_length=300)),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('version', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'ordering': ['starts_at'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'title', 'starts_at'), name='campaigns_event_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Registration',
                    fields=[
                        ('code_digest', models.CharField(blank=True, max_length=64)),
                        ('code_tries', models.PositiveSmallIntegerField(default=0)),
                        ('mailed_at', models.DateTimeField(blank=True, null=True)),
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='registrations', to='campaigns.event')),
                        ('name', awna.kit.sealed.SealedTextField(blank=True)),
                        ('email', awna.kit.sealed.SealedTextField(blank=True)),
                        ('email_index', models.CharField(blank=True, max_length=64, null=True)),
                        ('language', models.CharField(max_length=8)),
                        ('state', models.CharField(choices=[('pending', 'not yet confirmed'), ('seated', 'has a place'), ('waiting', 'on the waiting list'), ('cancelled', 'cancelled')], default='pending', max_length=10)),
                        ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('event', 'email_index'), name='campaigns_one_registration_per_address')],
                    },
                ),
                migrations.CreateModel(
                    name='Update',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='updates', to='parties.campaign')),
                        ('title', models.CharField(max_length=160)),
                        ('text', models.TextField()),
                        ('language', models.CharField(max_length=8)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('author_role', models.CharField(blank=True, max_length=20)),
                        ('published_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('pinned_at', models.DateTimeField(blank=True, null=True)),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('withdrawn_reason', models.CharField(blank=True, max_length=300)),
                        ('withdrawn_role', models.CharField(blank=True, max_length=20)),
                        ('title_withdrawn', models.BooleanField(default=False)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['-published_at'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'request_id'), name='campaigns_update_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Photo',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='parties.campaign')),
                        ('digest', models.CharField(max_length=64)),
                        ('width', models.PositiveSmallIntegerField()),
                        ('height', models.PositiveSmallIntegerField()),
                        ('size_bytes', models.PositiveIntegerField()),
                        ('alt', models.CharField(max_length=250)),
                        ('language', models.CharField(max_length=8)),
                        ('credit', models.CharField(blank=True, max_length=120)),
                        ('taken_on', models.DateField()),
                        ('consent_how', models.CharField(choices=[('nobody', 'Nobody can be recognised'), ('paper', 'Signed paper'), ('spoken', 'Spoken, before a second person'), ('guardian', 'Paper of a guardian, and the child agrees')], max_length=10)),
                        ('consent_people', awna.kit.sealed.SealedTextField(blank=True)),
                        ('consent_on', models.DateField()),
                        ('consent_until', models.DateField(blank=True, null=True)),
                        ('consent_press', models.BooleanField(default=False)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('stored_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('accepted_at', models.DateTimeField(blank=True, null=True)),
                        ('removed_at', models.DateTimeField(blank=True, null=True)),
                        ('removed_reason', models.CharField(blank=True, max_length=300)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['-taken_on', '-stored_at'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'request_id'), name='campaigns_photo_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PhotoFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('photo', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='campaigns.photo')),
                        ('name', models.CharField(max_length=20)),
                        ('media_type', models.CharField(max_length=20)),
                        ('width', models.PositiveSmallIntegerField()),
                        ('height', models.PositiveSmallIntegerField()),
                        ('data', models.BinaryField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('photo', 'name'), name='campaigns_photo_file_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Proof',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('update', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='campaigns.update')),
                        ('measurement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='campaigns.measurement')),
                        ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.document')),
                        ('entry_seq', models.PositiveBigIntegerField(blank=True, null=True)),
                        ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='campaigns.photo')),
                    ],
                    options={
                        'ordering': ['pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('measurement__isnull', False), ('update', None)), models.Q(('measurement', None), ('update__isnull', False)), _connector='OR'), name='campaigns_proof_of_one_thing'), models.CheckConstraint(condition=models.Q(models.Q(('document__isnull', False), ('entry_seq', None), ('photo', None)), models.Q(('document', None), ('entry_seq__isnull', False), ('photo', None)), models.Q(('document', None), ('entry_seq', None), ('photo__isnull', False)), _connector='OR'), name='campaigns_proof_by_one_thing')],
                    },
                ),
                migrations.CreateModel(
                    name='Subscription',
                    fields=[
                        ('code_digest', models.CharField(blank=True, max_length=64)),
                        ('code_tries', models.PositiveSmallIntegerField(default=0)),
                        ('mailed_at', models.DateTimeField(blank=True, null=True)),
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='parties.campaign')),
                        ('email', awna.kit.sealed.SealedTextField()),
                        ('email_index', models.CharField(max_length=64)),
                        ('language', models.CharField(max_length=8)),
                        ('rhythm', models.CharField(choices=[('weekly', 'at most once a week'), ('daily', 'at most once a day')], default='weekly', max_length=8)),
                        ('state', models.CharField(choices=[('pending', 'not yet confirmed'), ('confirmed', 'confirmed')], default='pending', max_length=10)),
                        ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('told_until', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'email_index'), name='campaigns_one_subscription_per_address')],
                    },
                ),
                migrations.CreateModel(
                    name='Outcome',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='parties.campaign')),
                        ('code', models.SlugField(max_length=40)),
                        ('title', models.CharField(max_length=160)),
                        ('text', models.TextField(blank=True)),
                        ('language', models.CharField(max_length=8)),
                        ('promised_on', models.DateField()),
                        ('stated_on', models.DateField(default=django.utils.timezone.localdate)),
                        ('position', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'ordering': ['position', 'promised_on'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'code'), name='campaigns_outcome_code_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Indicator',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('outcome', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='indicators', to='campaigns.outcome')),
                        ('title', models.CharField(max_length=160)),
                        ('unit', models.CharField(max_length=20)),
                        ('direction', models.CharField(choices=[('up', 'at least'), ('down', 'at most')], default='up', max_length=4)),
                        ('baseline', models.DecimalField(decimal_places=2, max_digits=15)),
                        ('baseline_on', models.DateField()),
                        ('target', models.DecimalField(decimal_places=2, max_digits=15)),
                        ('position', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'ordering': ['position', 'title'],
                        'constraints': [models.UniqueConstraint(fields=('outcome', 'title'), name='campaigns_indicator_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Measurement',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='measurements', to='campaigns.indicator')),
                        ('measured_on', models.DateField()),
                        ('value', models.DecimalField(decimal_places=2, max_digits=15)),
                        ('source', models.CharField(max_length=200)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('author_role', models.CharField(max_length=20)),
                        ('stated_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['measured_on', 'stated_at'],
                        'constraints': [models.UniqueConstraint(fields=('indicator', 'request_id'), name='campaigns_measurement_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Forecast',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('outcome', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='forecasts', to='campaigns.outcome')),
                        ('expected_on', models.DateField(blank=True, null=True)),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('author_role', models.CharField(max_length=20)),
                        ('stated_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['stated_at'],
                        'constraints': [models.UniqueConstraint(fields=('outcome', 'request_id'), name='campaigns_forecast_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ShortLink',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='short_links', to='parties.campaign')),
                        ('code', models.CharField(max_length=12, unique=True)),
                        ('path', models.CharField(max_length=200)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'path'), name='campaigns_short_link_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Fact',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='facts', to='parties.campaign')),
                        ('text', models.CharField(max_length=400)),
                        ('language', models.CharField(max_length=8)),
                        ('dated_on', models.DateField()),
                        ('source', models.CharField(max_length=200)),
                    ],
                    options={
                        'ordering': ['-dated_on'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'text', 'dated_on'), name='campaigns_fact_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PressContact',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='press_contact', to='parties.campaign')),
                        ('office', models.CharField(max_length=120)),
                        ('email', models.EmailField(max_length=254)),
                    ],
                ),
            ],
        ),
    ]
