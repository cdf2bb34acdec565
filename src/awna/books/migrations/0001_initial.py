"""Tables of the books; those of the ledger are raw DDL with guards, and Django only reads them."""

import uuid

import django.db.models.deletion
import django.db.models.functions.math
from django.db import migrations, models

import awna.kit.sealed


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
        migrations.CreateModel(
            name='Book',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('secret', awna.kit.sealed.SealedTextField()),
                ('origin', models.CharField(max_length=120, unique=True)),
                ('campaign', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='book', to='parties.campaign')),
            ],
        ),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.CreateModel(
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
        )]),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.CreateModel(
            name='Head',
            fields=[
                ('book', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='head', serialize=False, to='books.book')),
                ('closed_through', models.DateField(null=True)),
            ],
        )]),
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
            name='Custody',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(choices=[('bank', 'bank'), ('provider', 'provider'), ('cash', 'cash'), ('place', 'place'), ('consignment', 'consignment'), ('remittance', 'remittance'), ('task', 'task'), ('payee', 'payee')], max_length=12)),
                ('ref', models.CharField(max_length=120)),
                ('title', awna.kit.sealed.SealedTextField(blank=True)),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='custodies', to='books.book')),
                ('settles_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settled_from', to='books.custody')),
            ],
        ),
        migrations.CreateModel(
            name='BankAccount',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('holder', models.CharField(max_length=160)),
                ('iban', models.CharField(max_length=40)),
                ('section', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bank_accounts', to='parties.section')),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bank_accounts', to='books.book')),
                ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bank_accounts', to='books.commodity')),
                ('custody', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='bank_account', to='books.custody')),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(default='document', max_length=40)),
                ('name', awna.kit.sealed.SealedTextField()),
                ('media_type', models.CharField(max_length=100)),
                ('salt', awna.kit.sealed.SealedTextField()),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('lookup', models.CharField(max_length=64)),
                ('content', awna.kit.sealed.SealedTextField()),
                ('size_bytes', models.PositiveIntegerField()),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='books.book')),
            ],
        ),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('request_hash', models.BinaryField()),
                ('kind', models.CharField(max_length=20)),
                ('effective_date', models.DateField()),
                ('posted_at', models.DateTimeField()),
                ('reverses', models.BigIntegerField(null=True)),
                ('row_count', models.IntegerField()),
                ('last_row', models.IntegerField(null=True)),
                ('leaf', models.BinaryField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='parties.role')),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='books.book')),
                ('proposal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='consent.proposal')),
                ('second', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries_confirmed', to='parties.role')),
            ],
        )]),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.CreateModel(
            name='Evidence',
            fields=[
                ('pk', models.CompositePrimaryKey('entry', 'document', blank=True, editable=False, primary_key=True, serialize=False)),
                ('entry_seq', models.BigIntegerField()),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.book')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='books.document')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='books.entry')),
            ],
        )]),
        migrations.CreateModel(
            name='Fund',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=200)),
                ('path', models.TextField()),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='funds', to='books.book')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='books.fund')),
            ],
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('n', models.CharField(max_length=20)),
                ('ceiling', models.BigIntegerField()),
                ('evidence', models.TextField(default='[]')),
                ('earliest', models.DateField()),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='books.book')),
                ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='books.commodity')),
                ('custody', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='books.custody')),
                ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='books.fund')),
                ('payee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones_paid', to='books.custody')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='milestones', to='consent.proposal')),
            ],
        ),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('stage', models.CharField(max_length=12)),
                ('custody_type', models.CharField(max_length=12)),
                ('commodity_kind', models.CharField(max_length=12)),
                ('batch', models.CharField(max_length=120)),
                ('floor', models.BigIntegerField(null=True)),
                ('ceil', models.BigIntegerField(null=True)),
                ('proposal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='consent.proposal')),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.book')),
                ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.commodity')),
                ('custody', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.custody')),
                ('payee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts_paid', to='books.custody')),
                ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.fund')),
                ('milestone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='books.milestone')),
            ],
        )]),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry_seq', models.BigIntegerField()),
                ('of', models.CharField(max_length=100)),
                ('name', models.CharField(max_length=40)),
                ('salt', awna.kit.sealed.SealedTextField()),
                ('value', awna.kit.sealed.SealedTextField()),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='openings', to='books.book')),
            ],
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(blank=True, max_length=60)),
                ('opening_minor', models.BigIntegerField(null=True)),
                ('closing_minor', models.BigIntegerField(null=True)),
                ('opening_on', models.DateField(null=True)),
                ('closing_on', models.DateField(null=True)),
                ('position', models.PositiveIntegerField()),
                ('slip', models.PositiveIntegerField(null=True)),
                ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='books.bankaccount')),
            ],
        ),
        migrations.CreateModel(
            name='Movement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
                ('bank_account', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='books.bankaccount')),
                ('commodity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.commodity')),
                ('custody', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='books.custody')),
                ('statement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='books.statement')),
            ],
        ),
        migrations.CreateModel(
            name='StatementFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', awna.kit.sealed.SealedTextField()),
                ('digest', models.CharField(max_length=64)),
                ('content', awna.kit.sealed.SealedTextField()),
                ('request_id', models.CharField(max_length=80)),
                ('stored_at', models.DateTimeField(auto_now_add=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                ('bank_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='books.bankaccount')),
            ],
        ),
        migrations.AddField(
            model_name='statement',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='books.statementfile'),
        ),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.CreateModel(
            name='Transfer',
            fields=[
                ('pk', models.CompositePrimaryKey('entry', 'line', blank=True, editable=False, primary_key=True, serialize=False)),
                ('entry_seq', models.BigIntegerField()),
                ('line', models.IntegerField()),
                ('kind', models.CharField(max_length=20)),
                ('debit_stage', models.CharField(max_length=12)),
                ('credit_stage', models.CharField(max_length=12)),
                ('amount', models.BigIntegerField()),
                ('giftbatch_id', models.UUIDField(null=True)),
                ('lot_seq', models.BigIntegerField(null=True)),
                ('lot_line', models.IntegerField(null=True)),
                ('resolves_seq', models.BigIntegerField(null=True)),
                ('resolves_line', models.IntegerField(null=True)),
                ('corrects_seq', models.BigIntegerField(null=True)),
                ('corrects_line', models.IntegerField(null=True)),
                ('covers_amount', models.BigIntegerField(null=True)),
                ('covers_account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.account')),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='books.book')),
                ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.commodity')),
                ('credit_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='books.account')),
                ('credit_fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.fund')),
                ('debit_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='debits', to='books.account')),
                ('debit_fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.fund')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='books.entry')),
                ('movement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='books.movement')),
                ('rule', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.rule')),
            ],
        )]),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.CreateModel(
            name='Balance',
            fields=[
                ('account', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='balance', serialize=False, to='books.account')),
                ('debits', models.BigIntegerField()),
                ('credits', models.BigIntegerField()),
                ('version', models.BigIntegerField()),
                ('floor', models.BigIntegerField(null=True)),
                ('ceil', models.BigIntegerField(null=True)),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='balances', to='books.book')),
            ],
        )]),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.BigIntegerField()),
                ('root', models.CharField(max_length=64)),
                ('note', models.TextField()),
                ('signed_at', models.DateTimeField(auto_now_add=True)),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checkpoints', to='books.book')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('book', 'size'), name='books_checkpoint_size_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='custody',
            constraint=models.UniqueConstraint(fields=('book', 'type', 'ref'), name='books_custody_ref_once'),
        ),
        migrations.AddConstraint(
            model_name='custody',
            constraint=models.UniqueConstraint(fields=('book', 'id', 'type'), name='books_custody_key'),
        ),
        migrations.AddConstraint(
            model_name='bankaccount',
            constraint=models.UniqueConstraint(fields=('book', 'iban', 'commodity'), name='books_bank_account_once'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(fields=('book', 'kind', 'lookup'), name='books_document_once'),
        ),
        migrations.AddConstraint(
            model_name='fund',
            constraint=models.UniqueConstraint(fields=('book', 'code'), name='books_fund_code_once'),
        ),
        migrations.AddConstraint(
            model_name='fund',
            constraint=models.UniqueConstraint(fields=('book', 'id'), name='books_fund_key'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.UniqueConstraint(fields=('proposal', 'n', 'commodity'), name='books_milestone_once'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(('ceiling__gt', 0)), name='books_milestone_ceiling'),
        ),
        migrations.AddConstraint(
            model_name='opening',
            constraint=models.UniqueConstraint(fields=('book', 'of', 'name'), name='books_opening_once'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.UniqueConstraint(fields=('bank_account', 'line_key', 'occurrence'), name='books_movement_once'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('used__gte', 0), ('used__lte', django.db.models.functions.math.Abs('amount'))), name='books_movement_used_within_amount'),
        ),
        migrations.AddConstraint(
            model_name='statement',
            constraint=models.UniqueConstraint(fields=('bank_account', 'slip'), name='books_statement_slip_once'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('bank_account__isnull', False), ('statement__isnull', False)), models.Q(('bank_account__isnull', True), ('statement__isnull', True)), _connector='OR'), name='books_movement_of_a_statement'),
        ),
        migrations.AddConstraint(
            model_name='movement',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='books_movement_not_nothing'),
        ),
        migrations.AddConstraint(
            model_name='statementfile',
            constraint=models.UniqueConstraint(fields=('bank_account', 'digest'), name='books_statement_file_once'),
        ),
        # Raw DDL comes last, when everything that it refers to stands: see schema.py, guards.py.
        migrations.RunPython(install_guards, migrations.RunPython.noop, elidable=False),
    ]
