"""A room that writes into the book itself."""

from awna.books.models import Transfer


def receive(amount: int) -> None:
    Transfer(amount=amount).full_clean()
    Transfer.objects.bulk_create([])
