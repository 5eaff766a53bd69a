"""Every column that can hold words about a person is declared, with purpose, retention and mask (law 8, PIPL 51)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from docs.generate.libraries import LIBRARIES, library_models
from docs.generate.privacy import personal, stated
from haochaping.doors.jobs.beats import BEATS
from haochaping.kernel.privacy import CLASSES, PERSONAL, Emptied, Erased, Kept, Purpose, declared
from tests.architecture.house import rooms

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
_PERSONS = {"person", "person_id", "agent_id", "persons"}
# An account's name needs room for a prefix and forty characters; a choice of a list is shorter.
_ACCOUNT_LENGTH = 80


@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.__name__)
def test_fields_are_declared(model):
    fields = model._meta.concrete_fields
    needed = {field.name for field in fields if not isinstance(field, _WORDLESS) or field.name in _PERSONS}

    assert needed - declared(model).keys() == set()


@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.__name__)
def test_declarations_name_fields_once(model):
    privacy = vars(getattr(model, "Privacy", object))
    names = [field for name in CLASSES for field in privacy.get(name, ())]

    assert set(names) - {field.name for field in model._meta.concrete_fields} == set()
    assert len(names) == len(set(names))
    assert {name for name in privacy if name[0] != "_"} - {*CLASSES, "purpose", "retention"} == set()


@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.__name__)
def test_a_table_about_people_says_what_for_and_how_long(model):
    privacy = stated(model)
    said = getattr(privacy, "purpose", None), getattr(privacy, "retention", None)

    if personal(model):
        assert isinstance(said[0], Purpose)
        assert isinstance(said[1], Kept | Erased | Emptied)
    else:
        assert said == (None, None)


@pytest.mark.parametrize("model", _MODELS, ids=lambda model: model.__name__)
def test_who_did_it_is_an_account_and_who_it_is_about_a_link(model):
    accounts = {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField)
        and (field.name in {"by", "actor", "author"} or field.name.endswith("_by"))
        and (field.max_length or 0) >= _ACCOUNT_LENGTH
    }
    links = {field.name for field in model._meta.concrete_fields if field.name in _PERSONS}
    classes = declared(model)

    assert {name: classes[name] for name in accounts} == dict.fromkeys(accounts, "account")
    assert {name: classes[name] for name in links} == dict.fromkeys(links, "linked")


@pytest.mark.parametrize(
    ("model", "field"),
    [(model, field) for model in _MODELS for field, kind in declared(model).items() if kind == "masked"],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_a_mask_leaves_four_characters_hidden(model, field):
    shown = stated(model).masked[field]("13912345678")

    assert "2345" not in shown
    assert shown.endswith("5678")


@pytest.mark.parametrize(
    "retention",
    sorted(
        {
            stated(one).retention.beat
            for one in _MODELS
            if personal(one) and isinstance(stated(one).retention, Erased | Emptied)
        }
    ),
)
def test_whoever_erases_is_at_work(retention):
    assert retention in {beat.name for beat in BEATS}


@pytest.mark.parametrize(
    "model",
    [one for one in _MODELS if personal(one) and isinstance(stated(one).retention, Emptied)],
    ids=lambda model: model.__name__,
)
def test_what_is_emptied_says_something_about_people(model):
    classes = declared(model)

    assert {classes[field] for field in stated(model).retention.fields} <= set(PERSONAL)


@pytest.mark.parametrize("model", library_models(), ids=lambda model: model._meta.db_table)
def test_fields_of_the_libraries_are_declared_too(model):
    said = LIBRARIES[model._meta.db_table]
    columns = {field.column: field for field in model._meta.concrete_fields}
    needed = {name for name, field in columns.items() if not isinstance(field, _WORDLESS)}

    assert needed <= said.classes.keys() <= columns.keys()
    assert set(said.classes.values()) <= set(CLASSES)
    if set(PERSONAL) & set(said.classes.values()):
        assert all(said.why)


def test_no_library_is_declared_that_is_not_there():
    assert {model._meta.db_table for model in library_models()} == LIBRARIES.keys()
