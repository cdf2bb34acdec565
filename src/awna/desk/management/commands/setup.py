"""`awna setup`: the first campaign of an installation, on pages, on the terminal, or from a file; or the example."""

import secrets
import sys
from typing import Any

from django.conf import settings

from awna.core.problems import Problem, Refused
from awna.desk import demo
from awna.desk.setup.asking import Left, ask_all
from awna.desk.setup.door import setup_address
from awna.desk.setup.from_file import answers_of, read_plan_file
from awna.desk.setup.making import begin_campaign, finish, plan_of
from awna.desk.setup.next_steps import next_steps
from awna.kit.commands import AwnaCommand
from awna.parties.models import Campaign
from awna.parties.setup.models import SetUp
from awna.parties.setup.services import open_set_up, typed_so_far

PASSWORD_BYTES = 12


class Command(AwnaCommand):
    help = (
        "Create campaign, owner, sections, accounts and stewards, and invite everyone. Without an option it prints the address of the page, on which "
        "the set-up goes step by step and can be left and resumed."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--file", help="JSON with every answer; docs/reference.md lists the names")
        parser.add_argument(
            "--ask", action="store_true", help="ask the questions here; begun on the page or here, it goes on where it was left"
        )
        parser.add_argument("--again", action="store_true", help="with --ask: put every question again, also those that are answered")
        parser.add_argument("--sample", action="store_true", help="make the invented example of the demonstration, to practise on")
        parser.add_argument("--dry-run", action="store_true", help="with --file: only say what is wrong")

    def run(self, **options: Any) -> None:
        if options["file"]:
            self._from_file(options["file"], options["dry_run"])
            return
        if Campaign.objects.exists():
            raise Refused(Problem("set_up_already", "A campaign stands already. Give --file to add another one."))
        if options["sample"]:
            self._sample()
            return
        if options["ask"]:
            self._ask(again=options["again"])
            return
        begun = len(typed_so_far(open_set_up()))
        said = f"{begun} steps of the set-up are kept. Go on here:" if begun else "Open this page to start the first campaign:"
        self.stdout.write(f"{said}\n{setup_address()}\nOr answer here: awna setup --ask")

    def _from_file(self, path: str, dry_run: bool) -> None:
        plan = plan_of(answers_of(read_plan_file(self.read_file(path), name=path)))
        if dry_run:
            self.stdout.write("The file is right; nothing was created.")
            return
        self._tell(begin_campaign(plan=plan))

    def _ask(self, *, again: bool) -> None:
        try:
            confirmed = ask_all(ask=self._line, say=self.stdout.write, again=again)
        except Left:
            self.stdout.write(f"\nKept. Go on with awna setup --ask, or here: {setup_address()}")
            return
        if not confirmed:
            self.stdout.write("Nothing was created; every answer is kept. For the example: awna setup --sample")
            return
        made = finish()
        if made is not None:
            self._tell(made)

    def _line(self, question: str) -> str:
        self.stdout.write(question, ending="")
        self.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            raise Left
        return line

    def _sample(self) -> None:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        campaign = demo.seed(say=lambda text: self.stderr.write(text), password=password)
        self.stdout.write(
            f"{campaign.title}: {settings.AWNA_ORIGIN}{campaign.get_absolute_url()}\nPassword of everyone below, shown once: {password}"
        )
        for person in demo.CAST:
            self.stdout.write(f"  {person.email:<28} {person.does}")

    def _tell(self, made: SetUp) -> None:
        campaign = made.campaign
        self.stdout.write(f"{campaign.title}: {settings.AWNA_ORIGIN}{campaign.get_absolute_url()}")
        for role, email, link in made.link_list:
            self.stdout.write(f"{role} {email}: {link}")
        self.stdout.write("What to do next:")
        for number, step in enumerate(next_steps(made), start=1):
            self.stdout.write(f"{number}. {'done: ' if step.done else ''}{step.label}. {'' if step.done else step.how}".rstrip())
