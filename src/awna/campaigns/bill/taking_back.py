"""Takes a bill that was applied back before the first period is closed: its lines stand as before, unless something was built on them."""

from typing import Any

from django.db import transaction

from awna.core.problems import Problem, Refused
from awna.parties.models import Campaign, Role
from awna.parties.services import refuse_unless_role

from ..models.place import BudgetLine
from ..models.roles import BUDGET_ROLES
from ..moving.services import refuse_after_closing
from ..moving.undoing import NAMED_MAX, refuse_built_on
from .models import BillFile

COLUMNS = ("title", "unit", "quantity", "rate", "currency", "more_rates", "kind", "amount_minor", "position")


def lines_as_they_stand(campaign: Campaign) -> dict[str, dict[str, Any]]:
    """Every line by its code as plain data, in the order of the bill."""
    return {line.code: state_of(line) for line in campaign.budget_lines.select_related("parent").order_by("position")}


def state_of(line: BudgetLine) -> dict[str, Any]:
    state = {name: getattr(line, name) for name in COLUMNS} | {"parent": line.parent.code if line.parent else ""}
    return state | {name: format(state[name], "f") for name in ("quantity", "rate")}


def keep_before(file: BillFile, before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> None:
    """Write down on the file what it changed; applied again after a correction, the first state before it counts."""
    known = file.before
    for code in sorted({*before, *after}):
        if before.get(code) != after.get(code):
            first = known.get(code, {"before": before.get(code)})
            known[code] = {"before": first["before"], "after": after.get(code)}
    file.before = known


@transaction.atomic
def take_bill_back(*, file: BillFile, author: Role) -> BillFile:
    """New lines go, changed ones get their old figures, lines that were taken out come back. Refused where a line was changed or used since."""
    refuse_unless_role(author, *BUDGET_ROLES, campaign=file.campaign)
    Campaign.objects.select_for_update().get(pk=file.campaign_id)
    file = BillFile.objects.select_related("campaign").get(pk=file.pk)
    if file.state == "undone":
        return file
    if file.applied_at is None or not file.before:
        raise Refused(Problem("bill_not_applied", "Nothing of this file stands in the bill, so there is nothing to take back."))
    refuse_after_closing(file.campaign)
    lines = {line.code: line for line in file.campaign.budget_lines.select_related("parent")}
    _refuse_changed_since(file, lines)
    new = [code for code, one in file.before.items() if one["before"] is None and code in lines]
    _refuse_children(lines, new)
    refuse_built_on(BudgetLine, {lines[code].pk for code in new}, own=("children",), label="code")
    _restore(file, lines, new)
    file.state, file.content, file.reading, file.sheets = "undone", "", None, []
    file.save(update_fields=["state", "content", "reading", "sheets"])
    return file


def _refuse_changed_since(file: BillFile, lines: dict[str, BudgetLine]) -> None:
    """What a later file or hand made of a line is not overwritten; its place in the list may have moved."""
    changed = [
        code for code, one in file.before.items() if _figures(one["after"]) != _figures(state_of(lines[code]) if code in lines else None)
    ]
    if changed:
        text = "Lines were changed after this file, so they stay and nothing was taken back: %(codes)s. Take the later file back first."
        raise Refused(Problem("bill_changed_later", text, {"codes": ", ".join(changed[:NAMED_MAX])}))


def _refuse_children(lines: dict[str, BudgetLine], new: list[str]) -> None:
    own = {lines[code].pk for code in new}
    held = [line.code for line in lines.values() if line.parent_id in own and line.pk not in own]
    if held:
        text = "Other lines stand below a line of this file: %(codes)s. Take the file that brought them back first."
        raise Refused(Problem("bill_line_has_lines", text, {"codes": ", ".join(held[:NAMED_MAX])}))


def _figures(state: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if state is None else {name: value for name, value in state.items() if name != "position"}


def _restore(file: BillFile, lines: dict[str, BudgetLine], new: list[str]) -> None:
    back = {code: one["before"] for code, one in file.before.items() if one["before"] is not None}
    missing = [code for code in back if code not in lines]
    for code in missing:
        lines[code] = BudgetLine(campaign=file.campaign, code=code)
    for code, state in back.items():
        for name in COLUMNS:
            setattr(lines[code], name, state[name])
    BudgetLine.objects.bulk_create([lines[code] for code in missing])
    for code, state in back.items():
        lines[code].parent = lines[state["parent"]] if state["parent"] else None
    BudgetLine.objects.bulk_update([lines[code] for code in back], [*COLUMNS, "parent"], batch_size=500)
    going = BudgetLine.objects.filter(pk__in=[lines[code].pk for code in new])
    going.update(parent=None)  # a heading among them would hold on to its own lines
    going.delete()
