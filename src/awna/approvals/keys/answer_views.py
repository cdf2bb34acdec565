"""A paper answer comes back to the site, brought by anybody at the desk; and the file with which it is made."""

import uuid
from pathlib import Path

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from awna import paper
from awna.consent import services as consent
from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import file_answer, form_page

from ..services import answered
from .forms import AnswerForm


def paper_answer(request: HttpRequest, slug: str) -> HttpResponse:
    """The signature says whose word it is, so whoever brings it needs no right of their own."""
    form = AnswerForm(request.POST or None, initial={"request_id": str(uuid.uuid4())})
    if form.is_valid():
        try:
            # Both or neither: an answer that completes the quorum but cannot be carried out today is brought again tomorrow.
            with transaction.atomic():
                decision = consent.take_paper_answer(
                    campaign=request.campaign, text=form.cleaned_data["text"], request_id=form.cleaned_data["request_id"]
                )
                done = answered(decision=decision)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            kept = _("The yes of %(name)s is kept.") % {"name": decision.steward.user}
            messages.success(request, f"{kept} {_('Enough stewards agreed; it is done.')}" if done else kept)
            return redirect("paper_answer", slug=slug)
    intro = _("A steward signed a printed proposal with her paper key. Type the answer, or paste the text of its code.")
    return form_page(request, form=form, title=_("Bring a paper answer"), submit=_("Keep this answer"), intro=intro, desk=True)


def paper_tool(request: HttpRequest) -> HttpResponse:
    """The one file of awna-paper, to copy to a device without a network."""
    return file_answer(Path(paper.__file__).read_bytes(), name="paper.py", media_type="text/x-python; charset=utf-8")
