"""`awna sendnews`: one letter for each reader whose day or week is over, with what is new; and forget whom we need not know."""

from typing import Any

from awna.campaigns.services import count_due, forget_readers, send_news
from awna.kit.commands import AwnaCommand, campaign_named


class Command(AwnaCommand):
    help = (
        "Mail each reader what is new since the last letter, and forget the unconfirmed and the guests of past events. Run it once an hour."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--campaign", help="the campaign's address; not needed when there is one campaign")
        parser.add_argument("--dry-run", action="store_true", help="only say how many readers are due")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def run(self, **options: Any) -> None:
        campaign = campaign_named(options["campaign"])
        due, sent, forgotten = count_due(campaign=campaign), 0, 0
        if not options["dry_run"]:
            sent, forgotten = send_news(campaign=campaign), forget_readers(campaign=campaign)
        if options["json"]:
            self.print_json({"due": due, "sent": sent, "forgotten": forgotten})
        else:
            self.stdout.write(f"{due} readers are due; {sent} letters were queued, {forgotten} rows forgotten.")
