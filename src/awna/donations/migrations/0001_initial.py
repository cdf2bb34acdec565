"""Donors, gifts, receipts, direct debits, payment providers and offers of goods."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import awna.kit.sealed
from awna.kit.tables import MakeTables


def install_guards(apps, schema_editor):
    from awna.donations.guards import install

    install(schema_editor.connection)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('books', '0001_initial'),
        ('consent', '0001_initial'),
        ('parties', '0001_initial'),
    ]

    operations = [
        MakeTables(
            models=[
                migrations.CreateModel(
                    name='Donor',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='donors', to='parties.campaign')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='donors', to='parties.section')),
                        ('name', awna.kit.sealed.SealedTextField(blank=True)),
                        ('email', awna.kit.sealed.SealedTextField(blank=True)),
                        ('language', models.CharField(default='en', max_length=8)),
                        ('receipt_details', awna.kit.sealed.SealedTextField(blank=True)),
                        ('token', awna.kit.sealed.SealedTextField()),
                        ('token_digest', models.CharField(max_length=64, unique=True)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Pledge',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('donor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pledges', to='donations.donor')),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pledges', to='books.bankaccount')),
                        ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pledges', to='books.fund')),
                        ('amount_minor', models.BigIntegerField()),
                        ('reference', models.CharField(max_length=16, unique=True)),
                        ('state', models.CharField(choices=[('draft', 'being filled in'), ('pledged', 'pledged'), ('received', 'received'), ('dropped', 'dropped')], default='draft', max_length=10)),
                        ('shelter_waived', models.BooleanField(default=False)),
                        ('request_id', models.CharField(max_length=80)),
                        ('pledged_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('bank_account', 'request_id'), name='donations_pledge_request_once'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='donations_pledge_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Gift',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('donor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gifts', to='donations.donor')),
                        ('pledge', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='gifts', to='donations.pledge')),
                        ('kind', models.CharField(choices=[('money', 'Money'), ('in_kind', 'Goods')], max_length=10)),
                        ('movement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='gifts', to='books.movement')),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gifts', to='books.book')),
                        ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gifts', to='books.commodity')),
                        ('amount_minor', models.BigIntegerField()),
                        ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='gifts', to='books.giftbatch')),
                        ('entry_seq', models.BigIntegerField(blank=True, null=True)),
                        ('line', models.PositiveIntegerField(default=1)),
                        ('received_on', models.DateField()),
                        ('reference', models.CharField(blank=True, max_length=64)),
                        ('allocated_seq', models.BigIntegerField(blank=True, null=True)),
                        ('returned_seq', models.BigIntegerField(blank=True, null=True)),
                        ('frozen_at', models.DateTimeField(blank=True, null=True)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('batch', None)), fields=('book', 'entry_seq', 'line'), name='donations_gift_lot_once'), models.CheckConstraint(condition=models.Q(('batch', None), ('entry_seq', None), _negated=True), name='donations_gift_in_book_or_batch'), models.UniqueConstraint(fields=('book', 'request_id'), name='donations_gift_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Creditor',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('bank_account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='creditor', to='books.bankaccount')),
                        ('street', models.CharField(blank=True, max_length=70)),
                        ('building', models.CharField(blank=True, max_length=16)),
                        ('post_code', models.CharField(blank=True, max_length=16)),
                        ('town', models.CharField(max_length=35)),
                        ('country', models.CharField(max_length=2)),
                        ('creditor_id', models.CharField(blank=True, max_length=35)),
                        ('notice_days', models.PositiveSmallIntegerField(default=14)),
                    ],
                ),
                migrations.CreateModel(
                    name='Mandate',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='books.bankaccount')),
                        ('donor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='donations.donor')),
                        ('reference', models.CharField(max_length=35, unique=True)),
                        ('creditor_id', models.CharField(max_length=35)),
                        ('name', awna.kit.sealed.SealedTextField()),
                        ('iban', awna.kit.sealed.SealedTextField()),
                        ('town', awna.kit.sealed.SealedTextField(blank=True)),
                        ('country', models.CharField(max_length=2)),
                        ('text', awna.kit.sealed.SealedTextField()),
                        ('digest', models.CharField(max_length=64)),
                        ('once', models.BooleanField(default=False)),
                        ('signed_on', models.DateField()),
                        ('state', models.CharField(choices=[('active', 'in force'), ('ended', 'ended')], default='active', max_length=10)),
                        ('request_id', models.CharField(max_length=80, unique=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='MandateEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('mandate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='history', to='donations.mandate')),
                        ('state', models.CharField(choices=[('active', 'in force'), ('ended', 'ended')], max_length=10)),
                        ('reason', awna.kit.sealed.SealedTextField(blank=True)),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'ordering': ['at', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Plan',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('donor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='donations.donor')),
                        ('mandate', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='donations.mandate')),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='books.bankaccount')),
                        ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='books.fund')),
                        ('amount_minor', models.BigIntegerField()),
                        ('months', models.PositiveSmallIntegerField(choices=[(1, 'every month'), (3, 'every three months'), (6, 'every six months'), (12, 'every year')], default=1)),
                        ('first_on', models.DateField()),
                        ('count', models.PositiveSmallIntegerField(null=True)),
                        ('made', models.PositiveSmallIntegerField(default=0)),
                        ('ended_on', models.DateField(null=True)),
                        ('request_id', models.CharField(max_length=80, unique=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='donations_plan_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Instalment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instalments', to='donations.plan')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('due_on', models.DateField()),
                        ('pledge', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='instalment', to='donations.pledge')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('plan', 'number'), name='donations_instalment_once')],
                    },
                ),
                migrations.CreateModel(
                    name='DebitRun',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debit_runs', to='books.bankaccount')),
                        ('collect_on', models.DateField()),
                        ('notice_by', models.DateField()),
                        ('total_minor', models.BigIntegerField()),
                        ('content', awna.kit.sealed.SealedTextField()),
                        ('digest', models.CharField(max_length=64)),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('made_at', models.DateTimeField(auto_now_add=True)),
                        ('dropped_at', models.DateTimeField(null=True)),
                        ('request_id', models.CharField(max_length=80, unique=True)),
                    ],
                    options={
                        'ordering': ['-made_at'],
                    },
                ),
                migrations.CreateModel(
                    name='Debit',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debits', to='donations.debitrun')),
                        ('mandate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debits', to='donations.mandate')),
                        ('pledge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debits', to='donations.pledge')),
                        ('amount_minor', models.BigIntegerField()),
                        ('end_to_end_id', models.CharField(max_length=35, unique=True)),
                        ('sequence', models.CharField(choices=[('FRST', 'first'), ('RCUR', 'recurring'), ('FNAL', 'last'), ('OOFF', 'once')], max_length=4)),
                        ('live', models.BooleanField(default=True)),
                        ('returned_on', models.DateField(null=True)),
                        ('reason', models.CharField(blank=True, max_length=35)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('live', True)), fields=('pledge',), name='donations_debit_once_at_a_time')],
                    },
                ),
                migrations.CreateModel(
                    name='RunMark',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='donations.debitrun')),
                        ('what', models.CharField(choices=[('approved', 'approved'), ('taken', 'taken')], max_length=10)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('digest', models.CharField(max_length=64)),
                        ('at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'ordering': ['at', 'pk'],
                    },
                ),
                migrations.CreateModel(
                    name='Provider',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='provider', to='books.bankaccount')),
                        ('name', models.CharField(choices=[('stripe', 'Stripe'), ('gocardless', 'GoCardless'), ('paypal', 'PayPal')], max_length=12)),
                        ('secret', awna.kit.sealed.SealedTextField(blank=True)),
                        ('enabled', models.BooleanField(default=False)),
                    ],
                ),
                migrations.CreateModel(
                    name='ProviderEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='donations.provider')),
                        ('event_id', models.CharField(max_length=100)),
                        ('kind', models.CharField(blank=True, max_length=60)),
                        ('content', awna.kit.sealed.SealedTextField()),
                        ('stored_at', models.DateTimeField(auto_now_add=True)),
                        ('processed_at', models.DateTimeField(db_index=True, null=True)),
                        ('problem', models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('provider', 'event_id'), name='donations_providerevent_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ProviderItem',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='donations.provider')),
                        ('kind', models.CharField(choices=[('payment', 'gift'), ('refund', 'refund'), ('payout', 'payout'), ('other', 'other')], max_length=8)),
                        ('external_id', models.CharField(max_length=100)),
                        ('status', models.CharField(choices=[('under way', 'under way'), ('paid', 'received at the provider'), ('refunded', 'refunded'), ('disputed', 'disputed'), ('failed', 'failed')], max_length=10)),
                        ('at', models.CharField(max_length=40)),
                        ('amount', models.BigIntegerField(null=True)),
                        ('fee', models.BigIntegerField(null=True)),
                        ('currency', models.CharField(blank=True, max_length=3)),
                        ('reference', models.CharField(blank=True, max_length=40)),
                        ('payout', models.CharField(blank=True, max_length=100)),
                        ('differs', models.BooleanField(default=False)),
                        ('gift', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='provider_item', to='donations.gift')),
                        ('booked_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['provider', 'payout'], name='donations_item_of_payout')],
                        'constraints': [models.UniqueConstraint(fields=('provider', 'kind', 'external_id'), name='donations_provideritem_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ProviderFact',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='donations.provideritem')),
                        ('digest', models.CharField(max_length=64)),
                        ('fact', awna.kit.sealed.SealedTextField()),
                        ('stored_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('item', 'digest'), name='donations_providerfact_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SurplusClause',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='surplus_clauses', to='parties.campaign')),
                        ('language', models.CharField(choices=[('en', 'English'), ('ar', 'Arabic'), ('de', 'German'), ('es', 'Spanish'), ('fr', 'French')], max_length=8)),
                        ('text', models.TextField(max_length=1000)),
                        ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('set_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'ordering': ['-set_at', '-pk'],
                    },
                ),
                migrations.CreateModel(
                    name='GiftImport',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gift_imports', to='books.bankaccount')),
                        ('digest', models.CharField(max_length=64)),
                        ('content', awna.kit.sealed.SealedTextField(blank=True)),
                        ('decimal', models.CharField(max_length=10)),
                        ('separator', models.CharField(max_length=10)),
                        ('state', models.CharField(choices=[('draft', 'looked at'), ('done', 'brought in'), ('undone', 'taken back')], default='draft', max_length=10)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('made_at', models.DateTimeField(auto_now_add=True)),
                        ('done_at', models.DateTimeField(blank=True, null=True)),
                        ('new', models.PositiveIntegerField(default=0)),
                        ('known', models.PositiveIntegerField(default=0)),
                        ('refused', models.PositiveIntegerField(default=0)),
                        ('opening', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='gift_imports', to='consent.proposal')),
                    ],
                    options={
                        'ordering': ['-made_at'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('refused', 0), ('state', 'done')), fields=('bank_account', 'digest'), name='donations_giftimport_whole_once')],
                    },
                ),
                migrations.CreateModel(
                    name='EarlierGift',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('gift_import', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='donations.giftimport')),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='earlier_gifts', to='books.bankaccount')),
                        ('row_key', models.CharField(max_length=60)),
                        ('kind', models.CharField(choices=[('gift', 'Gift before the book began'), ('opening', 'Part of the opening balance')], max_length=10)),
                        ('donor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='earlier_gifts', to='donations.donor')),
                        ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='earlier_gifts', to='books.fund')),
                        ('amount_minor', models.BigIntegerField()),
                        ('received_on', models.DateField(blank=True, null=True)),
                    ],
                    options={
                        'ordering': ['received_on', 'row_key'],
                        'constraints': [models.UniqueConstraint(fields=('bank_account', 'row_key'), name='donations_earlier_row_once'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='donations_earlier_positive')],
                    },
                ),
                migrations.CreateModel(
                    name='Freeze',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('gift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='freezes', to='donations.gift')),
                        ('ground', models.CharField(choices=[('doubt', 'Somebody doubts whose money it is'), ('screening', 'The giver may stand on a list of sanctions'), ('order', 'A court or an authority orders it')], max_length=10)),
                        ('note', awna.kit.sealed.SealedTextField(blank=True)),
                        ('begun_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('begun_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('proposal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.proposal')),
                        ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('gift',), name='donations_freeze_once')],
                    },
                ),
                migrations.CreateModel(
                    name='GoodsOffer',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='goods_offers', to='parties.campaign')),
                        ('donor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='donations.donor')),
                        ('what', awna.kit.sealed.SealedTextField()),
                        ('quantity', models.PositiveIntegerField()),
                        ('unit', models.CharField(max_length=40)),
                        ('details', awna.kit.sealed.SealedTextField(blank=True)),
                        ('offered_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('state', models.CharField(choices=[('open', 'not answered yet'), ('accepted', 'accepted'), ('partly', 'accepted in part'), ('declined', 'declined')], default='open', max_length=10)),
                        ('accepted', models.PositiveIntegerField(default=0)),
                        ('reason', awna.kit.sealed.SealedTextField(blank=True)),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('gift', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offer', to='donations.gift')),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'request_id'), name='donations_offer_request_once'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='donations_offer_positive'), models.CheckConstraint(condition=models.Q(('accepted__lte', models.F('quantity'))), name='donations_offer_not_above')],
                    },
                ),
                migrations.CreateModel(
                    name='ReceiptSeries',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('issuer', models.UUIDField()),
                        ('year', models.PositiveSmallIntegerField()),
                        ('last', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('issuer', 'year'), name='donations_receiptseries_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Receipt',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='parties.campaign')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='parties.section')),
                        ('donor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='donations.donor')),
                        ('issuer', models.UUIDField()),
                        ('year', models.PositiveSmallIntegerField()),
                        ('number', models.PositiveIntegerField()),
                        ('kind', models.CharField(choices=[('single', 'Tax receipt'), ('annual', 'Tax receipt for a year'), ('confirmation', 'Plain confirmation')], max_length=12)),
                        ('gifts_year', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('rules', models.CharField(max_length=60)),
                        ('currency', models.CharField(max_length=40)),
                        ('scale', models.PositiveSmallIntegerField()),
                        ('total_minor', models.BigIntegerField()),
                        ('content', awna.kit.sealed.SealedTextField()),
                        ('digest', models.CharField(max_length=64)),
                        ('issued_at', models.DateTimeField()),
                        ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='donations.receipt')),
                        ('voided_at', models.DateTimeField(blank=True, null=True)),
                        ('void_reason', awna.kit.sealed.SealedTextField(blank=True)),
                        ('voided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                    ],
                    options={
                        'ordering': ['-year', '-number'],
                        'constraints': [models.UniqueConstraint(fields=('issuer', 'year', 'number'), name='donations_receipt_number_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ReceiptGift',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='donations.receipt')),
                        ('gift', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipt_lines', to='donations.gift')),
                        ('released_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('released_at', None)), fields=('gift',), name='donations_gift_one_valid_receipt'), models.UniqueConstraint(fields=('receipt', 'gift'), name='donations_receipt_gift_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ReceiptPaper',
                    fields=[
                        ('receipt', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='paper', serialize=False, to='donations.receipt')),
                        ('sealed', models.BinaryField()),
                        ('digest', models.CharField(max_length=64)),
                        ('made_at', models.DateTimeField(auto_now_add=True)),
                    ],
                ),
            ],
        ),
        migrations.RunPython(install_guards, migrations.RunPython.noop, elidable=False),
    ]
