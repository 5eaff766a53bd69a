"""Templates need addresses to reverse and a compiled catalogue; neither needs a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory

from haochaping.ui import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.handlers.wsgi import WSGIRequest
    from pytest_django.fixtures import Settings

# Before any test activates a language: a catalogue is read once per process.
catalogue.compile_mo()


@pytest.fixture(autouse=True)
def _addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.ui.urls"
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def request_for() -> Callable[..., WSGIRequest]:
    def make(address: str = "/", **cookies: str) -> WSGIRequest:
        request = RequestFactory().get(address)
        request.COOKIES |= cookies
        request.user = AnonymousUser()
        return request

    return make


@pytest.fixture
def render() -> Callable[..., str]:
    """Render template text that may use our libraries."""

    def rendered(text: str, request: WSGIRequest | None = None, **context: object) -> str:
        return engines["django"].from_string("{% load charts ui i18n %}" + text).render(context, request)

    return rendered
