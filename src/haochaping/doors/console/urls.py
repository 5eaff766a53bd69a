"""Addresses of the console, below `/admin/`."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.console.site import site

urlpatterns = [path("", site.urls)]
