"""What given goods are worth, says whom and since when: a memo of the log beside the goods, never money."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from awna.books import services as books
from awna.books.models import Entry
from awna.core.amounts import currency_scale, format_minor, parse_minor
from awna.core.problems import Problem, Refused
from awna.parties.models import Role
from awna.parties.services import refuse_unless_role

from ..models import Gift

SOURCE_CHARS_MAX = 120


@dataclass(frozen=True)
class Valuation:
    """`minor` units of `currency`, as `source` said on a day; entry `seq` of the log."""

    minor: int
    currency: str
    source: str
    on: date
    seq: int

    @property
    def scale(self) -> int:
        return currency_scale(self.currency)


@transaction.atomic
def value_goods(*, gift: Gift, amount: str, currency: str, source: str, on: date, author: Role, request_id: str) -> Entry:
    """Write down what goods that two people took in are worth. Nothing is added to any sum of money; a later valuation stands beside it."""
    gift = Gift.objects.select_for_update(of=("self",)).select_related("donor__campaign", "book", "commodity").get(pk=gift.pk)
    refuse_unless_role(author, "treasurer", campaign=gift.donor.campaign)
    currency, source = currency.strip().upper(), " ".join(source.split())
    problems = _problems(gift, author, currency, source, on)
    if problems:
        raise Refused(problems)
    minor = parse_minor(amount, currency_scale(currency))
    if minor <= 0:
        raise Refused(Problem("valuation_not_positive", "Goods are worth an amount above zero.", {}, "amount"))
    payload = {
        "about": "valuation", "lot": gift.lot, "amount": format_minor(minor, currency_scale(currency)), "currency": currency,
        "source": source, "date": on.isoformat(),
    }  # fmt: skip
    return books.post_entry(
        book=gift.book, kind="memo", rows=(), author=author, request_id=f"valuation:{gift.pk}:{request_id}", memo=payload
    )


def valuations_of(gifts: Sequence[Gift]) -> dict[Any, Valuation]:
    """Gift → its newest valuation; nothing for goods that nobody valued."""
    lots = {gift.lot: gift for gift in gifts if gift.kind == "in_kind"}
    found: dict[Any, Valuation] = {}
    if not lots:
        return found
    memos = gifts[0].book.entries.filter(kind="memo", proposal=None).order_by("seq")
    for seq, leaf in memos.values_list("seq", "leaf"):
        said = json.loads(bytes(leaf)).get("payload", {})
        if said.get("about") == "valuation" and said.get("lot") in lots:
            minor = parse_minor(said["amount"], currency_scale(said["currency"]))
            found[lots[said["lot"]].pk] = Valuation(minor, said["currency"], said["source"], date.fromisoformat(said["date"]), seq)
    return found


def _problems(gift: Gift, author: Role, currency: str, source: str, on: date) -> list[Problem]:
    problems = []
    if gift.kind != "in_kind":
        problems.append(Problem("money_needs_no_valuation", "This is a gift of money, which says itself what it is worth."))
    if author.section_id != gift.donor.section_id:
        problems.append(Problem("gift_of_another_body", "This gift came to another body, which has its own treasurer. Ask there."))
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        problems.append(Problem("valuation_currency_wrong", "“%(asked)s” is no code of a currency. Write three letters, such as EUR.",
                                {"asked": currency}, "currency"))  # fmt: skip
    if not 0 < len(source) <= SOURCE_CHARS_MAX:
        problems.append(Problem("valuation_without_source", "Say in 1 to %(max)s characters who valued the goods, or by which price list.",
                                {"max": SOURCE_CHARS_MAX}, "source"))  # fmt: skip
    if on > timezone.localdate():
        problems.append(Problem("valuation_in_the_future", "The day of the valuation has not come yet.", {}, "on"))
    return problems
