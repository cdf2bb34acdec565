"""Addresses of news, events, outcomes, sharing and the press; all of them only read, and are open to anyone."""

from awna.kit.policies import ANYONE, guarded
from awna.kit.snapshots import data_file, left_out, text_page

from . import news_views as news
from . import share_views as share
from .news_listed import each_event, each_photo_file, each_update

DRAWN = left_out("drawn from the figures of the moment")
LIVE = left_out("a feed is asked for again and again: the site itself has the newest")

urlpatterns = [
    guarded("s/<str:code>", share.short_link, name="short_link", GET=ANYONE, snapshot=left_out("leads on within the site itself")),
    guarded("c/<slug:slug>/news/", news.updates, name="updates", GET=ANYONE),
    guarded("c/<slug:slug>/news/feed.atom", news.feed, name="feed", GET=ANYONE, snapshot=LIVE),
    guarded("c/<slug:slug>/news/<uuid:update>/", news.update, name="update", GET=ANYONE, snapshot=text_page(each_update)),
    guarded("c/<slug:slug>/photos/<uuid:photo>/<str:name>", news.photo, name="photo", GET=ANYONE, snapshot=data_file(each_photo_file)),
    guarded("c/<slug:slug>/events/", news.events, name="events", GET=ANYONE),
    guarded("c/<slug:slug>/events/all.ics", news.calendar, name="calendar", GET=ANYONE, snapshot=LIVE),
    guarded("c/<slug:slug>/events/<uuid:event>/", news.event, name="event", GET=ANYONE, snapshot=text_page(each_event)),
    guarded("c/<slug:slug>/events/<uuid:event>.ics", news.event_file, name="event_file", GET=ANYONE, snapshot=data_file(each_event)),
    guarded("c/<slug:slug>/results/", news.outcomes, name="outcomes", GET=ANYONE),
    guarded("c/<slug:slug>/press/", share.press, name="press", GET=ANYONE),
    guarded("c/<slug:slug>/press/kit.zip", share.press_kit, name="press_kit", GET=ANYONE, snapshot=DRAWN),
    guarded("c/<slug:slug>/share/", share.share_page, name="share", GET=ANYONE),
    guarded("c/<slug:slug>/share/code.svg", share.code_svg, name="code_svg", GET=ANYONE, snapshot=DRAWN),
    guarded("c/<slug:slug>/share/code.png", share.code_png, name="code_png", GET=ANYONE, snapshot=DRAWN),
    guarded("c/<slug:slug>/share/card.png", share.card, name="card", GET=ANYONE, snapshot=DRAWN),
    guarded("c/<slug:slug>/share/poster.pdf", share.poster, name="poster", GET=ANYONE, snapshot=DRAWN),
    guarded("c/<slug:slug>/badge.svg", share.badge, name="badge", GET=ANYONE, snapshot=DRAWN),
]
