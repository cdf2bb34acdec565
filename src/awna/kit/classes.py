"""Every field of every model is classed: P public, I internal, C contact or donor, S sensitive."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Field, Model

from .sealed import SealedTextField

CLASSES = {"P": "public", "I": "internal", "C": "contact or donor", "S": "sensitive: place, vetting, safeguarding, reason at risk"}


def own_models() -> Iterator[type[Model]]:
    for model in apps.get_models():
        if model.__module__.startswith("awna."):
            yield model


def unclassed_fields(model: type[Model]) -> list[str]:
    """Names of the fields of a model that no class covers, or whose class and sealing disagree."""
    declared: dict[str, str] = getattr(model, "field_classes", {})
    faults = [f"{model._meta.label}.{field.name}: no class" for field in _own_fields(model) if declared.get(field.name) not in CLASSES]
    faults += [
        f"{model._meta.label}.{field.name}: class {declared[field.name]} is text and not sealed"
        for field in _own_fields(model)
        if declared.get(field.name) in {"C", "S"} and field.get_internal_type() in {"CharField", "TextField", "EmailField"}
        and not isinstance(field, SealedTextField) and field.name not in getattr(model, "unsealed", {})
    ]  # fmt: skip
    names = {field.name for field in _own_fields(model)}
    return faults + [f"{model._meta.label}.{name}: classed, but there is no such field" for name in declared if name not in names]


def _own_fields(model: type[Model]) -> list[Field]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key or field.name != "pk"]
