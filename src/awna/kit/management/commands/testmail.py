"""`awna testmail`: one mail that says whether the settings work, and why not."""

from typing import Any

from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand
from awna.kit.outbox.proof import is_sent, prove, proven_at, send_test


class Command(AwnaCommand):
    help = (
        "Send a test mail and say in plain words what is wrong: name, port, encryption, log-in, sender or address. The mail holds a code; "
        "type it with --code, and it is proven that mail arrives."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("address", nargs="?", help="where to send it: a mailbox that you can read")
        parser.add_argument("--code", help="the code that the mail brought")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        if options["code"]:
            prove(code=options["code"])
            self._say(options, f"Proven: mail arrives with these settings ({proven_at():%Y-%m-%d %H:%M} UTC).", proven=True)
            return
        if not options["address"]:
            raise Refused(Problem("testmail_needs_an_address", "Name the address of a mailbox that you can read, or the code with --code."))
        _proof, outcome = send_test(to=options["address"])
        if not is_sent(outcome):
            change = [Problem("mail_setting_to_change", "Look at: %(settings)s.", {"settings": outcome.change})] if outcome.change else []
            raise Refused([*([outcome.problem] if outcome.problem else []), *change])
        self._say(options, "The mail server took the mail. When it is in the mailbox, type: awna testmail --code CODE", proven=False)

    def _say(self, options: dict[str, Any], text: str, *, proven: bool) -> None:
        if options["json"]:
            self.print_json({"taken": True, "proven": proven})
        else:
            self.stdout.write(text)
