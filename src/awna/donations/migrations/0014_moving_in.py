"""What a file brought in."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("donations", "0013_goods_offers")]
    operations = []
