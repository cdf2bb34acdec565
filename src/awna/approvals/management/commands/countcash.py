"""`awna countcash BOX AMOUNT`: one person's figure of a count; the second person's ends it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from awna.approvals.cash.services import SECONDS, explain_count, type_count
from awna.approvals.models import CashBox, CashCount
from awna.core.amounts import parse_minor
from awna.core.problems import Problem, Refused
from awna.kit.commands import AwnaCommand, acting_role


class Command(AwnaCommand):
    help = (
        "Write down what one person counted in a cash box; the holder and one more do so, each alone. With --reason, why a count differs."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("box", help="the box, by the id in the address of its page")
        parser.add_argument("amount", help="all notes and coins, such as 287.50")
        parser.add_argument("--reason", default="", help="why both figures differ from the book, once they agree with each other")
        self.add_acting_arguments(parser)

    def run(self, **options: Any) -> None:
        box = _box(options["box"])
        author = acting_role(box.account.book.campaign, options["acting"], *SECONDS)
        minor = parse_minor(options["amount"], box.account.commodity.scale)
        with transaction.atomic():
            waiting = box.counts.filter(state=CashCount.DIFFERS).first()
            if waiting is not None and options["reason"]:
                count = explain_count(count=waiting, reason=options["reason"], author=author)
            else:
                count = type_count(box=box, counted=minor, author=author)
            transaction.set_rollback(options["dry_run"])
        if options["json"]:
            return self.print_json({"box": str(box.pk), "state": count.state, "dry_run": options["dry_run"]})
        self.stdout.write(f"{box}: {count.get_state_display()}")
        return None


def _box(asked: str) -> CashBox:
    try:
        return CashBox.objects.select_related("account__book__campaign", "account__commodity", "holder__user").get(pk=asked)
    except (CashBox.DoesNotExist, ValidationError) as error:
        raise Refused(
            Problem("box_unknown", "There is no cash box “%(asked)s”. Its id stands in the address of its page.", {"asked": asked})
        ) from error
