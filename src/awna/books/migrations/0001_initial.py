"""Tables of the books; those of the ledger are raw DDL with guards, and Django only reads them."""

import uuid

import django.db.models.deletion
import django.db.models.functions.math
from django.db import migrations, models

import awna.kit.sealed
from awna.kit.tables import MakeTables


def install_guards(apps, schema_editor):
    from awna.books import grants, triggers

    triggers.install(schema_editor.connection)
    grants.grant_app(schema_editor.connection)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('consent', '0001_initial'),
        ('parties', '0001_initial'),
    ]

    operations = [
        MakeTables(
            models=[
                migrations.CreateModel(
                    name='Book',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='book', to='parties.campaign')),
                        ('secret', awna.kit.sealed.SealedTextField()),
                        ('origin', models.CharField(max_length=120, unique=True)),
                        ('exposure', models.CharField(blank=True, choices=[('open', 'each gift stands alone'), ('sheltered', 'gifts stand in batches of at least ten')], default='', max_length=10)),
                    ],
                ),
                migrations.CreateModel(
                    name='Commodity',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('code', models.CharField(max_length=40, unique=True)),
                        ('kind', models.CharField(choices=[('money', 'money'), ('material', 'material'), ('medical', 'medical'), ('equipment', 'equipment'), ('time', 'time')], max_length=12)),
                        ('scale', models.PositiveSmallIntegerField()),
                        ('name', models.CharField(max_length=120)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('id', 'kind'), name='books_commodity_kind_key'), models.CheckConstraint(condition=models.Q(('scale__lte', 9)), name='books_commodity_scale')],
                    },
                ),
                migrations.CreateModel(
                    name='Fund',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='funds', to='books.book')),
                        ('code', models.CharField(max_length=60)),
                        ('title', models.CharField(max_length=200)),
                        ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='books.fund')),
                        ('path', models.TextField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('book', 'code'), name='books_fund_code_once'), models.UniqueConstraint(fields=('book', 'id'), name='books_fund_key')],
                    },
                ),
                migrations.CreateModel(
                    name='Custody',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='custodies', to='books.book')),
                        ('type', models.CharField(choices=[('bank', 'bank'), ('provider', 'provider'), ('cash', 'cash'), ('place', 'place'), ('consignment', 'consignment'), ('remittance', 'remittance'), ('task', 'task'), ('payee', 'payee')], max_length=12)),
                        ('ref', models.CharField(max_length=120)),
                        ('title', awna.kit.sealed.SealedTextField(blank=True)),
                        ('settles_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settled_from', to='books.custody')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('book', 'type', 'ref'), name='books_custody_ref_once'), models.UniqueConstraint(fields=('book', 'id', 'type'), name='books_custody_key')],
                    },
                ),
                migrations.CreateModel(
                    name='Document',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='books.book')),
                        ('kind', models.CharField(default='document', max_length=40)),
                        ('name', awna.kit.sealed.SealedTextField()),
                        ('media_type', models.CharField(max_length=100)),
                        ('salt', awna.kit.sealed.SealedTextField()),
                        ('digest', models.CharField(max_length=64, unique=True)),
                        ('lookup', models.CharField(max_length=64)),
                        ('content', awna.kit.sealed.SealedTextField()),
                        ('size_bytes', models.PositiveIntegerField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('book', 'kind', 'lookup'), name='books_document_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Milestone',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='books.book')),
                        ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='consent.proposal')),
                        ('n', models.CharField(max_length=20)),
                        ('custody', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='books.custody')),
                        ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='books.fund')),
                        ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='books.commodity')),
                        ('ceiling', models.BigIntegerField()),
                        ('payee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones_paid', to='books.custody')),
                        ('evidence', models.TextField(default='[]')),
                        ('earliest', models.DateField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('proposal', 'n', 'commodity'), name='books_milestone_once'), models.CheckConstraint(condition=models.Q(('ceiling__gt', 0)), name='books_milestone_ceiling')],
                    },
                ),
                migrations.CreateModel(
                    name='BankAccount',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bank_accounts', to='books.book')),
                        ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bank_accounts', to='parties.section')),
                        ('holder', models.CharField(max_length=160)),
                        ('iban', models.CharField(max_length=40)),
                        ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bank_accounts', to='books.commodity')),
                        ('custody', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='bank_account', to='books.custody')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('book', 'iban', 'commodity'), name='books_bank_account_once')],
                    },
                ),
                migrations.CreateModel(
                    name='StatementFile',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='books.bankaccount')),
                        ('name', awna.kit.sealed.SealedTextField()),
                        ('digest', models.CharField(max_length=64)),
                        ('content', awna.kit.sealed.SealedTextField()),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('request_id', models.CharField(max_length=80)),
                        ('stored_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('bank_account', 'digest'), name='books_statement_file_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Statement',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='books.bankaccount')),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='books.statementfile')),
                        ('number', models.CharField(blank=True, max_length=60)),
                        ('opening_minor', models.BigIntegerField(null=True)),
                        ('closing_minor', models.BigIntegerField(null=True)),
                        ('opening_on', models.DateField(null=True)),
                        ('closing_on', models.DateField(null=True)),
                        ('position', models.PositiveIntegerField()),
                        ('slip', models.PositiveIntegerField(null=True)),
                        ('format', models.CharField(blank=True, default='', max_length=20)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('bank_account', 'slip'), name='books_statement_slip_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Movement',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='books.bankaccount')),
                        ('custody', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='books.custody')),
                        ('commodity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.commodity')),
                        ('statement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='books.statement')),
                        ('line_key', models.CharField(blank=True, max_length=64)),
                        ('occurrence', models.PositiveIntegerField()),
                        ('position', models.PositiveIntegerField()),
                        ('amount', models.BigIntegerField()),
                        ('booked_on', models.DateField()),
                        ('value_on', models.DateField(null=True)),
                        ('reference', awna.kit.sealed.SealedTextField(blank=True)),
                        ('text', awna.kit.sealed.SealedTextField(blank=True)),
                        ('counterparty', awna.kit.sealed.SealedTextField(blank=True)),
                        ('counter_account', awna.kit.sealed.SealedTextField(blank=True)),
                        ('bank_reference', awna.kit.sealed.SealedTextField(blank=True)),
                        ('used', models.BigIntegerField(default=0)),
                    ],
                    options={
                        'indexes': [models.Index(condition=models.Q(('used__lt', django.db.models.functions.math.Abs('amount'))), fields=['bank_account', 'amount', 'used'], name='books_movement_waiting')],
                        'constraints': [models.UniqueConstraint(fields=('bank_account', 'line_key', 'occurrence'), name='books_movement_once'), models.CheckConstraint(condition=models.Q(('used__gte', 0), ('used__lte', django.db.models.functions.math.Abs('amount'))), name='books_movement_used_within_amount'), models.CheckConstraint(condition=models.Q(models.Q(('bank_account__isnull', False), ('statement__isnull', False)), models.Q(('bank_account__isnull', True), ('statement__isnull', True)), _connector='OR'), name='books_movement_of_a_statement'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='books_movement_not_nothing')],
                    },
                ),
                migrations.CreateModel(
                    name='Rule',
                    fields=[
                        ('id', models.CharField(max_length=120, primary_key=True, serialize=False)),
                        ('kind', models.CharField(max_length=20)),
                        ('debit_stage', models.CharField(max_length=12)),
                        ('debit_custody_type', models.CharField(max_length=12)),
                        ('credit_stage', models.CharField(max_length=12)),
                        ('credit_custody_type', models.CharField(max_length=12)),
                        ('commodity_kind', models.CharField(max_length=12)),
                        ('needs', models.CharField(max_length=20)),
                        ('custody_change', models.CharField(max_length=8)),
                        ('movement_end', models.CharField(max_length=8)),
                        ('fund_change', models.SmallIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name='Head',
                    fields=[
                        ('book', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='head', serialize=False, to='books.book')),
                        ('closed_through', models.DateField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Account',
                    fields=[
                        ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.book')),
                        ('stage', models.CharField(max_length=12)),
                        ('custody', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.custody')),
                        ('custody_type', models.CharField(max_length=12)),
                        ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.fund')),
                        ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.commodity')),
                        ('commodity_kind', models.CharField(max_length=12)),
                        ('batch', models.CharField(max_length=120)),
                        ('payee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts_paid', to='books.custody')),
                        ('proposal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='consent.proposal')),
                        ('milestone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.milestone')),
                        ('floor', models.BigIntegerField(null=True)),
                        ('ceil', models.BigIntegerField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Balance',
                    fields=[
                        ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='balance', serialize=False, to='books.account')),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='books.book')),
                        ('debits', models.BigIntegerField()),
                        ('credits', models.BigIntegerField()),
                        ('version', models.BigIntegerField()),
                        ('floor', models.BigIntegerField(null=True)),
                        ('ceil', models.BigIntegerField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='books.book')),
                        ('seq', models.BigIntegerField()),
                        ('request_hash', models.BinaryField()),
                        ('kind', models.CharField(max_length=20)),
                        ('effective_date', models.DateField()),
                        ('posted_at', models.DateTimeField()),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='parties.role')),
                        ('second', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries_confirmed', to='parties.role')),
                        ('proposal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='consent.proposal')),
                        ('reverses', models.BigIntegerField(null=True)),
                        ('row_count', models.IntegerField()),
                        ('last_row', models.IntegerField(null=True)),
                        ('leaf', models.BinaryField()),
                    ],
                ),
                migrations.CreateModel(
                    name='Transfer',
                    fields=[
                        ('pk', models.CompositePrimaryKey('entry', 'line', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='books.entry')),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='books.book')),
                        ('entry_seq', models.BigIntegerField()),
                        ('line', models.IntegerField()),
                        ('kind', models.CharField(max_length=20)),
                        ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.rule')),
                        ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.commodity')),
                        ('debit_fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.fund')),
                        ('credit_fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.fund')),
                        ('debit_stage', models.CharField(max_length=12)),
                        ('credit_stage', models.CharField(max_length=12)),
                        ('debit_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debits', to='books.account')),
                        ('credit_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='books.account')),
                        ('amount', models.BigIntegerField()),
                        ('movement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='books.movement')),
                        ('giftbatch_id', models.UUIDField(null=True)),
                        ('lot_seq', models.BigIntegerField(null=True)),
                        ('lot_line', models.IntegerField(null=True)),
                        ('resolves_seq', models.BigIntegerField(null=True)),
                        ('resolves_line', models.IntegerField(null=True)),
                        ('corrects_seq', models.BigIntegerField(null=True)),
                        ('corrects_line', models.IntegerField(null=True)),
                        ('covers_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.account')),
                        ('covers_amount', models.BigIntegerField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Evidence',
                    fields=[
                        ('pk', models.CompositePrimaryKey('entry', 'document', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='books.entry')),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.book')),
                        ('entry_seq', models.BigIntegerField()),
                        ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='books.document')),
                    ],
                ),
                migrations.CreateModel(
                    name='Slice',
                    fields=[
                        ('pk', models.CompositePrimaryKey('account', 'which', 'position', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='slices', to='books.account')),
                        ('which', models.CharField(choices=[('held', 'held'), ('cover', 'cover')], max_length=5)),
                        ('position', models.BigIntegerField()),
                        ('book', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='slices', to='books.book')),
                        ('lot_seq', models.BigIntegerField()),
                        ('lot_line', models.IntegerField()),
                        ('amount', models.BigIntegerField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['book', 'lot_seq', 'lot_line'], name='books_slice_lot')],
                    },
                ),
                migrations.CreateModel(
                    name='Hop',
                    fields=[
                        ('pk', models.CompositePrimaryKey('book', 'entry_seq', 'line', 'n', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='hops', to='books.book')),
                        ('entry_seq', models.BigIntegerField()),
                        ('line', models.IntegerField()),
                        ('n', models.IntegerField()),
                        ('debit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='books.account')),
                        ('credit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='books.account')),
                        ('lot_seq', models.BigIntegerField()),
                        ('lot_line', models.IntegerField()),
                        ('amount', models.BigIntegerField()),
                        ('taken', models.BigIntegerField()),
                        ('substituted', models.BooleanField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['book', 'lot_seq', 'lot_line', 'entry_seq', 'line', 'n'], name='books_hop_lot')],
                    },
                ),
                migrations.CreateModel(
                    name='Tally',
                    fields=[
                        ('pk', models.CompositePrimaryKey('book', 'month', 'kind', 'debit_account', 'credit_account', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='tallies', to='books.book')),
                        ('month', models.CharField(max_length=7)),
                        ('kind', models.CharField(max_length=20)),
                        ('debit_account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='books.account')),
                        ('credit_account', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='books.account')),
                        ('amount', models.BigIntegerField()),
                        ('rows', models.BigIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name='StatementProfile',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='profiles', to='books.bankaccount')),
                        ('version', models.PositiveIntegerField()),
                        ('content', models.TextField()),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('request_id', models.CharField(max_length=80)),
                        ('saved_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('bank_account', 'version'), name='books_statement_profile_once')],
                    },
                ),
                migrations.CreateModel(
                    name='StatementHold',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='hold', to='books.statementfile')),
                        ('problems', models.TextField()),
                        ('profile', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.statementprofile')),
                        ('held_at', models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='StatementAside',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='asides', to='books.statementfile')),
                        ('aside', models.BooleanField()),
                        ('reason', models.TextField()),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('said_at', models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='StatementVoucher',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vouchers', to='books.bankaccount')),
                        ('subject', models.CharField(max_length=120)),
                        ('reason', models.TextField()),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('said_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('bank_account', 'subject', 'author'), name='books_statement_voucher_once')],
                    },
                ),
                migrations.CreateModel(
                    name='InterimRule',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interim_rules', to='books.bankaccount')),
                        ('posts', models.BooleanField()),
                        ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('said_at', models.DateTimeField(auto_now_add=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='ProvisionalLine',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='provisional_lines', to='books.statementfile')),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='provisional_lines', to='books.bankaccount')),
                        ('state', models.CharField(choices=[('waiting', 'waits for the final statement'), ('confirmed', 'confirmed'), ('withdrawn', 'not confirmed by the bank')], default='waiting', max_length=10)),
                        ('movement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='provisional_lines', to='books.movement')),
                        ('line_key', models.CharField(max_length=64)),
                        ('amount', models.BigIntegerField()),
                        ('booked_on', models.DateField()),
                        ('content', awna.kit.sealed.SealedTextField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['bank_account', 'state', 'booked_on'], name='books_provisional_waiting')],
                    },
                ),
                migrations.CreateModel(
                    name='DetailNotice',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='books.statementfile')),
                        ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='books.bankaccount')),
                        ('amount', models.BigIntegerField()),
                        ('content', awna.kit.sealed.SealedTextField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['bank_account', 'amount'], name='books_notice_amount')],
                    },
                ),
                migrations.CreateModel(
                    name='MovementDetail',
                    fields=[
                        ('movement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='detail', serialize=False, to='books.movement')),
                        ('end_to_end_id', awna.kit.sealed.SealedTextField(blank=True)),
                        ('mandate_id', awna.kit.sealed.SealedTextField(blank=True)),
                        ('return_reason', awna.kit.sealed.SealedTextField(blank=True)),
                        ('purpose', awna.kit.sealed.SealedTextField(blank=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Checkpoint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checkpoints', to='books.book')),
                        ('size', models.BigIntegerField()),
                        ('root', models.CharField(max_length=64)),
                        ('note', models.TextField()),
                        ('signed_at', models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('book', 'size'), name='books_checkpoint_size_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Cosignature',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('checkpoint', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cosignatures', to='books.checkpoint')),
                        ('key', models.CharField(max_length=200)),
                        ('time_s', models.BigIntegerField()),
                        ('line', models.CharField(max_length=400)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('checkpoint', 'key', 'time_s'), name='books_cosignature_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Opening',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='books.book')),
                        ('entry_seq', models.BigIntegerField()),
                        ('of', models.CharField(max_length=100)),
                        ('name', models.CharField(max_length=40)),
                        ('salt', awna.kit.sealed.SealedTextField()),
                        ('value', awna.kit.sealed.SealedTextField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('book', 'of', 'name'), name='books_opening_once')],
                    },
                ),
                migrations.CreateModel(
                    name='GiftKey',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gift_keys', to='books.book')),
                        ('request_id', models.CharField(max_length=80)),
                        ('receipt', models.CharField(max_length=24)),
                        ('key', awna.kit.sealed.SealedTextField()),
                        ('reference', models.CharField(max_length=64)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('book', 'request_id'), name='books_giftkey_request_once'), models.UniqueConstraint(fields=('book', 'reference'), name='books_giftkey_reference_once')],
                    },
                ),
                migrations.CreateModel(
                    name='GiftBatch',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gift_batches', to='books.book')),
                        ('custody', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gift_batches', to='books.custody')),
                        ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gift_batches', to='books.fund')),
                        ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.commodity')),
                        ('n', models.BigIntegerField()),
                        ('closed_seq', models.BigIntegerField(null=True)),
                    ],
                ),
                migrations.CreateModel(
                    name='Share',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('giftbatch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='books.giftbatch')),
                        ('movement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shares', to='books.movement')),
                        ('amount', models.BigIntegerField()),
                        ('commitment', models.CharField(max_length=64)),
                    ],
                ),
            ],
            raw=['Rule', 'Head', 'Account', 'Balance', 'Entry', 'Transfer', 'Evidence', 'GiftBatch', 'Share'],
        ),
        # Raw DDL comes last, when everything that it refers to stands: see schema.py, guards.py.
        migrations.RunPython(install_guards, migrations.RunPython.noop, elidable=False),
    ]
