"""`awna safeguardingkey`: a lead of safeguarding makes her key on her own machine; only its public half goes to the site."""

import getpass
import os
from pathlib import Path
from typing import Any

import pyrage

from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand
from awna.voices.boxes import new_pair


class Command(AwnaCommand):
    help = (
        "Make a pair of keys for sealed reports, on the lead's own machine and never on the server. The secret half goes into a file, the public half "
        "is printed: paste it on the page “Sealed reports”. No database is touched."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--out", metavar="FILE", required=True, help="where the secret half goes; must not exist yet")
        parser.add_argument("--passphrase", action="store_true", help="ask for a passphrase and lock the file with it")

    def run(self, **options: Any) -> None:
        path = Path(options["out"])
        secret, public = new_pair()
        data = f"# secret half; keep it off every server, in two places\n# public half: {public}\n{secret}\n".encode()
        if options["passphrase"]:
            data = bytes(pyrage.passphrase.encrypt(data, _twice()))
        try:
            with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(data)
        except FileExistsError as error:
            raise Refused(Problem("key_file_exists", "%(file)s exists already. Choose another name: a key that is lost opens nothing again.",
                                  {"file": path})) from error  # fmt: skip
        except OSError as error:
            raise Refused(Problem("file_unwritable", "%(file)s cannot be written: %(reason)s. Check the path.",
                                  {"file": path, "reason": error.strerror})) from error  # fmt: skip
        self.stdout.write(public)


def _twice() -> str:
    first, second = (getpass.getpass(prompt) for prompt in ("Passphrase: ", "Once more: "))
    if first != second or not first:
        raise Refused(Problem("passphrases_differ", "The two passphrases differ or are empty. Start again."))
    return first
