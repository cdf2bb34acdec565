"""Writes a feed of news as Atom (RFC 4287): plain data in, bytes out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class FeedEntry:
    """One piece of news. `key`: a UUID that never changes; `html`: what a reader shows, already safe; times carry their zone."""

    key: str
    title: str
    html: str
    url: str
    author: str
    language: str
    published: datetime
    updated: datetime


def write_feed(
    entries: Sequence[FeedEntry], *, title: str, url: str, feed_url: str, author: str, language: str, updated: datetime
) -> bytes:
    """The feed as UTF-8 bytes. `updated` is told where there is no entry to take it from."""
    ElementTree.register_namespace("", NAMESPACE)
    feed = ElementTree.Element(f"{{{NAMESPACE}}}feed", {XML_LANG: language})
    _add(feed, "id", feed_url)
    _add(feed, "title", title)
    _add(feed, "updated", _time(max((entry.updated for entry in entries), default=updated)))
    _add(feed, "link", href=feed_url, rel="self", type="application/atom+xml")
    _add(feed, "link", href=url, rel="alternate", type="text/html")
    _add(_add(feed, "author"), "name", author)
    for entry in entries:
        _add_entry(feed, entry)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _add_entry(feed: ElementTree.Element, entry: FeedEntry) -> None:
    node = _add(feed, "entry")
    node.set(XML_LANG, entry.language)
    _add(node, "id", f"urn:uuid:{entry.key}")
    _add(node, "title", entry.title)
    _add(node, "published", _time(entry.published))
    _add(node, "updated", _time(entry.updated))
    _add(node, "link", href=entry.url, rel="alternate", type="text/html")
    _add(_add(node, "author"), "name", entry.author)
    _add(node, "content", entry.html, type="html")


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    node = ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    if text:
        node.text = _NOT_IN_XML.sub("", text)
    return node


def _time(moment: datetime) -> str:
    """RFC 3339; refuses a time without its zone, which would be read as another moment elsewhere."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.isoformat(timespec="seconds")
