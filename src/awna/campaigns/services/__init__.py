"""The only writers of campaigns, by what they write; `latest_updates` reads for pages of other rooms."""

from ..bill.services import load_budget
from ..models.roles import BUDGET_ROLES
from .events import announce_event, cancel_event, set_seats
from .guests import cancel_guest, cancel_token, confirm_guest, find_guest, register_guest, seats_left
from .news import NEWS_ROLES, latest_updates, pin_update, publish_update, readable, tell_in, translated_updates, withdraw_update
from .outcomes import OUTCOME_ROLES, add_indicator, promise_outcome, record_measurement, state_forecast
from .photos import accept_photo, add_photo, drop_photo, forget_unseen_photos, remove_photo, tell_photos
from .place import add_site, set_goal
from .readers import confirm_subscription, count_due, end_subscription, forget_readers, send_news, stop_token, subscribe
from .share import make_short_links, set_press_contact, state_fact
from .texts import event_words, fact_source, reason_source, text_sources

__all__ = [
    "BUDGET_ROLES",
    "NEWS_ROLES",
    "OUTCOME_ROLES",
    "accept_photo",
    "add_indicator",
    "add_photo",
    "add_site",
    "announce_event",
    "cancel_event",
    "cancel_guest",
    "cancel_token",
    "confirm_guest",
    "confirm_subscription",
    "count_due",
    "drop_photo",
    "end_subscription",
    "event_words",
    "fact_source",
    "find_guest",
    "forget_readers",
    "forget_unseen_photos",
    "latest_updates",
    "load_budget",
    "make_short_links",
    "pin_update",
    "promise_outcome",
    "publish_update",
    "readable",
    "reason_source",
    "record_measurement",
    "register_guest",
    "remove_photo",
    "seats_left",
    "send_news",
    "set_goal",
    "set_press_contact",
    "set_seats",
    "state_fact",
    "state_forecast",
    "stop_token",
    "subscribe",
    "tell_in",
    "tell_photos",
    "text_sources",
    "translated_updates",
    "withdraw_update",
]  # fmt: skip
