"""Addresses that other systems' clients open, in their own dialects."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.wire import address, dialect, hotline, visit

urlpatterns = [
    path("visit/<str:token>", visit.visit, name="wire_visit"),
    path("hotline/<uuid:link_id>/events", hotline.events, name="wire_hotline_events"),
    path("<slug:dialect>/<str:source>/<path:path>", dialect.call, name="wire_call"),
    path("<slug:dialect>/<str:call>", address.address, name="wire_address"),
]
