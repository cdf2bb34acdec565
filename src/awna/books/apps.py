"""Django's handle on the books."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class BooksConfig(AppConfig):
    name = "awna.books"
    verbose_name = "Books"

    def ready(self) -> None:
        from .checks import check_guards

        register(check_guards, Tags.database)
