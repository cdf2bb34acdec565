"""django-hordak's cost for an entry of two legs on PostgreSQL, in bulk and one by one; prints a line of JSON."""

import json
import sys
from datetime import date

import django
from django.conf import settings

from tests.postgres import running_server


def main(words: list[str]) -> int:
    entries, single = int(words[0]), int(words[1])
    with running_server() as sockets:
        settings.configure(
            DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": str(sockets), "USER": "postgres", "NAME": "postgres"}},
            INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "djmoney", "hordak"],
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", USE_TZ=True, DEFAULT_CURRENCY="EUR", CURRENCIES=["EUR"], SECRET_KEY="bench",
        )  # fmt: skip
        django.setup()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        print(json.dumps(measure(entries, single)))
        from django.db import connections

        connections.close_all()
    return 0


def measure(entries: int, single: int) -> dict[str, float]:
    from django.db import connection, transaction
    from hordak.models import Account, Leg, Transaction
    from moneyed import Money

    from ._measure import REPEATS, Clock, median

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        clock = Clock(int(cursor.fetchone()[0]))
    accounts = [Account.objects.create(name=f"A{n}", code=f"{n:02}", type="AS", currencies=["EUR"]) for n in range(51)]

    def batch(count: int) -> None:
        with transaction.atomic():
            made = Transaction.objects.bulk_create([Transaction(date=date(2026, 3, 2), description="gift") for _ in range(count)])
            legs = []
            for n, one in enumerate(made):
                money = Money(100 + n % 97, "EUR")
                legs += [
                    Leg(transaction=one, account=accounts[0], credit=money),
                    Leg(transaction=one, account=accounts[1 + n % 50], debit=money),
                ]
            Leg.objects.bulk_create(legs)

    def one_by_one() -> None:
        for n in range(single):
            with transaction.atomic():
                accounts[0].transfer_to(accounts[1 + n % 50], Money(100 + n % 97, "EUR"))

    bulk = [clock.of(lambda: [batch(min(1_000, entries)) for _ in range(max(1, entries // 1_000))]) / entries for _ in range(REPEATS)]
    singles = [clock.of(one_by_one) / single for _ in range(REPEATS)]
    return {"bulk": median(bulk), "single": median(singles)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
