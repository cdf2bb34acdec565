"""What was built on rows that somebody wants to take back: asked of every table that points to them, also of those that come later."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext

from awna.core.problems import Problem, Refused

NAMED_MAX = 10
"""Rows named in one refusal; the number says how many there are."""
_BATCH = 500


def refuse_built_on(model: type[Model], keys: Collection[Any], *, own: Collection[str], label: str) -> None:
    """Refused, naming what points to rows of `model` with these keys. `own`: relations that go with the row. `label`: its field that people read."""
    found: dict[Any, set[str]] = {}
    for key, what in _pointing(model, keys, own):
        found.setdefault(key, set()).add(what)
    if not found:
        return
    labels = {row.pk: getattr(row, label) or "–" for row in model._default_manager.filter(pk__in=list(found)[:NAMED_MAX])}
    named = ", ".join(f"{labels[key]} ({', '.join(sorted(found[key]))})" for key in labels)
    text = "Something was built on %(n)s of these rows, so they stay and nothing was taken back: %(named)s. Undo that first, or end the rows one by one."
    raise Refused(Problem("built_on", text, {"n": len(found), "named": named}))


def _pointing(model: type[Model], keys: Collection[Any], own: Collection[str]) -> Iterator[tuple[Any, str]]:
    """(key, what points to it); hidden relations too, but not the tables in between of two lists."""
    ordered = sorted(keys, key=str)
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and relation.related_model):
            continue
        other: Any = relation.related_model
        if other._meta.auto_created or relation.name in own:
            continue
        what, field = gettext(str(other._meta.verbose_name)), relation.field.name  # type: ignore[union-attr]  # a relation has one
        for start in range(0, len(ordered), _BATCH):
            some = ordered[start : start + _BATCH]
            for key in other._base_manager.filter(**{f"{field}__in": some}).values_list(field, flat=True):
                if key in keys:
                    yield key, what
