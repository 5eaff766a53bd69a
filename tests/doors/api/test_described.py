"""The API against its own description: what it promises to take and what it does not, sent by schemathesis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from haochaping.config.wsgi import application
from haochaping.doors.api.document import document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tests.doors.api.conftest import Caller

pytestmark = pytest.mark.django_db
FOUND = [
    found.ok()
    for found in schemathesis.openapi.from_dict(document()).get_all_operations()
    if isinstance(found, Ok)
]
OPERATIONS = {operation.label: operation for operation in FOUND}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# The profile of the house draws the same examples every time.
bounded = settings(
    max_examples=40,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
    ],
)


@pytest.fixture(autouse=True)
def _one_transaction() -> Iterator[None]:
    """Keep the connection with the test's transaction open between requests, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_sent_is_answered_as_described(caller: Caller, moment: datetime, label, mode):
    sent: list[int] = []

    @bounded
    @given(data=st.data())
    def send(data):
        case = data.draw(OPERATIONS[label].as_strategy(generation_mode=mode))
        answer = case.call(app=application, headers=caller.headers())
        sent.append(answer.status_code)
        case.validate_response(answer, checks=CHECKS, headers=caller.headers())

    send()

    assert sent
