"""Cash boxes: who holds one, how much may lie in it, and the money that is asked for it or out of it."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.models import BankAccount, Book, Custody, Fund, Milestone
from awna.books.services import ensure_custody, open_cash_box
from awna.books.services.cash import at_hand
from awna.campaigns.models import BudgetLine
from awna.consent.models import Proposal
from awna.core.amounts import format_minor
from awna.core.ledger.rules import PAYEE, RELEASED
from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role, Section
from awna.parties.services import refuse_unless_role

from ..models import CashBox, CashCount
from .papers import RECEIPT

HOLDERS = ("treasurer", "site_lead", "shift_lead", "storekeeper", "coordinator")
SECONDS = (*HOLDERS, "steward")
"""Who may count, sign or witness as the other person."""
OPENERS = ("treasurer", "steward")
PETTY_REF = "petty"


@dataclass(frozen=True)
class BoxLimits:
    """How much may lie in a box, how much may be carried to it at once, and the leave of the law for carrying."""

    ceiling_minor: int
    carried_max_minor: int = 0
    licence: str = ""


@transaction.atomic
def open_box(
    *, book: Book, section: Section | None, body: str, name: str, currency: str, holder: Role, limits: BoxLimits, author: Role
) -> CashBox:  # fmt: skip
    """A box with its holder and ceiling. The same name and currency is the same box."""
    refuse_unless_role(author, *OPENERS, campaign=book.campaign)
    problems = _limit_problems(limits) + _holder_problems(book.campaign, holder)
    if not 0 < len(name.strip()) <= 35:
        problems.append(Problem("box_name", "Give the box a name of at most 35 characters, such as: site office.", {}, "name"))
    if problems:
        raise Refused(problems)
    account = open_cash_box(book=book, section=section, holder=body, name=name.strip(), currency=currency)
    box, _made = CashBox.objects.get_or_create(account=account, defaults={"name": name.strip(), "holder": holder, **vars(limits)})
    return box


@transaction.atomic
def change_box(*, box: CashBox, holder: Role, limits: BoxLimits, author: Role) -> CashBox:
    """The stewards' word on how much may lie there; a new holder takes over only what was just counted."""
    refuse_unless_role(author, "steward", campaign=campaign_of(box))
    box = locked_box(box)
    problems = _limit_problems(limits) + _holder_problems(campaign_of(box), holder)
    if holder.pk != box.holder_id and not _just_counted(box):
        problems.append(
            Problem(
                "count_before_handing_over", "Count the box with its holder first: a new one takes over what was counted.", {}, "holder"
            )
        )
    if problems:
        raise Refused(problems)
    box.holder, box.ceiling_minor, box.carried_max_minor, box.licence = (
        holder,
        limits.ceiling_minor,
        limits.carried_max_minor,
        limits.licence,
    )
    box.save()
    return box


@transaction.atomic
def ask_for_top_up(
    *, box: CashBox, source: BankAccount, fund: Fund, amount: int, text: str, expires_on: date, filed_by: Role, request_id: str
) -> Proposal:  # fmt: skip
    """Ask the stewards for cash in the box, never above its ceiling."""
    from ...services.asking import MilestoneAsk, propose_release

    room = box.ceiling_minor - at_hand(box.account)
    if not 0 < amount <= room:
        money = box.account.commodity
        raise Refused(Problem("top_up_above_ceiling", "The box may hold %(ceiling)s; %(room)s more fit in. Ask for that or less.",
                              {"ceiling": f"{money.code} {format_minor(box.ceiling_minor, money.scale)}", "room": f"{money.code} {format_minor(max(0, room), money.scale)}"},
                              "amount"))  # fmt: skip
    if source.commodity_id != box.account.commodity_id:
        raise Refused(Problem("source_in_another_currency", "That account is in another currency than the box.", {}, "source"))
    ask = MilestoneAsk(n="1", custody=source.custody, fund=fund, commodity=source.commodity, ceiling=amount, earliest=timezone.localdate())
    return propose_release(
        campaign=campaign_of(box), payee=box.account.custody, milestones=[ask], text=text, expires_on=expires_on, filed_by=filed_by,
        request_id=request_id,
    ).proposal  # fmt: skip


@transaction.atomic
def ask_for_petty_cash(
    *, box: CashBox, fund: Fund, ceiling: int, text: str, budget_line: BudgetLine | None, expires_on: date, filed_by: Role, request_id: str
) -> Proposal:  # fmt: skip
    """Ask the stewards to let small purchases be paid out of the box, each by a numbered page with the photo of its paper."""
    from ...services.asking import MilestoneAsk, propose_release

    campaign = campaign_of(box)
    ask = MilestoneAsk(
        n="1", custody=box.account.custody, fund=fund, commodity=box.account.commodity, ceiling=ceiling, earliest=timezone.localdate(),
        evidence=(RECEIPT,),
    )  # fmt: skip
    return propose_release(
        campaign=campaign, payee=petty_payee(campaign), milestones=[ask], budget_line=budget_line, text=text, expires_on=expires_on,
        filed_by=filed_by, request_id=request_id,
    ).proposal  # fmt: skip


def petty_payee(campaign: Campaign) -> Custody:
    return ensure_custody(book=campaign.book, type=PAYEE, ref=PETTY_REF, title="Small purchases")


def campaign_of(box: CashBox) -> Campaign:
    return box.account.book.campaign


def locked_box(box: CashBox) -> CashBox:
    CashBox.objects.select_for_update(of=("self",)).get(pk=box.pk)
    return CashBox.objects.select_related("account__book__campaign", "account__commodity", "account__custody", "holder__user").get(
        pk=box.pk
    )


def released_minor(part: Milestone) -> int:
    """Minor units released there and not paid."""
    return sum(account.balance.minor for account in part.accounts.filter(stage=RELEASED).select_related("balance"))


def refuse_while_counting(box: CashBox) -> None:
    """Nothing moves while a difference waits for its reason."""
    if box.counts.filter(state=CashCount.DIFFERS).exists():
        raise Refused(
            Problem("count_waits_for_a_reason", "A count of this box differs from the book and waits for its reason. Give it first.")
        )


def _just_counted(box: CashBox) -> bool:
    from awna.books.services.statements import latest_slip

    last, count = latest_slip(box.account), box.counts.first()
    return last is None or (count is not None and count.state == CashCount.DONE and count.after_slip + 1 == last.slip)


def _limit_problems(limits: BoxLimits) -> list[Problem]:
    problems = []
    if limits.ceiling_minor <= 0:
        problems.append(Problem("ceiling_missing", "Say how much may lie in the box at most, above zero.", {}, "ceiling"))
    if limits.carried_max_minor < 0 or (limits.carried_max_minor and not limits.licence.strip()):
        problems.append(
            Problem(
                "licence_missing",
                "Cash is carried only under a licence or exemption of the law: name it, or leave the limit empty.",
                {},
                "licence",
            )
        )
    return problems


def _holder_problems(campaign: Campaign, holder: Role) -> list[Problem]:
    if holder.campaign_id == campaign.pk and holder.ended_on is None and holder.name in HOLDERS:
        return []
    return [Problem("holder_unknown", "The holder is a treasurer, lead, storekeeper or coordinator of this campaign.", {}, "holder")]
