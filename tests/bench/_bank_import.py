"""Bank files of many lines brought in on SQLite: read in the sandbox, stored, matched and posted. Prints a line of JSON with seconds of CPU."""

import json
import resource
import sys
import time
from datetime import date, timedelta
from decimal import Decimal

import django

django.setup()

from awna.books import services as books
from awna.books.models import Movement
from awna.desk import services as desk
from awna.donations import services as donations
from tests.banks import BankLine, mt940
from tests.torture import _place

LINES_OF_A_FILE = 5_000
PLEDGED_EVERY = 50
"""One line in so many carries the reference of a pledge."""
FIRST_DAY = date(2026, 1, 1)


def main(words: list[str]) -> int:
    wanted = int(words[0])
    _place.prepare()
    with _place.scratch() as place:
        pledges = [
            donations.pledge_gift(bank_account=place.account, amount_minor=1_000 + n, request_id=f"p{n}")
            for n in range(wanted // PLEDGED_EVERY)
        ]
        files = list(_files(wanted, [pledge.reference for pledge in pledges]))
        started, claimed, wall = _cpu(), 0, time.monotonic()
        for number, data in enumerate(files):
            report = desk.import_statement(
                bank_account=place.account, data=data, filename="s.sta", author=place.karim, request_id=f"f{number}"
            )
            claimed += report.claimed
        took, waited = _cpu() - started, time.monotonic() - wall
        started = _cpu()
        again = desk.import_statement(
            bank_account=place.account, data=files[-1] + b"\r\n", filename="s.sta", author=place.karim, request_id="again"
        )
        known = _cpu() - started
        started = _cpu()
        unsealed = sum(bool(movement.counterparty or movement.text) for movement in Movement.objects.all())
        print(json.dumps({
            "lines": Movement.objects.count(), "claimed": claimed, "pledges": len(pledges), "import": took, "wall": waited, "unseal": _cpu() - started,
            "unsealed": unsealed, "again": known, "doubled": again.new, "faults": [problem.code for problem in books.check_book(place.book)],
        }))  # fmt: skip
    return 0


def _files(wanted: int, references: list[str]) -> "object":
    opening, made = Decimal(0), 0
    while made < wanted:
        lines = []
        for number in range(made, min(made + LINES_OF_A_FILE, wanted)):
            pledged = number % PLEDGED_EVERY == 0 and number // PLEDGED_EVERY < len(references)
            minor = 1_000 + number // PLEDGED_EVERY if pledged else number % 9_000 + 100
            text = f"gift {references[number // PLEDGED_EVERY]}" if pledged else f"gift number {number} for the clinic"
            lines.append(BankLine(str(Decimal(minor).scaleb(-2)), f"Donor {number}", text=text))
        yield mt940(
            _place.IBAN,
            "EUR",
            opening=str(opening),
            lines=lines,
            day=FIRST_DAY + timedelta(made // LINES_OF_A_FILE),
            number=1 + made // LINES_OF_A_FILE,
        )
        opening += sum((Decimal(line.amount) for line in lines), Decimal(0))
        made += len(lines)


def _cpu() -> float:
    """Of this process and of the sandboxes that it waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
