"""Words of the code are words of the field (law 11): a class or enum member that the glossary does not know fails."""

from __future__ import annotations

import re
from enum import Enum
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import translation
from django.utils.translation import gettext

from haochaping.accounts.terms import ROLE_LABELS
from tests.architecture.house import PACKAGE, ROOT

_ROW = re.compile(r"^\| (?P<chinese>[^|]+) \| `(?P<identifier>[a-z_.]+)` \| (?P<note>[^|]*)\|$", re.MULTILINE)
_WORD = re.compile(r"`([a-z_]+)`")
_GLOSSARY = ROOT / "docs" / "glossary.md"


def _entries() -> dict[str, set[str]]:
    """Identifiers of the glossary, with the words that their notes explain."""
    text = _GLOSSARY.read_text(encoding="utf-8")
    return {row["identifier"]: set(_WORD.findall(row["note"])) for row in _ROW.finditer(text)}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _enums() -> list[type[Enum]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "Enum):" in path.read_text(encoding="utf-8") and "migrations" not in path.parts:
            name = ".".join(("haochaping", *path.relative_to(PACKAGE).with_suffix("").parts))
            values = vars(import_module(name)).values()
            found += [
                v for v in values if isinstance(v, type) and issubclass(v, Enum) and v.__module__ == name
            ]
    return found


def _identifiers(kind: type) -> set[str]:
    """How the glossary may call a class: by its name, or by room and name where the name alone says too little."""
    room = kind.__module__.split(".")[1]
    return {_snake(kind.__name__), f"{room}.{_snake(kind.__name__)}"}


_MODELS = [model for model in apps.get_models() if model.__module__.startswith("haochaping.")]


@pytest.mark.parametrize("kind", [*_MODELS, *_enums()], ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_class_has_an_entry(kind):
    assert _identifiers(kind) & _entries().keys()


@pytest.mark.parametrize("enum", _enums(), ids=lambda enum: f"{enum.__module__}.{enum.__name__}")
def test_every_member_has_a_chinese_word(enum):
    entries = _entries()
    explained = {word for name in _identifiers(enum) for word in entries.get(name, set())}

    assert {member.name.lower() for member in enum} - explained == set()


def test_every_entry_has_one_meaning():
    text = _GLOSSARY.read_text(encoding="utf-8")
    names = [row["identifier"] for row in _ROW.finditer(text)]
    rows = [line for line in text.splitlines() if line.startswith("| ") and "`" in line]

    assert len(names) == len(set(names))
    assert len(names) == len(rows)


def test_a_role_has_one_name():
    row = next(
        row for row in _ROW.finditer(_GLOSSARY.read_text(encoding="utf-8")) if row["identifier"] == "role"
    )
    named = dict(part.replace("`", "").split(" ", 1) for part in row["note"].strip().split(" · "))

    with translation.override("zh-hans"):
        assert {role.value: gettext(label) for role, label in ROLE_LABELS.items()} == named
