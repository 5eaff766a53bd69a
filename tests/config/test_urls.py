"""Which face shows which address."""

from __future__ import annotations

import pytest
from django.urls import Resolver404
from django.urls.resolvers import RegexPattern, URLResolver

from haochaping.config import urls


def answers(face: str, address: str) -> bool:
    try:
        URLResolver(RegexPattern(r"^"), urls._FACES[face]).resolve(address)
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize(
    ("address", "public", "staff"),
    [
        ("my/", True, False),
        ("desk/", False, True),
        ("admin/directory/", False, True),
        ("api/v1/cases", False, True),
        ("api/v1/docs", False, True),
        ("api/v1/measures", True, True),
    ],
)
def test_each_face_shows_its_own_and_the_figures_are_everybodys(address: str, public: bool, staff: bool):
    assert (answers("public", address), answers("staff", address)) == (public, staff)
    assert answers("all", address)
