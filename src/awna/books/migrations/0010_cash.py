"""Cash boxes and wage sheets in the book."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial")]
    operations = []
