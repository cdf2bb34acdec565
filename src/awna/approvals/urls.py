"""Addresses of the stewards' desk."""

from awna.kit.policies import ANYONE, guarded, role

from .cash.urls import urlpatterns as cash_patterns
from .keys.urls import urlpatterns as keys_patterns
from .services import PROPOSER_ROLES
from .views import asking, deciding, open_page, papers, standing

READERS = PROPOSERS = role(*PROPOSER_ROLES)
STEWARD = role("steward")

urlpatterns = [
    *keys_patterns,
    *cash_patterns,
    guarded("desk/<slug:slug>/approvals/", deciding.queue, name="decisions", GET=READERS),
    guarded("desk/<slug:slug>/approvals/new/", asking.propose, name="propose_release", GET=PROPOSERS, POST=PROPOSERS),
    guarded("desk/<slug:slug>/approvals/quotes/", asking.quote_rule, name="quote_rule", GET=STEWARD, POST=STEWARD),
    guarded("desk/<slug:slug>/approvals/pause/", standing.pause, name="pause", GET=STEWARD, POST=STEWARD),
    guarded("desk/<slug:slug>/approvals/resume/", standing.resume, name="resume", POST=STEWARD),
    guarded("desk/<slug:slug>/approvals/interests/", standing.interests, name="interests", GET=READERS, POST=READERS),
    guarded("desk/<slug:slug>/approvals/<int:number>/", deciding.decision, name="decision", GET=READERS, POST=STEWARD),
    guarded("desk/<slug:slug>/approvals/<int:number>/again/", asking.propose_again, name="propose_again", GET=PROPOSERS, POST=PROPOSERS),
    guarded("desk/<slug:slug>/approvals/<int:number>/free/", asking.free_rest, name="free_rest", POST=PROPOSERS),
    guarded("desk/<slug:slug>/approvals/of/<uuid:proposal>/", deciding.question, name="question", GET=READERS, POST=STEWARD),
    guarded("desk/<slug:slug>/approvals/of/<uuid:proposal>/paper.pdf", papers.proposal_paper, name="proposal_paper", GET=READERS),
    guarded(
        "desk/<slug:slug>/approvals/of/<uuid:proposal>/papers/<str:digest>.file", papers.proposal_document, name="proposal_document", GET=READERS
    ),
    guarded("c/<slug:slug>/releases/", open_page.releases, name="releases", GET=ANYONE),
]  # fmt: skip
