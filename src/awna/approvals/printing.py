"""A proposal on one A4 page: its words, its digest, the word code, and the code that a paper key answers without a network."""

import segno
from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from awna.consent.models import Proposal
from awna.consent.services import digest_to_sign, required_of
from awna.core.consent.quorum import word_code
from awna.kit.typeset import typeset
from awna.parties.models import Role

from . import shown
from .keys.signing import signing_for
from .services.questions import Names, Sum, title_of
from .services.spending import STEWARD

CODE_BORDER = 4
GROUP_CHARS = 8


def proposal_pdf(*, proposal: Proposal, reader: Role) -> bytes:
    """In the language of now. A steward of a book with keys gets her own sheet: its random value answers for her alone."""
    names, digest = Names.of([proposal]), digest_to_sign(proposal)
    signing = signing_for(reader, proposal) if reader.name == STEWARD else None
    request = str(signing["request"]) if signing else ""
    told = {
        "language": translation.get_language(), "rtl": translation.get_language_bidi(), "day": timezone.localdate().isoformat(),
        "title": title_of(proposal), "campaign": proposal.campaign.title_here, "over": _over(proposal),
        "facts": _facts(proposal, names), "parts_title": _("Parts of the payment"), "parts": _parts(proposal) or [[line] for line in names.lines(proposal)],
        "code_title": _("Word code of this exact text"), "code": word_code(digest).split("-"),
        "compare": _("Read these words aloud to another steward, by phone. Both of you must have the same."),
        "digest_title": _("Digest"), "digest": [digest[start : start + GROUP_CHARS] for start in range(0, len(digest), GROUP_CHARS)],
        "qr": _qr(request) if request else "", "request": request,
        "how_title": _("How to answer without a network"), "how": _how(bool(request)),
        "by_name": "" if signing or reader.name != STEWARD else _("This book counts names, not keys: a word can be said on the page only."),
    }  # fmt: skip
    return typeset("approvals/typeset/proposal.typ", told)


def _over(proposal: Proposal) -> str:
    asked, until = date_format(timezone.localtime(proposal.filed_at), "j M Y"), date_format(proposal.expires_on, "j M Y")
    return _("Asked on %(asked)s, open until %(until)s; %(k)s stewards must agree.") % {
        "asked": asked,
        "until": until,
        "k": required_of(proposal),
    }


def _facts(proposal: Proposal, names: Names) -> list[list[str]]:
    release, payee = getattr(proposal, "release", None), shown.payee_of(proposal)
    facts = [[_("In all"), "; ".join(str(one) for one in names.sums(proposal)) or "–"]]
    if payee is not None:
        facts.append([_("Payee"), str(payee)])
    if release is not None and release.budget_line is not None:
        facts.append([_("Budget line"), str(release.budget_line)])
    if release is not None and release.replaces is not None:
        facts.append([_("Takes the place of"), _("Release %(number)s") % {"number": release.replaces.number}])
    papers = shown.papers_shown(proposal.campaign.book, proposal)
    if papers:
        facts.append([_("Papers"), "; ".join(f"{paper.label} {paper.digest[:8]}" for paper in papers)])
    if tied := shown.ties_shown(proposal):
        facts.append([_("Declared interests"), "; ".join(str(tie.role.user) for tie in tied)])
    return facts


def _parts(proposal: Proposal) -> list[list[str]]:
    """Each milestone in one line of words."""
    rows = []
    for part in shown.parts_shown(proposal.campaign.book, proposal):
        one = part.milestone
        evidence = ", ".join(label for label, _given in part.evidence) or _("no evidence asked")
        amount = str(Sum(one.commodity.code, one.commodity.scale, one.ceiling))
        not_before = _("not before %(day)s") % {"day": date_format(one.earliest, "j M Y")}
        rows.append([one.n, part.kind, amount, evidence, not_before])
    return rows


def _how(has_key: bool) -> list[str]:
    if not has_key:
        return []
    origin = settings.AWNA_ORIGIN
    return [
        _("Read this page, and compare the word code by voice with another steward."),
        _(
            "On a device without a network start the program “awna-paper sign”, type or photograph the code beside, and give it your paper seed."
        ),
        _("It prints a short text that begins with AWNA1. Bring it to any device with a network, or read it to somebody whom you trust."),
        _("Enter the text at %(address)s. This sheet answers once, for you alone.") % {"address": origin + "/…/approvals/"},
    ]


def _qr(text: str) -> str:
    return segno.make(text, error="m", micro=False).svg_inline(border=CODE_BORDER, scale=8, light="#fff").replace(
        "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)  # fmt: skip
