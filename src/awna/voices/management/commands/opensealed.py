"""`awna opensealed`: a lead opens a sealed report on her own machine with her key. `age -d -i KEY FILE > report.zip` does the same."""

import getpass
import os
from pathlib import Path
from typing import Any

import pyrage

from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand
from awna.voices.boxes import REPORT, SECRET_PREFIX, open_with_secrets, unpack

LOCKED = b"age-encryption.org/"


class Command(AwnaCommand):
    help = "Open a sealed report with the secret half of a lead's key, on a machine that is not the server. No database is touched."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", help="the sealed file, as the page “Sealed reports” gave it")
        parser.add_argument("--key", metavar="FILE", required=True, help="the file that awna safeguardingkey wrote")
        parser.add_argument("--into", metavar="DIR", help="where photos and the text go; default: print the text alone")

    def run(self, **options: Any) -> None:
        key = self.read_file(options["key"])
        if key.startswith(LOCKED):
            key = _unlocked(key)
        secrets = [line.strip() for line in key.decode(errors="replace").splitlines() if line.strip().startswith(SECRET_PREFIX)]
        if not secrets:
            raise Refused(Problem("key_file_empty", "%(file)s holds no secret key. Give the file that awna safeguardingkey wrote.",
                                  {"file": options["key"]}))  # fmt: skip
        parts = unpack(open_with_secrets(self.read_file(options["file"]), secrets))
        if options["into"]:
            folder = Path(options["into"])
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name, data in parts.items():
                with open(folder / name, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                    file.write(data)
            self.stdout.write("\n".join(str(folder / name) for name in parts))
        else:
            self.stdout.write(parts.get(REPORT, b"").decode(errors="replace"))


def _unlocked(data: bytes) -> bytes:
    try:
        return bytes(pyrage.passphrase.decrypt(data, getpass.getpass("Passphrase of the key: ")))
    except pyrage.DecryptError as error:
        raise Refused(Problem("passphrase_wrong", "The passphrase does not open the key. Try again.")) from error
