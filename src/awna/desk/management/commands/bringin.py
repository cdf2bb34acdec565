"""`awna bringin KIND FILE`: bring in volunteers, items, gifts, opening balances or a bill, or take one file back."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError
from django.db import transaction

from awna.books.models import BankAccount
from awna.campaigns.bill.services import apply_bill, bill_of, difference_of, keep_bill
from awna.campaigns.bill.taking_back import take_bill_back
from awna.campaigns.models import BillFile, BringIn
from awna.campaigns.models.roles import BUDGET_ROLES
from awna.campaigns.moving import services
from awna.campaigns.moving.kinds import KNOWN, NEW, REFUSED, Kind
from awna.core.problems import Problem, Refused
from awna.desk.moving.kinds import BUDGET, KINDS, kind_named, kind_of
from awna.desk.moving.papers import refused_csv, template_csv
from awna.kit.commands import AwnaCommand, acting_role, campaign_named
from awna.parties.models import Campaign, Role

BAR_CHARS = 30
MARKS = {"point": ".", "comma": ","}


class Command(AwnaCommand):
    help = "Bring in a file: gifts, openings, volunteers, items or budget; `back` with the number of a file takes it back, `template` prints our heads."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("kind", choices=[*(kind.name for kind in KINDS), BUDGET, "back", "template"])
        parser.add_argument("file", help="the file (xlsx, ods or CSV); with back: the number that was printed; with template: the kind")
        parser.add_argument(
            "--column", action="append", default=[], metavar="OURS=HEAD", help="which column of the file holds what; repeat it"
        )
        parser.add_argument("--head-row", type=int, metavar="N", help="the row of the heads; default: found by itself")
        parser.add_argument("--account", metavar="IBAN", help="gifts and openings: the account that received the money")
        parser.add_argument("--decimal", choices=sorted(MARKS), help="gifts and openings: decimal mark; never guessed")
        parser.add_argument("--good-only", action="store_true", help="take the good rows though others are refused")
        parser.add_argument("--refused", metavar="FILE", help="write the refused rows with their reasons there")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        if options["kind"] == "template":
            self.stdout.write(template_csv(_kind(options["file"]).columns).decode().lstrip("\ufeff"), ending="")
        elif options["kind"] == "back":
            self._take_back(campaign, options)
        elif options["kind"] == BUDGET:
            self._bring_bill(campaign, options)
        else:
            self._bring(campaign, kind_named(options["kind"]), options)

    def _bring(self, campaign: Campaign, kind: Kind, options: dict[str, Any]) -> None:
        account = _account(campaign, options["account"]) if kind.of_account else None
        author = _author(campaign, kind, options["acting"], account)
        with transaction.atomic():
            found = services.keep_file(
                campaign=campaign, kind=kind, data=self.read_file(options["file"]), name=options["file"], author=author,
                decimal=MARKS.get(options["decimal"] or "", ""), account=str(account.pk) if account else "",
            )  # fmt: skip
            if found.done_at is not None:
                self.stdout.write(f"This very file came in on {found.done_at:%Y-%m-%d}; nothing was taken again.")
                return
            found = _mapped(found, kind, author, options)
            seen = services.preview(found, kind, author)
            self._say_refused(seen, kind, options["refused"])
            if options["dry_run"]:
                transaction.set_rollback(True)
            else:
                found = services.take_in(found=found, kind=kind, author=author, leave_refused=options["good_only"], progress=self._progress)
        self._report({state: seen.count(state) for state in (NEW, KNOWN, REFUSED)}, str(found.pk), options)

    def _bring_bill(self, campaign: Campaign, options: dict[str, Any]) -> None:
        author = acting_role(campaign, options["acting"], *BUDGET_ROLES)
        with transaction.atomic():
            file = keep_bill(campaign=campaign, data=self.read_file(options["file"]), name=options["file"], author=author)
            read = bill_of(file)
            if read is None:
                raise Refused(Problem("bill_columns_unknown", "The columns of this bill are not clear. Bring it in on the page of the bill, where you say what they are."))  # fmt: skip
            found = difference_of(file)
            for held in read.held:
                self.stderr.write(f"row {held.row}: " + " ".join(str(one) for one in held.problems))
            if read.held and not (options["good_only"] or options["dry_run"]):
                text = "Rows that are refused: %(n)s. Correct the file, or say that they are left out."
                raise Refused(Problem("rows_refused", text, {"n": len(read.held)}))
            if options["dry_run"]:
                transaction.set_rollback(True)
            elif not found.changes_nothing:
                apply_bill(file=file, seen=found.seen, author=author)
        counts = {NEW: len(found.of("new", "changed")), KNOWN: len(found.of("same")), REFUSED: len(read.held)}
        self._report(counts, str(file.pk), options)

    def _take_back(self, campaign: Campaign, options: dict[str, Any]) -> None:
        bill = BillFile.objects.filter(campaign=campaign, pk=_number(options["file"])).first()
        found = BringIn.objects.filter(campaign=campaign, pk=_number(options["file"])).select_related("brought_by__section").first()
        if bill is None and found is None:
            raise CommandError(f"No file of “{campaign.slug}” has the number {options['file']}.", returncode=2)
        with transaction.atomic():
            if bill is not None:
                take_bill_back(file=bill, author=acting_role(campaign, options["acting"], *BUDGET_ROLES))
            elif found is not None:
                kind = kind_of(found)
                author = found.brought_by if options["acting"] is None else acting_role(campaign, options["acting"], *kind.roles)
                services.take_back(found=found, kind=kind, author=author)
            transaction.set_rollback(options["dry_run"])
        self.stdout.write("The file can be taken back; nothing was changed." if options["dry_run"] else "The file is taken back.")

    def _say_refused(self, seen: services.Preview, kind: Kind, path: str | None) -> None:
        for row in seen.refused:
            for problem in row.problems:
                self.stderr.write(str(problem))
        if path and seen.refused:
            Path(path).write_bytes(refused_csv(seen.refused, kind.columns))

    def _progress(self, done: int, of: int) -> None:
        if sys.stderr.isatty():
            bar = "#" * (BAR_CHARS * done // max(of, 1))
            self.stderr.write(f"\r{bar:<{BAR_CHARS}} {done}/{of}", ending="\n" if done == of else "")

    def _report(self, counts: Mapping[str, int], number: str, options: dict[str, Any]) -> None:
        if options["json"]:
            self.print_json({"rows": counts, "file": number, "kept": not options["dry_run"]})
            return
        taken = "would come in" if options["dry_run"] else "came in"
        self.stdout.write(f"{counts[NEW]} rows {taken}, {counts[KNOWN]} were there already, {counts[REFUSED]} refused.")
        if not options["dry_run"]:
            self.stdout.write(f"Take it back with: awna bringin back {number}")


def _mapped(found: BringIn, kind: Kind, author: Role, options: dict[str, Any]) -> BringIn:
    """The file with its columns known: as said, else as found. What could not be told is refused with the heads that there are."""
    said = dict(pair.partition("=")[::2] for pair in options["column"])
    if found.mapping is not None and not said and options["head_row"] is None:
        return found
    hint = services.suggestion_of(found, kind, head_row=options["head_row"])
    columns = hint.columns | said
    missing = [name for name in kind.required if not columns.get(name)]
    if missing:
        text = "No column of the file is known to hold %(missing)s. Say it with --column, such as --column %(first)s=HEAD; not read so far: %(unread)s."  # fmt: skip
        values = {"missing": ", ".join(missing), "first": missing[0], "unread": ", ".join(hint.unread) or "–"}
        raise Refused(Problem("columns_not_clear", text, values))
    return services.map_columns(found=found, kind=kind, head_row=options["head_row"] or hint.head_row, columns=columns, author=author)


def _kind(name: str) -> Kind:
    try:
        return kind_named(name)
    except KeyError:
        raise CommandError(f"There is no kind “{name}”; kinds: {', '.join(kind.name for kind in KINDS)}.", returncode=2) from None


def _number(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _account(campaign: Campaign, iban: str | None) -> BankAccount:
    account = BankAccount.objects.filter(book__campaign=campaign, iban=(iban or "").replace(" ", "")).first()
    if account is None:
        raise CommandError(f"Name the account with --account; “{campaign.slug}” has no account {iban or '…'}.", returncode=2)
    return account


def _author(campaign: Campaign, kind: Kind, email: str | None, account: BankAccount | None) -> Role:
    """For an account, somebody of its own body."""
    held = Role.objects.filter(campaign=campaign, name__in=kind.roles, ended_on=None).order_by("began_on", "pk")
    held = held.filter(user__email=email.lower()) if email else held
    author = (held.filter(section=account.section_id).first() if account else None) or held.first()
    if author is None:
        raise CommandError(f"{email or 'Nobody'} holds none of these roles in “{campaign.slug}”: {', '.join(kind.roles)}.", returncode=2)
    return author
