"""Who debits, what a payer signed, and the plan of instalments that follows; called through `services`."""

import re
import secrets
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from awna.books.models import BankAccount, Fund
from awna.core.banking.references import is_iban
from awna.core.digest import digest_of
from awna.core.problems import Problem, Refused
from awna.parties.models import Role

from ..models.giving import Donor, Pledge
from ..services.collecting import refuse_unless_collecting
from ..services.gifts import _free_reference, _pledge_problems, new_donor
from .calendar import instalment_day
from .models import NOTICE_DAYS, Creditor, Instalment, Mandate, MandateEvent, Plan

NOTICE_DAYS_MAX = 30
INSTALMENTS_MAX = 600
TEXT_CHARACTERS_MAX = 4_000
EEA = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)  # elsewhere a debit names the payer's town and country
_COUNTRY = re.compile(r"[A-Z]{2}")
_CREDITOR_ID = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{3}[A-Z0-9]{1,28}")


@dataclass(frozen=True)
class Asked:
    """What a payer signed: the words, and who is debited. `once`: for one collection alone."""

    text: str
    name: str
    iban: str
    signed_on: date
    town: str = ""
    country: str = ""
    email: str = ""
    language: str = "en"
    once: bool = False


@transaction.atomic
def set_creditor(
    *, bank_account: BankAccount, town: str, country: str, street: str = "", building: str = "", post_code: str = "", creditor_id: str = "",
    notice_days: int = NOTICE_DAYS,
) -> Creditor:  # fmt: skip
    """Write down the address of an account's holder in fields and, where it may debit, its creditor id."""
    country, creditor_id = country.strip().upper(), "".join(creditor_id.split()).upper()
    problems = []
    if not town.strip() or _COUNTRY.fullmatch(country) is None:
        problems.append(
            Problem("address_without_town", "An address needs its town and the two letters of its country. Add them.", {}, "town")
        )
    if creditor_id and not is_creditor_id(creditor_id):
        problems.append(Problem("creditor_id_invalid", "“%(asked)s” is no creditor identifier: its check digits differ. Copy it from the bank's letter.",
                                {"asked": creditor_id}, "creditor_id"))  # fmt: skip
    if not 1 <= notice_days <= NOTICE_DAYS_MAX:
        problems.append(Problem("notice_out_of_range", "Debits are announced 1 to %(most)s days before. Type another number.",
                                {"most": NOTICE_DAYS_MAX}, "notice_days"))  # fmt: skip
    if problems:
        raise Refused(problems)
    values = {
        "town": town.strip(), "country": country, "street": street.strip(), "building": building.strip(), "post_code": post_code.strip(),
        "creditor_id": creditor_id, "notice_days": notice_days,
    }  # fmt: skip
    return Creditor.objects.update_or_create(bank_account=bank_account, defaults=values)[0]


@transaction.atomic
def sign_mandate(*, bank_account: BankAccount, asked: Asked, author: Role, request_id: str) -> Mandate:
    """Keep what a payer signed, as it was signed. The mandate is in force from now on."""
    first = Mandate.objects.filter(request_id=request_id).first()
    if first is not None:
        return first
    refuse_unless_collecting(account=bank_account)
    iban, country = "".join(asked.iban.split()).upper(), asked.country.strip().upper()
    creditor = Creditor.objects.filter(bank_account=bank_account).first()
    problems = [*_creditor_problems(bank_account, creditor), *_signed_problems(asked, iban, country)]
    if problems or creditor is None:
        raise Refused(problems)
    donor = new_donor(
        campaign=bank_account.book.campaign, section=bank_account.section, name=asked.name, email=asked.email, language=asked.language
    )
    reference = f"M{secrets.token_hex(10).upper()}"
    frozen = {
        "text": asked.text, "name": asked.name, "iban": iban, "reference": reference, "creditor_id": creditor.creditor_id,
        "signed_on": asked.signed_on.isoformat(), "once": asked.once,
        # The token is random, so that the digest tells nothing of a name or a number.
        "salt": donor.token,
    }  # fmt: skip
    mandate = Mandate.objects.create(
        bank_account=bank_account, donor=donor, reference=reference, creditor_id=creditor.creditor_id, name=" ".join(asked.name.split()), iban=iban,
        town=asked.town.strip(), country=country or iban[:2], text=asked.text, digest=digest_of(frozen), once=asked.once,
        signed_on=asked.signed_on, request_id=request_id,
    )  # fmt: skip
    MandateEvent.objects.create(mandate=mandate, state="active", author=author)
    return mandate


@transaction.atomic
def end_mandate(*, mandate: Mandate, reason: str, author: Role | None) -> Mandate:
    """It is debited no more: revoked by the payer, or found dead by the bank. Its plans end with it; ended twice is once."""
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    if mandate.state == "ended":
        return mandate
    if not reason.strip():
        raise Refused(Problem("end_without_reason", "Say why the mandate ends, such as “revoked by letter”.", {}, "reason"))
    mandate.state = "ended"
    mandate.save(update_fields=["state"])
    MandateEvent.objects.create(mandate=mandate, state="ended", reason=reason.strip(), author=author)
    for plan in mandate.plans.filter(ended_on=None):
        end_plan(plan=plan)
    return mandate


@transaction.atomic
def forget_mandates(*, donor: Donor) -> int:
    """End the mandates of somebody who is forgotten, and blank name, number and words; how many. Files that the bank got stay, sealed."""
    mandates = list(donor.mandates.select_for_update())
    for mandate in mandates:
        end_mandate(mandate=mandate, reason="forgotten on request", author=None)
        mandate.state, mandate.name, mandate.iban, mandate.town, mandate.text = "ended", "", "", "", ""
        mandate.save(update_fields=["state", "name", "iban", "town", "text"])
    return len(mandates)


