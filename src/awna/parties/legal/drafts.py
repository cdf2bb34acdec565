"""What is proposed for a legal page: a plain text with what the body's record says already in it, and blanks where nobody has said it yet.

It is a start for somebody who knows the law of the country, never more; the page says so until that person has read it.
"""

from collections.abc import Callable

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..models import Campaign, Section
from .models import COMPLAINTS, IMPRINT, PRIVACY, TERMS
from .rules import body_of_owner
from .services import OPEN_BLANK, SHUT_BLANK


def propose(*, campaign: Campaign, section: Section | None, kind: str, origin: str) -> str:
    """The proposal in the active language, paragraphs apart by an empty line. `origin`: the address of the site."""
    written: dict[str, Callable[[Campaign, Section | None, str], list[str]]] = {
        IMPRINT: _imprint, PRIVACY: _privacy, TERMS: _terms, COMPLAINTS: _complaints
    }  # fmt: skip
    return "\n\n".join(part for part in written[kind](campaign, section, origin) if part)


def _imprint(campaign: Campaign, section: Section | None, origin: str) -> list[str]:
    owner = getattr(campaign, "owner", None)
    registration = section.registration if section else (owner.registration if owner else "")
    register_body = section.register_body if section else ""
    lines = [
        _("These pages are published by:\n%(name)s\n%(address)s") % {"name": _name(campaign, section), "address": _address(section)},
        _("Represented in law by: %(who)s") % {"who": _blank(_("name of the board or director"))},
        _("E-mail: %(mail)s\nTelephone: %(phone)s") % {"mail": _blank(_("e-mail address")), "phone": _blank(_("telephone number"))},
        _("Registered with: %(register)s\nNumber: %(number)s") % {
            "register": register_body or _blank(_("register or authority")), "number": registration or _blank(_("number of registration"))},
        _("Responsible for what is written here: %(who)s") % {"who": _blank(_("name and address of a person"))},
    ]  # fmt: skip
    if section and section.permit_number:
        lines.append(_("Permit to collect: %(number)s. %(until)s") % {"number": section.permit_number, "until": _until(section)})
    if section and section.territory:
        lines.append(_("It collects in: %(territory)s") % {"territory": section.territory})
    return lines


def _privacy(campaign: Campaign, section: Section | None, origin: str) -> list[str]:
    return [
        _("%(name)s answers for the data that is kept for “%(campaign)s”. Write to: %(contact)s") % {
            "name": _name(campaign, section), "campaign": campaign.title_here, "contact": _blank(_("address for questions about data"))},
        _("No page counts or follows visitors, and nothing is loaded from other sites. A cookie is set only where you sign in or send a form."),
        _("If you give: your name and e-mail address if you type them, the amount and the line of the bank. We need them to book the gift and to write "
          "a receipt; the law of accounting says how long we must keep them. The open book shows amounts and days, no names."),
        _("If you sign a letter: name, place and e-mail address, encrypted. Your name is shown only if you ask for it, and you can take it back at any "
          "time. What you do not confirm is deleted after 72 hours; 30 days after a letter is closed only the number of signatures stays."),
        _("If you help on the site: name, ways to reach you, languages, skills and the days on which you can come. They are deleted twelve months after your "
          "last day."),
        _("If you complain or tell us something: your words and, if you give it, an address to answer to. They are deleted after the time that the "
          "page of the case names."),
        _("We hand data on only to your bank and ours, to whom the law orders us to, and to nobody for advertising. The server stands in: %(where)s") % {
            "where": _blank(_("country and operator of the server"))},
        _("You may ask what we keep about you, have it corrected or deleted, object to its use, or get it as a file. You may also complain to: %(authority)s") % {
            "authority": _blank(_("name and address of the authority for data protection"))},
    ]  # fmt: skip


def _terms(campaign: Campaign, section: Section | None, origin: str) -> list[str]:
    return [
        _("A gift to %(name)s is for “%(campaign)s” and for the purpose that you choose. The book refuses to spend it on anything else.") % {
            "name": _name(campaign, section), "campaign": campaign.title_here},
        _("The stewards decide about every release of money. What they decided can be read in the open book."),
        _("We take no fee. Banks and payment services may keep charges; the book shows those that we pay."),
        _("If you gave by mistake, write within %(days)s days: what has not been released yet goes back to the account from which it came.") % {
            "days": _blank(_("number of days"))},
        _("If more comes than is needed, the rule for surplus on the page of the campaign says what happens with it."),
        _("A receipt is issued under the law of the country of %(name)s. Whether a gift lowers your tax depends on your own country.") % {
            "name": _name(campaign, section)},
        _("Who helps on the site follows what the site lead says about safety, and is insured by: %(insurer)s") % {
            "insurer": _blank(_("insurer, or: nobody"))},
        _("The law of %(country)s applies.") % {"country": _blank(_("country"))},
    ]  # fmt: skip


def _complaints(campaign: Campaign, section: Section | None, origin: str) -> list[str]:
    return [
        _("Tell us if something is wrong, or could be better. You need no account and no name: %(page)s") % {
            "page": origin + reverse("voices", kwargs={"slug": campaign.slug})},
        _("By letter: %(name)s, %(address)s") % {"name": _name(campaign, section), "address": _one_line(_address(section))},
        _("By telephone: %(phone)s, at these hours: %(hours)s") % {"phone": _blank(_("telephone number")), "hours": _blank(_("hours"))},
        _("You get a number and a private link, and an answer within the time that is named there. Nobody is treated worse for having complained."),
        _("A report about harm to a person is sealed for the leads of safeguarding; neither the stewards nor the operator of the server can read it later."),
        _("If our answer does not satisfy you, go to: %(body)s") % {"body": _blank(_("an authority or ombudsperson outside of this body"))},
    ]  # fmt: skip


def _name(campaign: Campaign, section: Section | None) -> str:
    return section.name if section else body_of_owner(campaign)


def _address(section: Section | None) -> str:
    return section.address if section and section.address else _blank(_("postal address"))


def _one_line(text: str) -> str:
    return ", ".join(text.splitlines())


def _until(section: Section) -> str:
    if section.permit_until is None:
        return ""
    return _("It runs until %(day)s.") % {"day": date_format(section.permit_until, "j M Y")}


def _blank(what: str) -> str:
    return f"{OPEN_BLANK}{what}{SHUT_BLANK}"
