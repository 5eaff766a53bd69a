"""Many values as one parameter: the server reads exactly what was meant."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DataError, connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from haochaping.postgres.rows import array

pytestmark = pytest.mark.django_db
# Any character that a text of the database may hold.
_TEXTS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")))


def read(kind: str, values: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [values])
        return cursor.fetchone()[0]


@given(_TEXTS)
@example(["", "NULL", "null", '"', "\\", '\\"', "a,b", "{}", " a ", "\t\n\r", "%s", "'", "好"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_texts_arrive_as_they_are(texts: list[str]):
    assert read("text", array(texts)) == texts


def test_numbers_and_ids_arrive_as_they_are():
    ids = [UUID(int=0), UUID(int=2**128 - 1)]

    assert read("bigint", array([-1, 0, 2**40])) == [-1, 0, 2**40]
    assert read("uuid", array(iter(ids))) == ids
    assert read("uuid", array([])) == []


def test_a_text_with_u0000_is_refused():
    with pytest.raises((DataError, ValueError)):
        read("text", array(["a\0b"]))
