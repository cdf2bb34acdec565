"""The guards of receipts, set after their tables stand."""

from typing import Any

from django.db import migrations

from awna.donations.guards import guard_statements, install


def set_guards(apps: Any, editor: Any) -> None:
    install(editor.connection)


def drop_guards(apps: Any, editor: Any) -> None:
    vendor = editor.connection.vendor
    for name in guard_statements(vendor):
        if not name.endswith("()"):
            editor.execute(f"DROP TRIGGER IF EXISTS {name}" + ("" if vendor == "sqlite" else f" ON {name.rsplit('_', 2)[0]}"))


class Migration(migrations.Migration):
    dependencies = [("donations", "0004_receipts")]

    operations = [migrations.RunPython(set_guards, drop_guards)]
