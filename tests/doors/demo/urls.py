"""The demo's pages, which the settings of the tests leave out: beside the whole house and beside each face."""

from __future__ import annotations

from django.urls import include, path

from haochaping.config.urls import EVERYWHERE, MACHINES, PUBLIC, STAFF

DEMO = path("demo/", include("haochaping.doors.demo.urls"))

urlpatterns = (*EVERYWHERE, *PUBLIC, *STAFF, *MACHINES, DEMO)
public = (*EVERYWHERE, *PUBLIC, DEMO)
staff = (*EVERYWHERE, *STAFF, *MACHINES, DEMO)
