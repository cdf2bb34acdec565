"""Mails that wait, left or failed."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = []
    operations = []
