"""The founding ceremony: the first policy, who has which keys, who has signed; and the sheet of fingerprints for the wall."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from awna.books import services as books
from awna.books.models import Book
from awna.consent import services as consent
from awna.consent.models import Founding, FoundingWord, StewardKey
from awna.core.digest import digest_of
from awna.core.problems import Problem, Refused
from awna.kit.forms import refused_to_form
from awna.kit.http import form_page
from awna.parties.models import Campaign, Role

from .forms import RulesForm, initial_of
from .reading import STEWARD, Holder, holders_of, steward_roles
from .signing import FOUND, signed_from, signing_of
from .words import tell_policy

REQUIRED_FIRST = 2
REFUSED_STATUS = 422


@dataclass(frozen=True)
class Ceremony:
    """How far the founding has come."""

    founding: Founding | None
    holders: list[Holder] = field(default_factory=list)
    digest: str = ""

    @property
    def keys_missing(self) -> bool:
        return any(holder.lacks_passkey or holder.lacks_paper for holder in self.holders)

    @property
    def signed(self) -> int:
        return sum(shown.signed for holder in self.holders for shown in holder.keys)

    @property
    def wanted(self) -> int:
        return sum(len(holder.keys) for holder in self.holders)


def ceremony(campaign: Campaign) -> Ceremony:
    founding, roles = Founding.objects.filter(campaign=campaign).first(), steward_roles(campaign)
    book = Book.objects.filter(campaign=campaign).first()
    if founding is None or book is None:
        return Ceremony(founding, holders_of(campaign, roles))
    digest = _digest_of(book)
    signed = FoundingWord.objects.filter(key__campaign=campaign, digest=digest).values_list("key__fingerprint", flat=True)
    return Ceremony(founding, holders_of(campaign, roles, signed=signed), digest)


def founding(request: HttpRequest, slug: str) -> HttpResponse:
    """One page for the whole ceremony; a POST is one key's signature."""
    if consent.current_epoch(request.campaign) is not None:
        return redirect("policy", slug=slug)
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            _sign(request)
        except Refused as refused:
            problems = list(refused.problems)
        else:
            is_founded = consent.current_epoch(request.campaign) is not None
            messages.success(request, _("The last key has signed: the book is founded.") if is_founded else _("The signature is kept."))
            return redirect("policy" if is_founded else "founding", slug=slug)
    return render(request, "approvals/keys/founding.html", _page(request, problems), status=REFUSED_STATUS if problems else 200)


def founding_policy(request: HttpRequest, slug: str) -> HttpResponse:
    """The first policy, open to change until somebody signs."""
    campaign, me = request.campaign, _me(request)
    stands = Founding.objects.filter(campaign=campaign).first()
    initial = initial_of(stands.required, stands.said_rules) if stands else {"required": REQUIRED_FIRST}
    form = RulesForm(request.POST or None, initial=initial, stewards=steward_roles(campaign))
    if form.is_valid():
        try:
            if not Book.objects.filter(campaign=campaign).exists():
                books.open_book(campaign=campaign, author=me, required=form.cleaned_data["required"], keyed=True)
            consent.set_founding(
                campaign=campaign, required=form.cleaned_data["required"], rules=form.rules(commodity_ids(form)), author=me
            )
        except Refused as refused:
            refused_to_form(form, refused)
        else:
            messages.success(request, _("The first policy is written. Read it together, then sign."))
            return redirect("founding", slug=slug)
    intro = _("Everything here can be changed until the first of you signs; afterwards only your quorum changes it, after a public wait.")
    return form_page(request, form=form, title=_("The first policy"), submit=_("Keep this"), intro=intro, desk=True)


def sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """All fingerprints on one page to print: for the wall, and for each steward's own papers."""
    epoch = consent.current_epoch(request.campaign)
    holders = holders_of(request.campaign, steward_roles(request.campaign), epoch=epoch, only_counting=bool(epoch and epoch.keyed))
    return render(request, "approvals/keys/sheet.html", {"holders": holders, "epoch": epoch})


def _page(request: HttpRequest, problems: list[Problem]) -> dict[str, Any]:
    stands = ceremony(request.campaign)
    me = _me(request)
    mine = next((holder for holder in stands.holders if holder.role.user_id == me.user_id), None)
    open_keys = [shown.key for shown in mine.keys if not shown.signed] if mine else []
    context: dict[str, Any] = {"ceremony": stands, "mine": mine, "problems": problems, "request_id": str(uuid.uuid4())}
    if stands.founding is not None:
        names = {str(holder.role.pk): str(holder.role.user) for holder in stands.holders}
        context["lines"] = tell_policy(stands.founding.required, len(stands.holders), stands.founding.said_rules, names=names)
        if open_keys and not stands.keys_missing and stands.digest:
            context["signing"] = signing_of(me, about=FOUND, digest=stands.digest, keys=open_keys)
    return context


def _sign(request: HttpRequest) -> None:
    me = _me(request)
    signed = signed_from(request.POST, steward=me)
    key = StewardKey.objects.filter(steward=me, fingerprint=signed.key).first() if signed else None
    if signed is None or key is None:
        raise Refused(
            Problem(
                "nothing_signed", "Nothing was signed. Press the button that signs with your key, or type the answer of your paper key."
            )
        )
    books.sign_founding(book=request.campaign.book, key=key, signed=signed, request_id=request.POST.get("request_id", ""))


def commodity_ids(form: RulesForm) -> dict[str, str]:
    """The commodities that the rules name, made where no account has needed them yet."""
    return {code: str(books.ensure_commodity(code=code, kind="money", scale=form.scales[code], name=code).pk) for code in form.currencies()}


def _digest_of(book: Book) -> str:
    """What every key signs; empty while the stewards and keys cannot found a book."""
    try:
        payload = dict(books.founding_payload(book))
    except Refused:
        return ""
    payload.pop("founding", None)
    return digest_of(payload)


def _me(request: HttpRequest) -> Role:
    found: Role = request.actor.role(STEWARD)
    return found
