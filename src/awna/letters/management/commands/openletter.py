"""`awna openletter CODE FILE`: publish an open letter; its first line is the title."""

from typing import Any

from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.letters.services import WRITERS, open_letter, translate_letter


class Command(AwnaCommand):
    help = "Publish an open letter for signing from a text file; its first line is the title. --translation adds a language to it."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("code", help="a short name for the letter, such as let-it-stand")
        parser.add_argument("file", help="the text file, UTF-8")
        parser.add_argument("--language", default="en", help="the language of the file; default en")
        parser.add_argument("--translation", action="store_true", help="the file is a translation of the letter of this code")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        author = acting_role(campaign, options["acting"], *WRITERS)
        title, _, text = self._read(options["file"]).partition("\n")
        words = {"title": title.strip(), "text": text.strip(), "language": options["language"], "author": author}
        with transaction.atomic():
            if options["translation"]:
                letter = campaign.letters.filter(code=options["code"]).first()
                if letter is None:
                    raise Refused(
                        Problem(
                            "letter_unknown",
                            "There is no letter “%(code)s”. Publish it first, without --translation.",
                            {"code": options["code"]},
                        )
                    )
                translate_letter(letter=letter, **words)
            else:
                letter = open_letter(campaign=campaign, code=options["code"], **words)
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json({"letter": str(letter.pk), "dry_run": options["dry_run"]})
        self.stdout.write(f"{letter.title}: {letter.get_absolute_url()}" + (" (nothing was changed)" if options["dry_run"] else ""))
        return None

    def _read(self, path: str) -> str:
        try:
            return self.read_file(path).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused(Problem("file_not_utf8", "%(file)s is not UTF-8 text. Save it as UTF-8.", {"file": path})) from error
