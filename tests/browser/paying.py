"""Examples of debit and provider pages: a signed mandate with its run, and a provider with a payout that adds up."""

from typing import Any

from django.utils import timezone

from awna.books.models import BankAccount
from awna.donations.debit import services as debit
from awna.donations.debit.calendar import earliest_collection
from awna.donations.providers import services as providers
from awna.donations.providers.adapter import Fact
from awna.parties.models import Role


def paying_examples(account: BankAccount, treasurer: Role) -> dict[str, dict[str, Any]]:
    """Name of an address → what stands in it."""
    today = timezone.localdate()
    debit.set_creditor(bank_account=account, town="Hamburg", country="DE", post_code="20095", creditor_id="DE98ZZZ09999999999")
    asked = debit.Asked(
        text="I allow Neighbours North to debit my account.", name="Dana", iban="FR7630006000011234567890189", signed_on=today
    )
    mandate = debit.sign_mandate(bank_account=account, asked=asked, author=treasurer, request_id="mandate")
    debit.start_plan(
        donor=mandate.donor, bank_account=account, fund=account.book.fund("unallocated"), amount_minor=2_500, months=1, first_on=today,
        mandate=mandate, request_id="plan",
    )  # fmt: skip
    day = earliest_collection(today, notice_days=14)
    run = debit.make_run(bank_account=account, collect_on=day, author=treasurer, request_id="run")
    provider = providers.open_provider(settles_to=account, name="paypal")
    at = "2026-09-22T10:00:00.000+00:00"
    providers.learn(provider=provider, facts=[
        Fact("payment", "T1", "paid", at, amount=5_000, fee=150, currency="EUR", payout="W1"),
        Fact("payout", "W1", "paid", at, amount=4_850, currency="EUR"),
    ])  # fmt: skip
    of_provider = {"provider": provider.pk}
    return {
        "creditor": {"account": account.pk}, "mandate": {"mandate": mandate.pk}, "debit_run": {"run": run.pk}, "provider": of_provider,
        "provider_report": of_provider, "provider_payout": {**of_provider, "payout": provider.items.get(kind="payout").pk},
    }  # fmt: skip
