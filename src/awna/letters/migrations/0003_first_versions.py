"""Each letter's words become its first version; organisations move to a table of their own; what nobody confirmed is dropped."""

import unicodedata
from typing import Any

from django.db import migrations

from awna.kit.sealed import blind_index


def move(apps: Any, _editor: Any) -> None:
    letters, versions, signatures, organisations = (
        apps.get_model("letters", name) for name in ("OpenLetter", "LetterVersion", "Signature", "Organisation")
    )
    signatures.objects.filter(state="pending").delete()
    for letter in letters.objects.all():
        first = versions.objects.create(
            letter=letter, number=1, language=letter.language, title=letter.title, text=letter.text, issued_on=letter.opened_on
        )
        signatures.objects.filter(letter=letter).update(version=first)
        for row in signatures.objects.filter(letter=letter, kind="organisation"):
            key = " ".join(unicodedata.normalize("NFKC", row.name).casefold().split())
            taken = row.state == "withdrawn" or organisations.objects.filter(letter=letter, name_key=blind_index(key, f"letters.name.{letter.pk}"))
            organisations.objects.create(
                id=row.id, letter=letter, version=first, name=row.name, place=row.place, office=row.office, email=row.email, email_index=row.email_index,
                language=row.language, confirmed_at=row.confirmed_at, state=row.state, hidden=not row.show_name,
                name_key=None if taken else blind_index(key, f"letters.name.{letter.pk}"),
            )
            row.delete()


class Migration(migrations.Migration):
    dependencies = [("letters", "0002_versions_organisations_paper_lists")]
    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
