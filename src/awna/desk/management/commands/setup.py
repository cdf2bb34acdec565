"""`awna setup`: the first campaign of an installation, from a file or from a page."""

import json
from typing import Any

from django.conf import settings
from django.urls import reverse

from awna.core.problems import Problem, Refused
from awna.desk.forms import SetUpForm
from awna.desk.services import set_up_campaign, setup_token
from awna.kit.commands import AwnaCommand
from awna.parties.models import Campaign


class Command(AwnaCommand):
    help = "Create campaign, owner, sections, accounts and stewards, and invite everyone. Without a file it prints the address of the page."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--file", help="JSON with the fields of the page; docs/reference.md lists them")
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong")

    def run(self, **options: Any) -> None:
        if not options["file"]:
            if Campaign.objects.exists():
                raise Refused(Problem("set_up_already", "A campaign stands already. Give --file to add another one."))
            self.stdout.write("Open this page to start the first campaign:\n")
            self.stdout.write(settings.AWNA_ORIGIN + reverse("set_up", kwargs={"token": setup_token()}))
            return
        form = SetUpForm(self._fields(options["file"]))
        if not form.is_valid():
            raise Refused(
                [Problem("set_up_field", "%(text)s", {"text": error}, name) for name, errors in form.errors.items() for error in errors]
            )
        if options["dry_run"]:
            self.stdout.write("The file is right; nothing was created.")
            return
        campaign, links = set_up_campaign(plan=form.plan())
        self.stdout.write(f"{campaign.title}: {settings.AWNA_ORIGIN}{campaign.get_absolute_url()}")
        for who, link in links.items():
            self.stdout.write(f"{who}: {link}")

    def _fields(self, path: str) -> dict[str, Any]:
        try:
            fields = json.loads(self.read_file(path))
        except ValueError as error:
            raise Refused(
                Problem("set_up_file_broken", "%(file)s is not JSON: %(reason)s. Mend it there.", {"file": path, "reason": error})
            ) from error
        if not isinstance(fields, dict):
            raise Refused(Problem("set_up_file_broken", "%(file)s must hold one JSON object.", {"file": path}))
        return {name: "\n".join(value) if isinstance(value, list) else value for name, value in fields.items()}
