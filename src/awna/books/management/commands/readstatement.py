"""`awna readstatement FILE [--json]`: what a bank file says, without storing anything."""

import base64
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from awna.core.banking.statement import STATEMENT_BYTES_MAX, Statement, check_balance, plain, statement_as_json, statement_from_plain
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand
from awna.kit.sandbox import run_in_sandbox


class Command(AwnaCommand):
    help = "Read a CAMT.052/053/054 or MT940/942 bank file and print its statements; nothing is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the file that the bank gave")
        parser.add_argument("--json", action="store_true", help="print the statements as JSON: amounts are signed decimal strings")

    def run(self, *, file: str, json: bool, **_options: Any) -> None:
        data = self.read_file(file)
        if len(data) > STATEMENT_BYTES_MAX:
            raise Refused(Problem(
                "statement_too_large", "The file has %(size)s bytes; a statement may have %(limit)s. Ask the bank for shorter periods.",
                {"size": len(data), "limit": STATEMENT_BYTES_MAX}, Path(file).name))  # fmt: skip
        payload = {"data": base64.b64encode(data).decode(), "name": Path(file).name}
        statements = [statement_from_plain(item) for item in run_in_sandbox("awna.core.banking.statement:read_plain", payload)]
        if json:
            self.print_json([statement_as_json(statement) for statement in statements])
        else:
            for statement in statements:
                self._print(statement)
        for problem in (problem for statement in statements for problem in check_balance(statement)):
            self.stderr.write(str(problem))

    def _print(self, statement: Statement) -> None:
        opening, closing = (plain(amount) if amount is not None else "?" for amount in (statement.opening, statement.closing))
        self.stdout.write(f"{statement.account} {statement.currency} {statement.number}: opens {opening}, closes {closing}")
        for line in statement.lines:
            day = line.booked_on.isoformat() if line.booked_on else "no date"
            self.stdout.write(
                f"  {day}  {plain(line.amount):>14} {line.currency}  {line.status}  {line.reference}  {line.counterparty}  {line.text}"
            )
