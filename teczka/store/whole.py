"""A first migration that makes every table at once, as its last operation leaves it."""

from typing import Any

from django.db import migrations
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.state import ProjectState

SEEN_IN_MODELS = (CreateModel, AddField, AddIndex, AddConstraint)


class Whole(migrations.Migration):
    """Django renders all models anew after each operation, and those are many: two seconds of processor time at every first start.
    What this makes is what its operations say, where they only create models and complete them.
    """

    def apply(self, project_state: ProjectState, schema_editor: Any, collect_sql: bool = False) -> ProjectState:
        if not all(isinstance(operation, SEEN_IN_MODELS) for operation in self.operations):
            raise TypeError(f"{self} does more than models show")
        project_state.__dict__.pop("apps", None)  # rendered; the state's models are kept beside it
        made = self.mutate_state(project_state, preserve=False)
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                schema_editor.create_model(made.apps.get_model(self.app_label, operation.name))
        return made
