"""Addresses of the oversight door, below `/oversight/`."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.oversight import appeals

urlpatterns = [
    path("appeals/", appeals.page, name="oversight_appeals"),
    path("appeals/<uuid:appeal_id>", appeals.one, name="oversight_appeal"),
    path("appeals/<uuid:appeal_id>/photos/<uuid:photo_id>", appeals.photo, name="oversight_appeal_photo"),
    path("appeals/<uuid:appeal_id>/<slug:step>", appeals.step, name="oversight_appeal_step"),
]
