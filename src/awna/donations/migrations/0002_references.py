"""The reference of each gift, and gifts that stand in a batch."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0004_gift_keys"), ("donations", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("gift", "donations_gift_lot_once"),
        migrations.AddField(
            "gift",
            "batch",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="gifts", to="books.giftbatch"
            ),
        ),
        migrations.AddField("gift", "reference", models.CharField(blank=True, max_length=64)),
        migrations.AlterField("gift", "entry_seq", models.BigIntegerField(blank=True, null=True)),
        migrations.AddConstraint(
            "gift",
            models.UniqueConstraint(
                condition=models.Q(("batch", None)), fields=("book", "entry_seq", "line"), name="donations_gift_lot_once"
            ),
        ),
        migrations.AddConstraint(
            "gift",
            models.CheckConstraint(
                condition=models.Q(("batch", None), ("entry_seq", None), _negated=True), name="donations_gift_in_book_or_batch"
            ),
        ),
    ]
