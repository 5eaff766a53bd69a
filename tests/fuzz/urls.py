"""The doors that take what machines send."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("", include("haochaping.doors.portal.urls")),
    path("api/v1/", include("haochaping.doors.api.urls")),
    path("wire/", include("haochaping.doors.wire.urls")),
    path("i18n/", set_language, name="set_language"),
]
