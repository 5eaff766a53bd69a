"""The guide of dialect files names everything that can stand in one, in both languages."""

from __future__ import annotations

import re

import pytest

from haochaping.exchange.dialects import description, envelope, moments, patterns, reading, signing
from haochaping.exchange.dialects.terms import Does
from tests.architecture.house import ROOT

_KNOWN = (
    description._KEYS,
    description._OPERATION,
    frozenset(map(str, Does)),
    envelope.STEPS,
    description._FIELD,
    description._SIGNATURE,
    patterns.REPLIES,
    patterns._REPLY,
    frozenset(reading.SCALES),
)


@pytest.mark.parametrize("place", ["docs/guides/dialects.md", "docs/en/guides/dialects.md"])
def test_every_name_stands_in_its_table_and_no_other(place):
    text = (ROOT / place).read_text(encoding="utf-8")
    sections = text.split("\n## ")[1:]

    named = [frozenset(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)) for section in sections]

    assert named == list(_KNOWN)
    for word in (*signing.KINDS, *patterns._STYLES, *patterns._PACKS, *moments.FORMATS, *description._PARTS):
        assert f"`{word}`" in text
    assert all(f"`{key}`" in text for key in description._WITH_SECRETS)
