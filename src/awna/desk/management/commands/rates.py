"""`awna rates`: list the rates of exchange, write down the European Central Bank's, ask the stewards for others by hand or from a CSV file."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from awna.books.models import Book
from awna.books.services import rates
from awna.books.services.exchange import rates_of
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role, campaign_named

DAYS_TO_AGREE = 30


class Command(AwnaCommand):
    help = "Rates of exchange: list them; write down the European Central Bank's (ecb); ask the stewards for one (add) or a file of them (import)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("act", choices=("list", "ecb", "add", "import"))
        parser.add_argument("file", nargs="?", help="import: the CSV file, UTF-8, with the columns date, from, to, rate, source")
        parser.add_argument("--campaign", help="slug; needed when there are several")
        parser.add_argument("--as", dest="email", help="e-mail of the treasurer; default the first one")
        parser.add_argument("--from", dest="of", default="", metavar="CODE", help="add: one unit of this currency …")
        parser.add_argument(
            "--to", default="", metavar="CODE", help="add: … was worth --rate of this one; ecb: default the goal's currency"
        )
        parser.add_argument("--rate", default="", help="add: with a point for decimals")
        parser.add_argument("--on", default="", metavar="DAY", help="add: such as 2026-12-01")
        parser.add_argument("--source", default="", help="add: who says so")
        parser.add_argument("--decimal", choices=sorted(rates.DECIMALS), help="import: decimal mark; never guessed")
        parser.add_argument("--separator", choices=sorted(rates.SEPARATORS), help="import: what stands between cells; never guessed")
        parser.add_argument("--dry-run", action="store_true", help="judge everything, keep nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        book = Book.objects.filter(campaign=campaign).first()
        if book is None:
            raise Refused(Problem("book_not_open", "This campaign has no book yet. Run `awna setup` first."))
        if options["act"] == "list":
            return self._list(book, options)
        author = acting_role(campaign, options["email"], "treasurer")
        with transaction.atomic():
            if options["act"] == "ecb":
                self._ecb(book, author, options)
            else:
                self._ask(book, author, self._wanted(options), options)
            if options["dry_run"]:
                transaction.set_rollback(True)
        return None

    def _list(self, book: Book, options: dict[str, Any]) -> None:
        found = sorted(rates_of(book), key=lambda rate: (rate.on, rate.seq), reverse=True)
        if options["json"]:
            said = [
                {"date": one.on, "from": one.of, "to": one.to, "rate": str(one.value), "source": one.source, "entry": one.seq}
                for one in found
            ]
            return self.print_json({"rates": said})
        for one in found:
            self.stdout.write(f"{one.on}  1 {one.of} = {one.value} {one.to}  {one.source}  (entry {one.seq})")
        self.stdout.write(f"{len(found)} rates.")
        return None

    def _ecb(self, book: Book, author: Any, options: dict[str, Any]) -> None:
        taken = rates.take_ecb_rates(book=book, to=options["to"].upper() or book.campaign.goal_currency, author=author)
        missing = [f"{code} {day}" for code, day in taken.missing]
        if options["json"]:
            return self.print_json({"written": len(taken.entries), "missing": missing, "kept": not options["dry_run"]})
        verb = "would be written down" if options["dry_run"] else "written down"
        self.stdout.write(f"{len(taken.entries)} rates {verb}." + (f" The ECB has none for: {', '.join(missing)}." if missing else ""))
        return None

    def _wanted(self, options: dict[str, Any]) -> list[rates.Wanted]:
        if options["act"] == "add":
            cells = {
                "from": options["of"],
                "to": options["to"],
                "rate": options["rate"],
                "date": options["on"],
                "source": options["source"],
            }
            return [rates.wanted_of(cells, decimal="point")]
        if not (options["file"] and options["decimal"] and options["separator"]):
            raise CommandError("Give the file, its --decimal mark and its --separator.", returncode=2)
        return rates.read_rates(self.read_file(options["file"]), decimal=options["decimal"], separator=options["separator"])

    def _ask(self, book: Book, author: Any, wanted: list[rates.Wanted], options: dict[str, Any]) -> None:
        # The same rates asked on one day are one question.
        today = timezone.localdate()
        mark = sha256(repr((today, [(one.of, one.to, one.value, one.on, one.source) for one in wanted])).encode()).hexdigest()
        proposal = rates.propose_rates(
            book=book, rates=wanted, filed_by=author, expires_on=today + timedelta(days=DAYS_TO_AGREE), request_id=f"rates:{mark}"
        )
        if options["json"]:
            return self.print_json({"asked": len(wanted), "proposal": str(proposal.pk), "kept": not options["dry_run"]})
        verb = "would be asked" if options["dry_run"] else "are asked"
        self.stdout.write(f"The stewards {verb} for {len(wanted)} rates; with their last word they are written down.")
        return None
