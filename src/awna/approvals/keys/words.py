"""A policy in plain words: who, how many, for what sums, after which waits."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from awna.books.models import Commodity
from awna.consent.models import PolicyEpoch
from awna.core.amounts import group_minor

RECOVERY_DAYS, SUSPEND_DAYS, PAUSE_DAYS = 30, 7, 14
"""What holds where the policy says nothing; the rules themselves stand in core.consent."""


def rules_of(epoch: PolicyEpoch | None) -> dict[str, Any]:
    return dict(json.loads(epoch.rules)) if epoch is not None and epoch.rules else {}


def cool_down_of(epoch: PolicyEpoch | None) -> int:
    """Days between the deciding yes and the money moving; 0 where there is no such wait."""
    return int(rules_of(epoch).get("cool_down", 0))


def tell_policy(k: int, n: int, rules: dict[str, Any], *, names: dict[str, str]) -> list[str]:
    """Each rule as a sentence. `names`: role id → the person's name."""
    lines = [_("%(k)s of %(n)s stewards must agree.") % {"k": k, "n": n}]
    codes = {str(one.pk): one for one in Commodity.objects.filter(kind="money")}
    lines += [_band(band, codes) for band in rules.get("bands", ())]
    for cap in rules.get("caps", ()):
        lines.append(_("At most %(amount)s are released in one day.") % {"amount": _money(cap["commodity"], cap["per_day"], codes)})
    for one in rules.get("offices", ()):
        lines.append(
            _("%(name)s holds the office “%(office)s”.") % {"name": names.get(one["steward"], one["steward"]), "office": one["office"]}
        )
    homes: dict[str, list[str]] = {}
    for one in rules.get("households", ()):
        homes.setdefault(one["household"], []).append(names.get(one["steward"], one["steward"]))
    for together in homes.values():
        if len(together) > 1:
            lines.append(_("%(names)s live together and count once.") % {"names": ", ".join(together)})
    return lines + _waits(rules)


def _band(band: dict[str, Any], codes: dict[str, Commodity]) -> str:
    code = codes[band["commodity"]].code if band["commodity"] in codes else band["commodity"]
    values = {
        "k": band["k"],
        "code": code,
        "amount": _money(band["commodity"], band.get("upto", "0"), codes),
        "offices": band.get("offices"),
    }
    text = (
        _("Releases up to %(amount)s: %(k)s must agree.") % values if band.get("upto")
        else _("Releases of more in %(code)s: %(k)s must agree.") % values
    )  # fmt: skip
    return text + (" " + _("They hold at least %(offices)s different offices.") % values if band.get("offices") else "")


def _waits(rules: dict[str, Any]) -> list[str]:
    lines = []
    if days := rules.get("cool_down"):
        lines.append(
            ngettext("Money moves %(n)s day after the deciding yes.", "Money moves %(n)s days after the deciding yes.", days) % {"n": days}
        )
    if days := rules.get("change_wait"):
        lines.append(
            ngettext("A change of this policy waits %(n)s day in public.", "A change of this policy waits %(n)s days in public.", days)
            % {"n": days}
        )
    days = rules.get("recovery_wait", RECOVERY_DAYS)
    lines.append(
        ngettext("A recovery by paper keys waits %(n)s day in public.", "A recovery by paper keys waits %(n)s days in public.", days)
        % {"n": days}
    )
    values = {"suspend": rules.get("suspend_days", SUSPEND_DAYS), "pause": rules.get("pause_days", PAUSE_DAYS)}
    lines.append(
        _(
            "Any one steward can suspend a key for up to %(suspend)s days, or pause everything for up to %(pause)s days. Nobody can pay alone."
        )
        % values
    )
    return lines


def _money(commodity: str, minor: str, codes: dict[str, Commodity]) -> str:
    one = codes.get(commodity)
    return f"{one.code} {group_minor(int(minor), one.scale)}" if one else minor
