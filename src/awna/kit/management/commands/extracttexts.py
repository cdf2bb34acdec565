"""`awna extracttexts`: brings every catalogue up to date with the texts of the source."""

from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from awna.kit.commands import AwnaCommand
from awna.kit.texts import PACKAGE, texts_of, untranslated

WIDTH_CHARS = 120


class Command(AwnaCommand):
    help = "Update the catalogues of translations from gettext calls, templates and refusals, and list what is untranslated."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only list what is untranslated")

    def run(self, **options: Any) -> None:
        texts = texts_of()
        template = Catalog()
        for text in texts:
            template.add(text.id, context=text.context)
        for path in sorted((PACKAGE / "locale").glob("*/LC_MESSAGES/django.po")):
            with path.open("rb") as file:
                catalogue = read_po(file)
            missing = untranslated(texts, catalogue)
            if not options["dry_run"]:
                _update(path, catalogue, template)
            self.stdout.write(f"{path.parent.parent.name}: {len(texts)} texts, {len(missing)} without a translation")
            for line in missing:
                self.stdout.write(f"  {line}")


def _update(path: Path, catalogue: Catalog, template: Catalog) -> None:
    """A guessed translation would say something else than the text does, so nothing is guessed."""
    # The date of the last run would be the only change of most runs, and a conflict of every merge.
    template.creation_date = catalogue.creation_date
    catalogue.update(template, no_fuzzy_matching=True, update_header_comment=False)
    with path.open("wb") as file:
        write_po(file, catalogue, width=WIDTH_CHARS, sort_output=True, ignore_obsolete=True)
