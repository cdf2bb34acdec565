"""Makes all tables of a room at once: Django draws every related model anew for each table, which took most of the time of a fresh database."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState


class MakeTables(Operation):
    """`models` in any order, each with all its columns and constraints; those named in `raw` are only known: raw DDL makes their tables."""

    category = OperationCategory.ADDITION
    serialization_expand_args = ["models"]

    def __init__(self, models: Sequence[CreateModel], raw: Sequence[str] = ()) -> None:
        self.models = list(models)
        self.raw = tuple(raw)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # what was drawn is drawn again when somebody asks, once for all of these
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState) -> None:
        for model in self._made(app_label, schema_editor, to_state):
            schema_editor.create_model(model)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState) -> None:
        for model in reversed(self._made(app_label, schema_editor, from_state)):
            schema_editor.delete_model(model)

    def _made(self, app_label: str, schema_editor: Any, state: ProjectState) -> list[Any]:
        found = [state.apps.all_models[app_label][model.name_lower] for model in self.models if model.name not in self.raw]
        return [model for model in found if self.allow_migrate_model(schema_editor.connection.alias, model)]

    def describe(self) -> str:
        return f"Make the tables of {', '.join(model.name for model in self.models)}"
