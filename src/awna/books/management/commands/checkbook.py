"""`awna checkbook`: recompute everything that is cached from the log, and compare book and bank."""

from typing import Any

from django.db import connection

from awna.books.checks import standing_problems
from awna.books.services import check_book, compare_accounts, rebuild_derived
from awna.core.amounts import format_minor
from awna.core.problems import Refused
from awna.kit.commands import AwnaCommand

from .dumpbook import book_of


class Command(AwnaCommand):
    help = "Recompute balances, slices, hops and sums of a book from its log and compare them; compare each bank account with its latest statement."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--campaign", help="the campaign's address; not needed when there is one campaign")
        parser.add_argument("--rebuild", action="store_true", help="first make slices, hops and sums anew from the log")
        parser.add_argument("--json", action="store_true", help="print the comparison as JSON")

    def run(self, **options: Any) -> None:
        book = book_of(options["campaign"])
        if options["rebuild"]:
            rebuild_derived(book)
        problems = [*standing_problems(connection), *check_book(book)]
        compared = [
            {"account": one.account.iban, "currency": one.account.currency, "book": format_minor(one.in_book, one.account.commodity.scale),
             "bank": format_minor(one.at_bank, one.account.commodity.scale), "equal": one.equal, "advice": [str(advice) for advice in one.advice]}
            for one in compare_accounts(book)
        ]  # fmt: skip
        if options["json"]:
            self.print_json({"problems": [str(problem) for problem in problems], "accounts": compared})
        else:
            for row in compared:
                sign = "=" if row["equal"] else "≠"
                self.stdout.write(f"{row['account']} {row['currency']}: book {row['book']} {sign} bank {row['bank']}")
                for advice in row["advice"]:
                    self.stdout.write(f"  {advice}")
        if problems:
            raise Refused(problems)
        if not options["json"]:
            self.stdout.write("The book agrees with its log.")
