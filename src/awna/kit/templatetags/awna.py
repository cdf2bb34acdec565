"""What templates need everywhere: amounts, dates, stones, icons, refusals, links and the language switch."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import NoReverseMatch, resolve, reverse, translate_url
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from awna.core.amounts import group_minor
from awna.core.problems import Problem
from awna.kit.forms import problem_text
from awna.kit.languages import SOURCE, LanguageState, own_name, state_of
from awna.kit.policies import Actor, policies_of

register = template.Library()

STONES = {"spent": "w1", "done": "w1", "committed": "w2", "in_hand": "w3", "pledged": "w4", "missing": "w5", "yet": "w5"}
CURRENCY_LETTERS = 3
DAYS_REMEMBERED = 1_000
STONE_PATH = "M1 1h21v14H1z"
PLEDGED_HATCH = "M3 13L13 1M11 15L21 3"
PUBLIC_LINKS = (
    ("campaign", _("Campaign")), ("give", _("Give")), ("book", _("Open books")), ("plan", _("Plan")), ("updates", _("News")),
    ("outcomes", _("Results")), ("letters", _("Open letter")),
)  # fmt: skip
MORE_LINKS = (
    ("damage", _("Damage")),
    ("events", _("Events")),
    ("press", _("For the press")),
    ("share", _("Hand it on")),
    ("voices", _("Complaints and feedback")),
    ("legal", _("Imprint, privacy, terms")),
)
DESK_LINKS = (
    ("desk_home", _("Desk")), ("decisions", _("Decisions")), ("import_statement", _("Bank")), ("orders", _("Orders")), ("stores", _("Stores")),
    ("crews_home", _("Crews")), ("works_desk", _("Works")), ("news_desk", _("News")),
    ("desk_letters", _("Letters")), ("translations", _("Translations")), ("book", _("Book")),
)  # fmt: skip


@dataclass(frozen=True)
class Link:
    """One entry of a menu."""

    href: str
    text: Any
    current: bool = False


@dataclass(frozen=True)
class LanguageLink:
    """The same page in another language; `name` is written in that language."""

    code: str
    name: str
    href: str


@register.simple_tag
def money(minor: int, scale: int = 2, code: str = "", *, short: bool = False, signed: bool = False) -> SafeString:
    """An amount of minor units as `EUR 1 250.50`; `short` drops decimals that are all zero, `signed` adds a plus."""
    drop = short and scale > 0 and int(minor) % 10**scale == 0
    text = group_minor(int(minor) // 10**scale if drop else int(minor), 0 if drop else scale)
    if signed and int(minor) > 0:
        text = f"+{text}"
    if code:
        return format_html('<bdi class="nw ltr">{}\u00a0{}</bdi>', code, text)
    return format_html('<bdi class="nw ltr num">{}</bdi>', text)


@register.filter
def grouped(number: int) -> SafeString:
    """A whole number with grouped digits."""
    return format_html('<bdi class="nw ltr num">{}</bdi>', group_minor(int(number), 0))


@register.simple_tag
def quantity(amount: Decimal | None, unit: str = "") -> SafeString | str:
    """A quantity in its own unit, without idle decimals: `12 pcs`; a currency stands before its sum."""
    if amount is None:
        return ""
    places = max(0, -int(amount.normalize().as_tuple().exponent))
    text = group_minor(int(amount.scaleb(places)), places)
    if len(unit) == CURRENCY_LETTERS and unit.isupper():
        return format_html('<bdi class="nw ltr num">{}\u00a0{}</bdi>', unit, text)
    return (
        format_html('<bdi class="nw num">{}\u00a0{}</bdi>', text, unit) if unit else format_html('<bdi class="nw ltr num">{}</bdi>', text)
    )


@register.simple_tag
def stone(state: str) -> SafeString:
    """The swatch of a state; the words stand beside it."""
    hatch = format_html('<path class="hat" d="{}" fill="none"/>', PLEDGED_HATCH) if state == "pledged" else ""
    return format_html(
        '<svg class="sw" viewBox="0 0 23 16" aria-hidden="true"><path class="{}" d="{}"/>{}</svg>', STONES[state], STONE_PATH, hatch
    )


@register.simple_tag
def icon(name: str, *, flip: bool = False) -> SafeString:
    """One icon of `kit/icons.svg`: check clock alert go lock eye file down ask menu world."""
    classes = "i flip" if flip else "i"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, static("kit/icons.svg"), name)


@register.filter
def day(value: date | datetime | None) -> SafeString | str:
    """A date in words: `14 Nov 2026`."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return _day(value, translation.get_language() or SOURCE)


