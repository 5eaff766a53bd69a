"""Every field and kind of value that a rule of data quality can name has words."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from haochaping.doors.oversight.quality_words import CLASSES, FIELDS, said_of_row
from haochaping.exchange.quality.terms import Sample

_ROOM = resources.files("haochaping.exchange")
_FILES = [
    _ROOM / "quality" / "rules.toml",
    *(one for one in (_ROOM / "sql" / "quality").iterdir() if one.name.startswith("DQ-")),
]
_TEXT = "\n".join(one.read_text(encoding="utf-8") for one in _FILES)
# In the file of rules as `field = "…"`, in SQL as `… AS field`.
_NAMED = r"^{name} = \"+(.*)$|(CASE [^\n]* END|'[a-z_.]+') AS {name}\b"


def _said(name: str) -> set[str]:
    found = [a or b for a, b in re.findall(_NAMED.format(name=name), _TEXT, re.MULTILINE)]
    return {word for one in found for word in re.findall(r"'([a-z_]+(?:\.[a-z_]+)?)'", one)}


def test_all_of_them_have_words():
    fields = {word for word in _said("field") if "." in word}
    classes = {word for word in _said("value_class") if "." not in word}

    assert len(fields) > 15
    assert len(classes) > 30
    assert fields <= FIELDS.keys()
    assert classes <= CLASSES.keys()


@pytest.mark.parametrize(
    ("field", "value_class", "said"),
    [
        ("case.received_at", "late", "办件报送时间：迟报"),
        ("case.shape", "not_json", "办件记录的写法：not_json"),
        ("review.hall", "unknown", "review.hall：未知"),
    ],
)
def test_what_has_no_words_stands_as_it_is(field, value_class, said):
    assert said_of_row(Sample("case", "1", field, value_class)) == said
