"""Tables of the campaigns: places and needs, news, photos, events, outcomes, and ways to share."""

from ..bill.models import BillFile, BillLayout, LineClaim
from ..moving.models import BringIn, BroughtRow, KnownColumns
from .events import Event, Registration
from .news import Photo, PhotoFile, Proof, Subscription, Update
from .outcomes import Forecast, Indicator, Measurement, Outcome
from .place import BudgetLine, Goal, Site
from .share import Fact, PressContact, ShortLink

__all__ = [
    "BillFile", "BillLayout", "BringIn", "BroughtRow", "BudgetLine", "Event", "Fact", "Forecast", "Goal", "Indicator", "KnownColumns", "LineClaim", "Measurement", "Outcome",
    "Photo", "PhotoFile", "PressContact", "Proof", "Registration", "ShortLink", "Site", "Subscription", "Update",
]  # fmt: skip
