"""A letter's translations stand where all translations of a campaign stand."""

from hashlib import sha256

from django.db import migrations


def move_texts(apps, schema_editor):
    Translation = apps.get_model("parties", "Translation")
    for row in apps.get_model("letters", "LetterText").objects.select_related("letter"):
        for name in ("title", "text"):
            original = "\n".join(getattr(row.letter, name).strip().splitlines())
            Translation.objects.get_or_create(
                campaign_id=row.letter.campaign_id, subject=f"letter.{row.letter_id}.{name}", language=row.language,
                defaults={
                    "text": getattr(row, name), "state": row.state, "source_digest": sha256(original.encode()).hexdigest(),
                },
            )  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("letters", "0004_signatures_of_people"), ("parties", "0002_translations")]
    operations = [migrations.RunPython(move_texts, migrations.RunPython.noop), migrations.DeleteModel(name="LetterText")]
