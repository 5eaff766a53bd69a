"""Addresses of the workbench, below `/desk/`."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.workbench import installation, order, releases, start

urlpatterns = [
    path("", start.desk, name="desk"),
    path("orders/<uuid:order_id>", order.page, name="desk_order"),
    path("orders/<uuid:order_id>/read", order.read, name="desk_order_read"),
    path("orders/<uuid:order_id>/photos/<uuid:photo_id>", order.photo, name="desk_order_photo"),
    path("orders/<uuid:order_id>/<slug:step>", order.step, name="desk_order_step"),
    path("releases/", releases.page, name="desk_releases"),
    path("releases/<uuid:review_id>/<slug:part>", releases.decide, name="desk_release"),
    path("quarantine/", installation.quarantine, name="desk_quarantine"),
    path("quarantine/retry", installation.retry_all, name="desk_quarantine_retry_all"),
    path("quarantine/<uuid:record_id>", installation.record, name="desk_quarantine_record"),
    path("quarantine/<uuid:record_id>/retry", installation.retry_one, name="desk_quarantine_retry"),
    path("jobs/", installation.jobs, name="desk_jobs"),
    path("jobs/<int:job>/retry", installation.retry_job, name="desk_job_retry"),
]
