"""The stewards say what happens with money that is left over, a language each."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from awna.core.problems import Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page

from .models.clauses import CLAUSE_CHARS_MAX
from .services.clauses import clause_for, set_clause


class ClauseForm(forms.Form):
    """One clause in one language."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    text = forms.CharField(
        label=gettext_lazy("What happens with money left over"), max_length=CLAUSE_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("For example: What the roof does not need goes to the next room that the campaign names, and never elsewhere."),
    )  # fmt: skip


def surplus(request: HttpRequest, slug: str) -> HttpResponse:
    """The form with the clause that stands; a new one never changes what older gifts were given under."""
    language = request.GET.get("language") or (get_language() or "en").split("-")[0]
    clause = clause_for(campaign=request.campaign, language=language)
    said = {"language": language, "text": clause.text if clause else ""}
    form = ClauseForm(request.POST or None, initial=said)
    if form.is_valid():
        try:
            set_clause(campaign=request.campaign, author=request.actor.role("steward"), **form.cleaned_data)
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The clause stands beside every new gift from now on."))
            return redirect("surplus", slug=slug)
    return form_page(
        request, form=form, title=_("When more comes than a purpose needs"), submit=_("Let it stand"), desk=True,
        intro=_("Givers read it before they give. Older gifts keep the clause that stood on their day."),
    )  # fmt: skip