@lru_cache(maxsize=DAYS_REMEMBERED)
def _day(value: date, language: str) -> SafeString:
    """Long tables name the same few days; `language` is the active one."""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), date_format(value, "j M Y"))


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """A date and time with its zone: `20 Nov 2026, 18:00 UTC`."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    text = f"{date_format(local, 'j M Y')}, {local:%H:%M} {local.tzname()}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), text)


@register.filter
def problem(value: Problem) -> str:
    """A refusal in the reader's language."""
    return problem_text(value)


@register.filter
def element_id(field: Any) -> str:
    """The id that a link to this form field must name: the first choice of a group, else the field."""
    grouped_widgets = {"radioselect", "checkboxselectmultiple"}
    return f"{field.auto_id}_0" if field.widget_type in grouped_widgets else field.auto_id


@register.simple_tag(takes_context=True)
def public_links(context: template.Context) -> list[Link]:
    """The menu of a campaign's public pages: those that this installation has."""
    return _links(context, PUBLIC_LINKS, front="campaign")


@register.simple_tag(takes_context=True)
def all_public_links(context: template.Context) -> list[Link]:
    """The menu and the pages that have no place in it."""
    return _links(context, PUBLIC_LINKS + MORE_LINKS, front="campaign")


@register.simple_tag(takes_context=True)
def desk_links(context: template.Context) -> list[Link]:
    """The menu of a desk: the pages whose policy lets this person in."""
    actor = context.get("actor")
    return [link for link in _links(context, DESK_LINKS, front="desk_home") if actor is None or _may_open(link.href, actor)]


@register.simple_tag(takes_context=True)
def other_languages(context: template.Context) -> list[LanguageLink]:
    """This page in the other languages; their front page where it has no twin."""
    current, path = translation.get_language(), _path(context)
    return [LanguageLink(code, own_name(code), _in_language(path, code)) for code, _name in settings.LANGUAGES if code != current]


@register.simple_tag
def language_name() -> str:
    """The language of this page in its own word."""
    return own_name(translation.get_language() or SOURCE)


@register.simple_tag(takes_context=True)
def language_state(context: template.Context) -> LanguageState:
    """Whether a native reader has edited the words of this page."""
    return state_of(translation.get_language() or SOURCE, source=_in_language(_path(context), SOURCE))


@register.simple_tag
def url_if(name: str, *args: Any, **kwargs: Any) -> str:
    """An address, or nothing where this installation has no such page."""
    return _reverse(name, *args, **kwargs)


def _links(context: template.Context, entries: tuple[tuple[str, Any], ...], *, front: str) -> list[Link]:
    campaign = context.get("campaign")
    if campaign is None:
        return []
    path = _path(context)
    return [
        Link(href, text, path == href or (name != front and path.startswith(href)))
        for name, text in entries
        if (href := _reverse(name, slug=campaign.slug))
    ]


def _may_open(href: str, actor: Actor) -> bool:
    """Asks the policy that stands beside the address, so that a menu never offers what would be refused."""
    policy = (policies_of(resolve(href).func) or {}).get("GET")
    return policy is not None and policy.allows(actor)


def _reverse(name: str, *args: Any, **kwargs: Any) -> str:
    try:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""


def _path(context: template.Context) -> str:
    request = context.get("request")
    return request.get_full_path() if request is not None else "/"


def _in_language(path: str, code: str) -> str:
    """The same address under another language's prefix. A page that answers only to a POST has no twin by GET."""
    twin = translate_url(path, code)
    if twin != path:
        return twin
    return "/" if code == settings.LANGUAGE_CODE else f"/{code}/"
