"""How forms are drawn, all alike."""

from typing import Any

from django.forms import BoundField, Widget
from django.forms.renderers import DjangoTemplates


class Field(BoundField):
    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        """What has to be typed otherwise may stand below what is seen: the first of it has the focus, and its error is read with it."""
        made = super().build_widget_attrs(attrs, widget)
        wrong = next((name for name in self.form.fields if name in self.form.errors), None)
        return made | {"autofocus": True} if wrong == self.name else made


class Renderer(DjangoTemplates):
    bound_field_class = Field
