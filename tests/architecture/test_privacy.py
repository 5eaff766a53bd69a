"""Every field that can hold words about a person is declared; an undeclared field fails (law 8)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tests.architecture.house import rooms

_CLASSES = ("plain", "kept", "masked", "sealed", "never")
_MODELS = [model for model in apps.get_models() if model._meta.app_label in rooms()]
# Numbers, moments and choices of two values say nothing by themselves; codes in arrays are codes.
_WORDLESS = (
    models.IntegerField,
    models.BooleanField,
    models.DateField,
    models.UUIDField,
    models.ForeignKey,
    ArrayField,
)


def _declared(model) -> dict[str, str]:
    privacy = getattr(model, "Privacy", None)
    found: dict[str, str] = {}
    for name in _CLASSES:
        for field in getattr(privacy, name, ()):
            assert field not in found, f"{model.__name__}.{field} is declared twice"
            found[field] = name
    return found


@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.__name__)
def test_fields_are_declared(model):
    wordy = {field.name for field in model._meta.concrete_fields if not isinstance(field, _WORDLESS)}

    assert wordy - _declared(model).keys() == set()


@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.__name__)
def test_declarations_name_fields(model):
    names = {field.name for field in model._meta.concrete_fields}

    assert _declared(model).keys() - names == set()
