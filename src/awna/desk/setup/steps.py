"""The steps of the set-up in their order, and how each stands: nothing typed yet, typed with a mistake in it, or good."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from .bodies import AccountsForm, PeopleForm, SectionsForm, StewardsForm
from .forms import SAMPLE, CampaignForm, ExposureForm, KindForm, LanguagesForm, MailForm, OwnerForm, ServerForm
from .rows import StepForm

YET, WRONG, GOOD = "yet", "wrong", "good"


@dataclass(frozen=True)
class Step:
    """One page of questions. Without a step that is not `needed` a campaign can begin; the desk reminds of it later."""

    name: str
    title: Any
    lede: Any
    form: type[StepForm]
    needed: bool = True
    adds: Any = ""
    """What the button says that adds a row."""


STEPS = (
    Step("kind", _("A campaign, or an example"), _("Both can be looked at first: nothing is made before the last step."), KindForm),
    Step("server", _("Address, backups, second place"),
         _("A lost disk must lose nothing, and nobody may quietly bring back an old book. That takes three places: this disk, one for backups, one for the head of the book."),
         ServerForm),
    Step("mail", _("Mail"), _("People are invited and told by mail. Have one sent to yourself, and type the code that it brings."), MailForm, needed=False),
    Step("owner", _("Who owns the place"), _("The campaign belongs to a local body. Its stewards decide about every release of money."), OwnerForm),
    Step("campaign", _("What is rebuilt"), _("What everybody reads first. It can be changed later, except for the address."), CampaignForm),
    Step("languages", _("Languages"), _("Pages are shown in these languages as far as somebody has translated them."), LanguagesForm),
    Step("exposure", _("What is public"), _("Openness brings trust, and can bring danger. When in doubt, tell less: more can be told later, never less."), ExposureForm),
    Step("sections", _("Sections abroad"), _("Bodies in other countries that collect under their own law. Without any, go on to the next step."),
         SectionsForm, adds=_("Add a section")),
    Step("accounts", _("Bank accounts"), _("Where gifts arrive and from where bills are paid. Further accounts can be added later."),
         AccountsForm, adds=_("Add an account")),
    Step("stewards", _("Stewards"),
         _("They release money together. After this each makes keys of her own, and all sign the founding: until then no entry can be booked."),
         StewardsForm, adds=_("Add a steward")),
    Step("people", _("Treasurers and others"), _("Each person gets a link by mail and chooses a password. More can be invited at any time."),
         PeopleForm, adds=_("Add a person")),
)  # fmt: skip
BY_NAME = {step.name: step for step in STEPS}


@dataclass(frozen=True)
class Standing:
    """One step as the bar shows it."""

    step: Step
    state: str
    form: StepForm

    @property
    def is_good(self) -> bool:
        return self.state == GOOD


def stand(typed: Mapping[str, Mapping[str, Any]]) -> list[Standing]:
    """Every step with what was typed on it, judged beside the steps before it."""
    forms_so_far: dict[str, StepForm] = {}
    found = []
    for step in STEPS:
        held = typed.get(step.name)
        form = step.form(_data(held), so_far=forms_so_far)
        state = _state(form)
        forms_so_far[step.name] = form
        found.append(Standing(step, state, form))
    return found


def _state(form: StepForm) -> str:
    if form.is_bound and not form.is_valid():
        return WRONG
    return GOOD if form.is_complete else YET


def missing(standings: list[Standing]) -> list[Standing]:
    """What must be answered or mended before the campaign can begin."""
    return [one for one in standings if one.state == WRONG or (one.state == YET and one.step.needed)]


def is_sample(standings: list[Standing]) -> bool:
    """Whether somebody wants the invented example."""
    first = standings[0].form
    return first.is_bound and first.is_valid() and first.cleaned_data["kind"] == SAMPLE


def form_of(
    name: str, *, data: Any, typed: Mapping[str, Mapping[str, Any]], rows: int = 0, begin: Mapping[str, Any] | None = None
) -> StepForm:
    """The form of one step: with what is sent now (`data`), showing what was typed before, or what the questions begin with."""
    standings = stand(typed)
    so_far = {one.step.name: one.form for one in standings[: list(BY_NAME).index(name)]}
    held = typed.get(name)
    if data is None and held is not None:
        kept = BY_NAME[name].form(_data(held), so_far=so_far, rows=rows)
        if not kept.is_valid():
            return kept
    return BY_NAME[name].form(data, so_far=so_far, typed=held or begin, rows=rows)


def _data(held: Mapping[str, Any] | None) -> QueryDict | None:
    """What was typed, as a browser would send it."""
    if held is None:
        return None
    sent = QueryDict(mutable=True)
    for name, value in held.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return sent
