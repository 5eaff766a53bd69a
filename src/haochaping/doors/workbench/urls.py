"""Addresses of the workbench, below `/desk/`."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.workbench import (
    installation,
    openings,
    order,
    projects,
    releases,
    start,
    taken_up,
    voices,
)

urlpatterns = [
    path("", start.desk, name="desk"),
    path("orders/<uuid:order_id>", order.page, name="desk_order"),
    path("orders/<uuid:order_id>/read", order.read, name="desk_order_read"),
    path("orders/<uuid:order_id>/photos/<uuid:photo_id>", order.photo, name="desk_order_photo"),
    path("orders/<uuid:order_id>/project", projects.add, name="desk_order_project"),
    path("orders/<uuid:order_id>/project/new", projects.new, name="desk_project_new"),
    path("projects/", projects.page, name="desk_projects"),
    path("projects/<uuid:project_id>", projects.one, name="desk_project"),
    path("projects/<uuid:project_id>/tasks/<int:place>", projects.tick, name="desk_project_task"),
    path("projects/<uuid:project_id>/change", projects.change, name="desk_project_change"),
    path("projects/<uuid:project_id>/close", projects.close, name="desk_project_close"),
    path("orders/<uuid:order_id>/<slug:step>", order.step, name="desk_order_step"),
    path("voices/", voices.page, name="desk_voices"),
    path("voices/reviews/", taken_up.page, name="desk_good_reviews"),
    path("voices/reviews/<uuid:review_id>", taken_up.one, name="desk_good_review"),
    path("voices/<uuid:voice_id>", voices.one, name="desk_voice"),
    path("voices/<uuid:voice_id>/transfer", voices.transfer, name="desk_voice_transfer"),
    path("voices/<uuid:voice_id>/<slug:step>", voices.step, name="desk_voice_step"),
    path("releases/", releases.page, name="desk_releases"),
    path("releases/<uuid:review_id>/<slug:part>", releases.decide, name="desk_release"),
    path("openings/", openings.page, name="desk_openings"),
    path("openings/new", openings.new, name="desk_opening_new"),
    path("openings/<uuid:request_id>", openings.one, name="desk_opening"),
    path("openings/<uuid:request_id>/<slug:step>", openings.decide, name="desk_opening_step"),
    path("quarantine/", installation.quarantine, name="desk_quarantine"),
    path("quarantine/retry", installation.retry_all, name="desk_quarantine_retry_all"),
    path("quarantine/<uuid:record_id>", installation.record, name="desk_quarantine_record"),
    path("quarantine/<uuid:record_id>/retry", installation.retry_one, name="desk_quarantine_retry"),
    path("quarantine/<uuid:record_id>/discard", installation.discard, name="desk_quarantine_discard"),
    path("jobs/", installation.jobs, name="desk_jobs"),
    path("jobs/<int:job>/retry", installation.retry_job, name="desk_job_retry"),
]
