"""The only writers of campaigns, by what they write; `latest_updates` reads for pages of other rooms."""

from .events import announce_event
from .news import NEWS_ROLES, latest_updates, pin_update, publish_update, withdraw_update
from .place import BUDGET_ROLES, add_site, load_budget, set_goal

__all__ = [
    "BUDGET_ROLES", "NEWS_ROLES", "add_site", "announce_event", "latest_updates", "load_budget", "pin_update", "publish_update", "set_goal", "withdraw_update",
]  # fmt: skip
