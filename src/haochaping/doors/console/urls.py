"""Addresses of the console, below `/admin/`."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.console import calendar, directory, imports, proposals, rulebook

urlpatterns = [
    path("directory/", directory.rows, name="console_directory"),
    path("directory/<slug:kind>/", directory.rows, name="console_directory_rows"),
    path("directory/<slug:kind>/new", directory.new, name="console_directory_new"),
    path("directory/<slug:kind>/<int:object_id>", directory.row, name="console_directory_row"),
    path("directory/<slug:kind>/<int:object_id>/close", directory.close, name="console_directory_close"),
    path("rulebook/", rulebook.profiles, name="console_rulebook"),
    path("rulebook/place", rulebook.place, name="console_place"),
    path("rulebook/new", rulebook.new_profile, name="console_profile_new"),
    path("rulebook/calendar", calendar.page, name="console_calendar"),
    path("rulebook/profiles/<slug:code>", rulebook.profile, name="console_profile"),
    path("rulebook/profiles/<slug:code>/confirm", rulebook.confirm, name="console_profile_confirm"),
    path("rulebook/proposals/<int:change_id>/<slug:step>", proposals.decide, name="console_proposal"),
    path("import/", imports.choose, name="console_import"),
    path("import/<slug:digest>", imports.look, name="console_import_look"),
    path("import/<slug:digest>/errors.csv", imports.errors, name="console_import_errors"),
]
