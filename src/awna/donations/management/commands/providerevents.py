"""`awna providerevents`: read the deliveries of payment providers that wait."""

from typing import Any

from awna.donations.models import ProviderEvent
from awna.donations.providers.services import process_events
from awna.kit.commands import AwnaCommand


class Command(AwnaCommand):
    help = "Read the stored deliveries of payment providers that wait. Read twice is once; nothing is posted to the book."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say how many wait")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        waiting = ProviderEvent.objects.filter(processed_at=None).count()
        read = 0 if options["dry_run"] else process_events()
        if options["json"]:
            self.print_json({"waiting": waiting, "read": read})
        else:
            self.stdout.write(f"{waiting} events waited; {read} were read.")
