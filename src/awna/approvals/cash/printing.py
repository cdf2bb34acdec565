"""The list of a wage sheet on A4: who gets how much, with a place to sign; one for each payday, kept on paper by the owner."""

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from awna.core.amounts import group_minor
from awna.kit.typeset import typeset

from .grid import Grid, Line
from .models import WageSheet


def sheet_pdf(sheet: WageSheet, grid: Grid) -> bytes:
    """In the language of now. Rows that do not fit go on the next page under the same head."""
    money = sheet.milestone.commodity
    days = f"{date_format(sheet.first_on, 'j M Y')} – {date_format(sheet.last_on, 'j M Y')}"
    told = {
        "language": translation.get_language(), "rtl": translation.get_language_bidi(), "day": sheet.last_on.isoformat(),
        "campaign": sheet.campaign.title_here, "title": _("Wage sheet %(number)s: %(title)s") % {"number": sheet.number, "title": sheet.title},
        "days": days, "heads": [_("Code"), _("Name"), *(date_format(one, "j M") for one in grid.days), _("Hours"), _("For an hour"), money.code, _("Signature")],
        "rows": [_row(line, money.scale) for line in grid.lines],
        "total": [_("In all"), f"{grid.hours.normalize():f}", group_minor(grid.minor, money.scale)],
        "digest_title": _("Digest of the sheet"), "digest": sheet.document.digest if sheet.document else "",
        "who": [_("Paid by, date, signature"), _("Witness, date, signature")],
        "how": _("Each person signs for the own sum, after counting it. Nobody signs for another. Photograph this page when all have signed."),
    }  # fmt: skip
    return typeset("approvals/typeset/wages.typ", told)


def _row(line: Line, scale: int) -> list[str]:
    cells = [cell.text for cell in line.cells]
    return [
        line.labourer.code,
        line.labourer.name,
        *cells,
        f"{line.hours.normalize():f}",
        group_minor(line.rate_minor, scale),
        group_minor(line.minor, scale),
        "",
    ]
