"""The machines' door alone, at its address."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("api/v1/", include("haochaping.doors.api.urls")),
    path("i18n/", set_language, name="set_language"),
]
