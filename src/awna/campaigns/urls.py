"""Addresses of news by mail, of guests, and of the desks that write. What is only read stands in `public`."""

from awna.kit.policies import ANYONE, guarded, role

from .bill.urls import urlpatterns as bill_patterns
from .services import NEWS_ROLES, OUTCOME_ROLES
from .views import news, outcomes, readers

WRITERS, PROMISERS = role(*NEWS_ROLES), role(*OUTCOME_ROLES)

urlpatterns = [
    guarded("c/<slug:slug>/news/subscribe/", readers.subscribe, name="subscribe", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/news/code/<str:token>/", readers.confirm_subscription, name="confirm_subscription", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/news/stop/<str:token>/", readers.stop_news, name="stop_news", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/events/<uuid:event>/register/", readers.register, name="register_guest", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/events/code/<str:token>/", readers.confirm_guest, name="confirm_guest", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/events/cancel/<str:token>/", readers.cancel_registration, name="cancel_registration", GET=ANYONE, POST=ANYONE),
    guarded("desk/<slug:slug>/news/", news.desk, name="news_desk", GET=WRITERS),
    guarded("desk/<slug:slug>/news/write/", news.write, name="write_update", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/<uuid:update>/pin/", news.pin, name="pin_update", POST=WRITERS),
    guarded("desk/<slug:slug>/news/<uuid:update>/withdraw/", news.withdraw, name="withdraw_update", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/photos/", news.add_photo, name="add_photo", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/photos/<uuid:photo>/", news.look_at_photo, name="look_at_photo", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/photos/<uuid:photo>/<str:name>", news.drawn_photo, name="drawn_photo", GET=WRITERS),
    guarded("desk/<slug:slug>/news/photos/<uuid:photo>/remove/", news.remove_photo, name="remove_photo", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/events/", news.announce, name="announce_event", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/events/<uuid:event>/", news.guests, name="event_guests", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/events/<uuid:event>/cancel/", news.cancel, name="cancel_event", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/press/", news.press, name="press_desk", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/facts/", news.fact, name="state_fact", GET=WRITERS, POST=WRITERS),
    guarded("desk/<slug:slug>/news/links/", news.links, name="make_short_links", POST=WRITERS),
    guarded("desk/<slug:slug>/outcomes/", outcomes.desk, name="outcomes_desk", GET=PROMISERS),
    guarded("desk/<slug:slug>/outcomes/promise/", outcomes.promise, name="promise_outcome", GET=PROMISERS, POST=PROMISERS),
    guarded("desk/<slug:slug>/outcomes/<uuid:outcome>/indicator/", outcomes.indicator, name="add_indicator", GET=PROMISERS, POST=PROMISERS),
    guarded("desk/<slug:slug>/outcomes/<uuid:outcome>/forecast/", outcomes.forecast, name="state_forecast", GET=PROMISERS, POST=PROMISERS),
    guarded("desk/<slug:slug>/outcomes/of/<uuid:indicator>/", outcomes.measure, name="record_measurement", GET=PROMISERS, POST=PROMISERS),
    *bill_patterns,
]