@transaction.atomic
def start_plan(
    *, donor: Donor, bank_account: BankAccount, fund: Fund, amount_minor: int, months: int, first_on: date, request_id: str,
    count: int | None = None, mandate: Mandate | None = None,
) -> Plan:  # fmt: skip
    """Instalments from `first_on`, `count` of them or without an end; with a mandate they are debited, else the donor transfers each."""
    first = Plan.objects.filter(request_id=request_id).first()
    if first is not None:
        return first
    refuse_unless_collecting(account=bank_account)
    problems = _pledge_problems(bank_account, fund, amount_minor)
    if months not in (1, 3, 6, 12) or (count is not None and not 1 <= count <= INSTALMENTS_MAX):
        problems.append(Problem("plan_out_of_range", "A plan has 1 to %(most)s instalments, every 1, 3, 6 or 12 months.",
                                {"most": INSTALMENTS_MAX}, "count"))  # fmt: skip
    if mandate is not None and (mandate.state != "active" or mandate.bank_account_id != bank_account.pk or mandate.donor_id != donor.pk):
        problems.append(
            Problem("mandate_does_not_fit", "The mandate has ended, or is of another account or person. Choose another.", {}, "mandate")
        )
    if mandate is not None and mandate.once and count != 1:
        problems.append(
            Problem("mandate_for_once", "This mandate was signed for one debit. A plan of more needs another one.", {}, "count")
        )
    if problems:
        raise Refused(problems)
    return Plan.objects.create(
        donor=donor, mandate=mandate, bank_account=bank_account, fund=fund, amount_minor=amount_minor, months=months, first_on=first_on,
        count=count, request_id=request_id,
    )  # fmt: skip


@transaction.atomic
def end_plan(*, plan: Plan) -> Plan:
    """No further instalment falls due; what is pledged already and not under way is dropped."""
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.ended_on is None:
        plan.ended_on = timezone.localdate()
        plan.save(update_fields=["ended_on"])
        under_way = Pledge.objects.filter(debits__live=True)
        open_ones = Pledge.objects.filter(instalment__plan=plan, state="pledged").exclude(pk__in=under_way)
        Pledge.objects.filter(pk__in=list(open_ones.values_list("pk", flat=True))).update(state="dropped")
    return plan


@transaction.atomic
def make_due(*, bank_account: BankAccount, until: date) -> list[Instalment]:
    """A pledge for each instalment that falls due by that day and has none yet. Made twice is once."""
    made = []
    for plan in Plan.objects.select_for_update().filter(bank_account=bank_account, ended_on=None).order_by("pk"):
        while plan.count is None or plan.made < plan.count:
            due_on = instalment_day(plan.first_on, months=plan.months, number=plan.made + 1)
            if due_on > until:
                break
            plan.made += 1
            pledge = Pledge.objects.create(
                donor_id=plan.donor_id, bank_account_id=plan.bank_account_id, fund_id=plan.fund_id, amount_minor=plan.amount_minor,
                reference=_free_reference(), state="pledged", request_id=f"plan:{plan.pk}:{plan.made}",
            )  # fmt: skip
            made.append(Instalment.objects.create(plan=plan, number=plan.made, due_on=due_on, pledge=pledge))
        plan.save(update_fields=["made"])
    return made


def is_creditor_id(text: str) -> bool:
    """Check digits of a SEPA creditor identifier: as of an IBAN, without the business code in places 5 to 7 (EPC262-08)."""
    if _CREDITOR_ID.fullmatch(text) is None:
        return False
    return int("".join(str(int(one, 36)) for one in text[7:] + text[:4])) % 97 == 1


def _creditor_problems(account: BankAccount, creditor: Creditor | None) -> list[Problem]:
    if creditor is None or not creditor.creditor_id:
        return [
            Problem("creditor_unknown", "This account has no creditor identifier yet. Write it down with the address first.", {}, "account")
        ]
    if account.currency != "EUR" or not is_iban(account.iban):
        return [
            Problem("debit_only_euro", "SEPA debits are in euros, into an account with an IBAN. Choose such an account.", {}, "account")
        ]
    return []


def _signed_problems(asked: Asked, iban: str, country: str) -> list[Problem]:
    problems = []
    if not is_iban(iban):
        problems.append(Problem("iban_invalid", "“%(asked)s” is not a valid IBAN. Copy it from the bank again.", {"asked": iban}, "iban"))
    elif iban[:2] not in EEA and not (asked.town.strip() and _COUNTRY.fullmatch(country)):
        problems.append(
            Problem("payer_needs_address", "A debit from outside the EEA names the payer's town and country. Add them.", {}, "town")
        )
    if country and _COUNTRY.fullmatch(country) is None:
        problems.append(Problem("country_unknown", "“%(asked)s” is no country: type its two letters.", {"asked": country}, "country"))
    if not asked.name.strip() or not asked.text.strip() or len(asked.text) > TEXT_CHARACTERS_MAX:
        problems.append(Problem("mandate_incomplete", "A mandate needs the payer's name and the words that were signed, at most %(most)s characters.",
                                {"most": TEXT_CHARACTERS_MAX}, "name"))  # fmt: skip
    if asked.signed_on > timezone.localdate():
        problems.append(Problem("signed_in_the_future", "Nobody has signed on %(asked)s yet. Type the day on the paper.", {"asked": asked.signed_on},
                                "signed_on"))  # fmt: skip
    return problems
