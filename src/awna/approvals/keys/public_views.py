"""Who holds the key: the public page of stewards' fingerprints, and the list for the verifier."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from awna.books.models import Book
from awna.books.services.publish import entries_allowed
from awna.books.services.witnesses import entries_of
from awna.consent import services as consent
from awna.consent.models import PolicyEpoch
from awna.kit.http import file_answer

from .reading import alive_pause, alive_suspensions, holders_of, policy_entries
from .words import rules_of, tell_policy


def key_holders(request: HttpRequest, slug: str) -> HttpResponse:
    """k of n, the words of every key, the policies so far, what stands still today."""
    campaign = request.campaign
    epochs = list(PolicyEpoch.objects.filter(campaign=campaign).order_by("-number"))
    book = Book.objects.filter(campaign=campaign).first()
    # Where the place is at risk, entries are read days later; until then nothing leads to them.
    out = entries_allowed(book, size=entries_of(book)) if book else 0
    entries = {number: seq for number, seq in (policy_entries(book) if book else {}).items() if seq < out}
    epoch = epochs[0] if epochs else None
    context: dict[str, Any] = {"epoch": epoch, "epochs": [(one, entries.get(one.number)) for one in epochs]}
    if epoch is not None:
        roles = [one.steward for one in epoch.stewards.select_related("steward__user", "steward__campaign").order_by("pk")]
        # The log names a steward by an opaque id alone; so does this page, until the stewards say otherwise.
        numbers = {str(role.pk): _("Steward %(n)s") % {"n": n} for n, role in enumerate(sorted(roles, key=lambda role: str(role.pk)), 1)}
        context |= {
            "n": len(roles), "holders": holders_of(campaign, sorted(roles, key=lambda role: str(role.pk)), epoch=epoch, only_counting=True),
            "lines": tell_policy(epoch.required, len(roles), rules_of(epoch), names=numbers), "suspensions": alive_suspensions(campaign),
            "pause": alive_pause(campaign),
        }  # fmt: skip
    return render(request, "approvals/keys/holders.html", context)


def stewards_file(request: HttpRequest, slug: str) -> HttpResponse:
    """`awna-verify --stewards`: each steward's id and fingerprint, one key a line."""
    epoch = consent.current_epoch(request.campaign)
    if epoch is None or not epoch.keyed:
        lines = [f"# the book of {slug} knows no keys: decisions are names, not signatures"]
    else:
        lines = [f"# keys of {slug}, policy {epoch.number}; compare them with a list that you had elsewhere"]
        keys = epoch.keys.select_related("key").order_by("key__steward_id", "key__fingerprint")
        lines += [f"{one.key.steward_id} {one.key.fingerprint}" for one in keys]
    return file_answer(("\n".join(lines) + "\n").encode(), name=f"{slug}-stewards.txt", media_type="text/plain; charset=utf-8")
