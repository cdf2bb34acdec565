"""Papers of a proposal: what it binds by digest, to save; and one A4 page to read, compare and answer without a network."""

import base64
import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from awna.books.models import Document
from awna.consent.models import Proposal
from awna.core.problems import Refused
from awna.kit.http import file_answer, refused_page

from ..printing import proposal_pdf
from ..services.spending import PROPOSER_ROLES, STEWARD

ENDINGS = {"application/pdf": "pdf", "image/png": "png", "application/json": "json", "text/plain": "txt"}


def proposal_paper(request: HttpRequest, slug: str, proposal: uuid.UUID) -> HttpResponse:
    """The proposal on one A4 page. For a steward whose key signs, with the code that her paper key answers."""
    asked = get_object_or_404(Proposal.objects.select_related("epoch", "release", "campaign"), campaign=request.campaign, pk=proposal)
    reader = request.actor.role(STEWARD) if request.actor.has_role(STEWARD) else request.actor.role(*PROPOSER_ROLES)
    try:
        data = proposal_pdf(proposal=asked, reader=reader)
    except Refused as refused:
        return refused_page(request, refused, desk=True)
    return file_answer(data, name=f"{slug}-{asked.digest[:8]}.pdf", media_type="application/pdf")


def proposal_document(request: HttpRequest, slug: str, proposal: uuid.UUID, digest: str) -> HttpResponse:
    """One paper that the proposal binds, always as a file to save and never shown by the browser."""
    asked = get_object_or_404(Proposal, campaign=request.campaign, pk=proposal)
    if digest not in asked.content.get("documents", []):
        raise Http404
    paper = get_object_or_404(Document, book=request.campaign.book, digest=digest)
    ending = ENDINGS.get(paper.media_type, "bin")
    answer = file_answer(base64.b64decode(paper.content), name=f"{paper.kind}-{digest[:8]}.{ending}", media_type="application/octet-stream")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
