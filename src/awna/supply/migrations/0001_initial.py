"""Items, requests, orders, loads and stores."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import awna.kit.sealed
from awna.kit.tables import MakeTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('access', '0001_initial'),
        ('books', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('consent', '0001_initial'),
        ('parties', '0001_initial'),
    ]

    operations = [
        MakeTables(
            models=[
                migrations.CreateModel(
                    name='Item',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='parties.campaign')),
                        ('code', models.CharField(max_length=40)),
                        ('name', models.CharField(max_length=120)),
                        ('unit', models.CharField(max_length=12)),
                        ('commodity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.commodity')),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'code'), name='supply_item_code_once'), models.UniqueConstraint(fields=('campaign', 'commodity'), name='supply_item_commodity_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Supplier',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suppliers', to='parties.campaign')),
                        ('name', models.CharField(max_length=160)),
                        ('bank_account', awna.kit.sealed.SealedTextField(blank=True)),
                        ('custody', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='supplier', to='books.custody')),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'name'), name='supply_supplier_name_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Store',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stores', to='parties.campaign')),
                        ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stores', to='campaigns.site')),
                        ('name', models.CharField(max_length=120)),
                        ('custody', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='store', to='books.custody')),
                    ],
                    options={
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'name'), name='supply_store_name_once')],
                    },
                ),
                migrations.CreateModel(
                    name='PurchaseOrder',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='parties.campaign')),
                        ('number', models.PositiveIntegerField()),
                        ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='supply.supplier')),
                        ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='consent.proposal')),
                        ('milestone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='books.milestone')),
                        ('budget_line', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='campaigns.budgetline')),
                        ('amount_minor', models.BigIntegerField()),
                        ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.entry')),
                        ('ordered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('ordered_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('expected_on', models.DateField(blank=True, null=True)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['-number'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'number'), name='supply_order_number_once'), models.UniqueConstraint(fields=('campaign', 'request_id'), name='supply_order_request_once')],
                    },
                ),
                migrations.CreateModel(
                    name='OrderLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='supply.purchaseorder')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.item')),
                        ('quantity', models.PositiveBigIntegerField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('order', 'item'), name='supply_order_item_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Consignment',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consignments', to='parties.campaign')),
                        ('number', models.PositiveIntegerField()),
                        ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consignments', to='supply.purchaseorder')),
                        ('from_store', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sent', to='supply.store')),
                        ('to_store', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awaited', to='supply.store')),
                        ('crossing', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='consignments', to='access.crossing')),
                        ('custody', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='consignment', to='books.custody')),
                        ('fund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.fund')),
                        ('shipped_on', models.DateField()),
                        ('expected_on', models.DateField(blank=True, null=True)),
                        ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='books.entry')),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'ordering': ['-number'],
                        'constraints': [models.UniqueConstraint(fields=('campaign', 'number'), name='supply_consignment_number_once'), models.UniqueConstraint(fields=('campaign', 'request_id'), name='supply_consignment_request_once'), models.CheckConstraint(condition=models.Q(('order', None), ('from_store', None), _connector='XOR'), name='supply_consignment_one_origin')],
                    },
                ),
                migrations.CreateModel(
                    name='ConsignmentLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('consignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='supply.consignment')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.item')),
                        ('quantity', models.PositiveBigIntegerField()),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('consignment', 'item'), name='supply_consignment_item_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Receipt',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('consignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='supply.consignment')),
                        ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='supply.item')),
                        ('good', models.PositiveBigIntegerField()),
                        ('damaged', models.PositiveBigIntegerField(default=0)),
                        ('counted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='parties.role')),
                        ('counted_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('request_id', models.CharField(max_length=80)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('consignment', 'item', 'request_id'), name='supply_receipt_request_once')],
                    },
                ),
            ],
        ),
    ]
