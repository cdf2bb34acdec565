"""Start-up checks: every field classed, every address guarded."""

from typing import Any

from django.core.checks import Error, register


def register_checks() -> None:
    register(check_classes)


def check_classes(**_: Any) -> list[Error]:
    from .classes import own_models, unclassed_fields

    return [
        Error(fault, hint="Add it to field_classes of the model.", id="awna.E001")
        for model in own_models()
        for fault in unclassed_fields(model)
    ]
