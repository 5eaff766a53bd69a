"""The public pages of these tests, whatever other doors are open."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("haochaping.doors.portal.urls")),
    path("wire/", include("haochaping.doors.wire.urls")),
    path("i18n/", set_language, name="set_language"),
]
