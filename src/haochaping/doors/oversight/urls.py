"""Addresses of the oversight pages."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.oversight import samples

urlpatterns = [
    path("samples/", samples.page, name="oversight_samples"),
    path("samples/<uuid:sample_id>", samples.one, name="oversight_sample"),
    path("samples/<uuid:sample_id>/<slug:step>", samples.step, name="oversight_sample_step"),
]
