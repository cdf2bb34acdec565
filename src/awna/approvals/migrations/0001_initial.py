"""Proposals of money and the stewards' desk."""

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
        ('books', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('consent', '0001_initial'),
        ('parties', '0001_initial'),
    ]

    operations = [
        MakeTables(
            models=[
                migrations.CreateModel(
                    name='ReceiptBook',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipt_books', to='parties.campaign')),
                        ('code', models.CharField(max_length=20)),
                        ('first', models.PositiveIntegerField()),
                        ('last', models.PositiveIntegerField()),
                        ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('began_on', models.DateField(default=django.utils.timezone.localdate)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['code'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'code'), name='approvals_receipt_book_once'), models.UniqueConstraint(fields=('campaign', 'request_id'), name='approvals_receipt_book_request_once'), models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='approvals_receipt_book_has_pages')],
                    },
                ),
                migrations.CreateModel(
                    name='ReceiptPage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pages', to='approvals.receiptbook')),
                        ('serial', models.PositiveIntegerField()),
                        ('state', models.CharField(choices=[('used', 'used'), ('void', 'void'), ('lost', 'lost')], max_length=4)),
                        ('text', models.CharField(max_length=300)),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('second', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'ordering': ['book', 'serial'],
                        'constraints': [models.UniqueConstraint(fields=('book', 'serial'), name='approvals_receipt_page_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CashBox',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cash_box', to='books.bankaccount')),
                        ('name', models.CharField(max_length=60)),
                        ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('ceiling_minor', models.BigIntegerField()),
                        ('carried_max_minor', models.BigIntegerField(default=0)),
                        ('licence', models.CharField(blank=True, max_length=200)),
                        ('opened_on', models.DateField(default=django.utils.timezone.localdate)),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('carried_max_minor__gte', 0), ('ceiling_minor__gt', 0)), name='approvals_box_limits')],
                    },
                ),
                migrations.CreateModel(
                    name='CashCount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('box', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='approvals.cashbox')),
                        ('after_slip', models.PositiveIntegerField()),
                        ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('first_minor', models.BigIntegerField()),
                        ('first_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('second', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('second_minor', models.BigIntegerField(blank=True, null=True)),
                        ('counted_at', models.DateTimeField(blank=True, null=True)),
                        ('expected_minor', models.BigIntegerField(blank=True, null=True)),
                        ('state', models.CharField(choices=[('first', 'waits for the second person'), ('apart', 'the two figures differ: count again'), ('differs', 'differs from the book: a reason is asked'), ('done', 'done')], default='first', max_length=8)),
                        ('reason', models.CharField(blank=True, max_length=300)),
                        ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.document')),
                        ('entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.entry')),
                        ('loss', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.proposal')),
                    ],
                    options={
                        'ordering': ['-pk'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('first', 'differs'))), fields=('box',), name='approvals_count_one_open')],
                    },
                ),
                migrations.CreateModel(
                    name='CashPayment',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('box', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='approvals.cashbox')),
                        ('milestone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cash_payments', to='books.milestone')),
                        ('page', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='payment', to='approvals.receiptpage')),
                        ('amount_minor', models.BigIntegerField()),
                        ('text', models.CharField(max_length=160)),
                        ('budget_line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.budgetline')),
                        ('photo', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.document')),
                        ('paid_on', models.DateField()),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('second', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cash_payment', to='books.entry')),
                        ('dropped_why', models.CharField(blank=True, max_length=300)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['-paid_on', '-page__serial'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='approvals_cash_payment_positive'), models.UniqueConstraint(fields=('box', 'request_id'), name='approvals_cash_payment_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CashArrival',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('box', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='arrivals', to='approvals.cashbox')),
                        ('milestone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cash_arrivals', to='books.milestone')),
                        ('kind', models.CharField(choices=[('drawn', 'drawn at the bank'), ('carried', 'carried')], max_length=8)),
                        ('sent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.movement')),
                        ('amount_minor', models.BigIntegerField()),
                        ('arrived_on', models.DateField()),
                        ('page', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='arrival', to='approvals.receiptpage')),
                        ('licence', models.CharField(blank=True, max_length=200)),
                        ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.document')),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('witness_1', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('witness_2', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('entry', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.entry')),
                        ('dropped_why', models.CharField(blank=True, max_length=300)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['-arrived_on', '-request_id'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='approvals_arrival_positive'), models.UniqueConstraint(fields=('box', 'request_id'), name='approvals_arrival_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='CashReversal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('sheet', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='back', to='approvals.wagesheet')),
                        ('payment', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='back', to='approvals.cashpayment')),
                        ('text', models.CharField(max_length=300)),
                        ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.proposal')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.entry')),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('sheet', None), ('payment', None), _connector='XOR'), name='approvals_reversal_of_one')],
                    },
                ),
                migrations.CreateModel(
                    name='Labourer',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='labourers', to='parties.campaign')),
                        ('code', models.CharField(max_length=12)),
                        ('name', awna.kit.sealed.SealedTextField()),
                        ('contact', awna.kit.sealed.SealedTextField(blank=True)),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('work', models.CharField(max_length=60)),
                        ('is_local', models.BooleanField()),
                        ('since', models.DateField(default=django.utils.timezone.localdate)),
                        ('ended_on', models.DateField(blank=True, null=True)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['code'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'code'), name='approvals_labourer_code_once'), models.UniqueConstraint(fields=('campaign', 'request_id'), name='approvals_labourer_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='BenchmarkRate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='benchmark_rates', to='parties.campaign')),
                        ('work', models.CharField(max_length=60)),
                        ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.commodity')),
                        ('hour_minor', models.BigIntegerField()),
                        ('source', models.CharField(max_length=200)),
                        ('seen_on', models.DateField()),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['work', '-seen_on', '-pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('hour_minor__gt', 0)), name='approvals_benchmark_positive'), models.UniqueConstraint(fields=('campaign', 'request_id'), name='approvals_benchmark_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='WageSheet',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wage_sheets', to='parties.campaign')),
                        ('number', models.PositiveIntegerField()),
                        ('milestone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='wage_sheets', to='books.milestone')),
                        ('title', models.CharField(max_length=120)),
                        ('first_on', models.DateField()),
                        ('last_on', models.DateField()),
                        ('prepared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('approved_at', models.DateTimeField(blank=True, null=True)),
                        ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.document')),
                        ('total_minor', models.BigIntegerField(default=0)),
                        ('paid_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('paid_on', models.DateField(blank=True, null=True)),
                        ('movement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.movement')),
                        ('page', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='wage_sheet', to='approvals.receiptpage')),
                        ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.document')),
                        ('witness', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('entry', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='wage_sheet', to='books.entry')),
                        ('dropped_at', models.DateTimeField(blank=True, null=True)),
                        ('dropped_why', models.CharField(blank=True, max_length=300)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['-number'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'number'), name='approvals_sheet_number_once'), models.UniqueConstraint(fields=('campaign', 'request_id'), name='approvals_sheet_request_once'), models.CheckConstraint(condition=models.Q(('last_on__gte', models.F('first_on'))), name='approvals_sheet_ends_after_start')],
                    },
                ),
                migrations.CreateModel(
                    name='WageRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='approvals.wagesheet')),
                        ('labourer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='approvals.labourer')),
                        ('day', models.DateField()),
                        ('hours', models.DecimalField(decimal_places=2, max_digits=4)),
                        ('rate_minor', models.BigIntegerField()),
                        ('live', models.BooleanField(default=True)),
                    ],
                    options={
                        'ordering': ['labourer__code', 'day'],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('live', True)), fields=('labourer', 'day'), name='approvals_labourer_day_once'), models.CheckConstraint(condition=models.Q(('hours__gt', 0), ('rate_minor__gt', 0)), name='approvals_wage_row_positive')],
                    },
                ),
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
