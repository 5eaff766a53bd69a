"""Foreign keys go down only, and nobody walks them backwards."""

from __future__ import annotations

import pytest
from django.apps import apps

from tests.architecture.house import height, rooms

_KEYS = [
    (model, field)
    for model in apps.get_models()
    if model._meta.app_label in rooms()
    for field in model._meta.get_fields()
    if field.is_relation and field.concrete and not field.auto_created
]


@pytest.mark.parametrize(
    ("model", "field"), _KEYS, ids=lambda value: getattr(value, "__name__", None) or value.name
)
def test_keys_point_to_the_same_room_or_a_lower_one(model, field):
    heights = height()
    target = field.related_model._meta.app_label

    assert target == model._meta.app_label or heights[target] < heights[model._meta.app_label]


@pytest.mark.parametrize(
    ("model", "field"), _KEYS, ids=lambda value: getattr(value, "__name__", None) or value.name
)
def test_keys_have_no_way_back(model, field):
    assert field.remote_field.related_name == "+"


def test_tables_are_named_after_their_room():
    wrong = [
        model._meta.db_table
        for model in apps.get_models()
        if model._meta.app_label in rooms()
        and not model._meta.db_table.startswith(f"{model._meta.app_label}_")
    ]

    assert wrong == []
