"""Sets every guard of the ledger anew: approvals are counted by the keys, households and days of their policy."""

from typing import Any

from django.db import migrations

from awna.books import triggers


def renew_guards(apps: Any, schema_editor: Any) -> None:
    triggers.renew(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("books", "0006_statement_files"), ("consent", "0002_keys")]

    operations = [migrations.RunPython(renew_guards, migrations.RunPython.noop)]
