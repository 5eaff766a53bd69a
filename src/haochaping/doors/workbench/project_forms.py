"""Forms of systemic projects; whether what was typed will do is judged by the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy

from haochaping.doors.fields import Words
from haochaping.rectification.terms import TASK_LIMIT, TASKS_AT_MOST, TITLE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


class ProjectForm(forms.Form):
    """What lies behind many orders, and what has to be done."""

    title = forms.CharField(
        label=gettext_lazy("Title"), widget=forms.TextInput(attrs={"maxlength": str(TITLE_LIMIT)})
    )
    root_cause = Words(
        label=gettext_lazy("Root cause"),
        help_text=gettext_lazy("What lies behind the orders: a rule, a form, a system, a way of working."),
    )
    tasks = Words(
        label=gettext_lazy("Tasks"),
        help_text=gettext_lazy("One on each line, at most 20."),
        limit=(TASK_LIMIT + 1) * TASKS_AT_MOST,
        rows=6,
    )


class ChangeForm(forms.Form):
    """What was changed."""

    text = Words(
        label=gettext_lazy("What was changed"),
        help_text=gettext_lazy("From today on the effect is counted: say exactly what is different now."),
    )


class AddForm(forms.Form):
    """Which project an order belongs to."""

    project = forms.ChoiceField(label=gettext_lazy("Systemic project"))

    def __init__(self, *args: object, projects: Iterable[tuple[UUID, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["project"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(str(pk), title) for pk, title in projects]
