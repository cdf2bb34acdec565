"""An index of the bank lines that wait: few among many that are settled."""

from django.db import migrations, models
from django.db.models.functions import Abs


class Migration(migrations.Migration):
    dependencies = [("books", "0004_gift_keys")]

    operations = [
        migrations.AddIndex(
            model_name="movement",
            index=models.Index(
                condition=models.Q(used__lt=Abs("amount")), fields=["bank_account", "amount", "used"], name="books_movement_waiting"
            ),
        ),
    ]
