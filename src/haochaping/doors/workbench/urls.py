"""Addresses of the workbench, below `/desk/`."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.workbench import appeals, installation, openings, order, releases, start

urlpatterns = [
    path("", start.desk, name="desk"),
    path("orders/<uuid:order_id>", order.page, name="desk_order"),
    path("orders/<uuid:order_id>/read", order.read, name="desk_order_read"),
    path("orders/<uuid:order_id>/photos/<uuid:photo_id>", order.photo, name="desk_order_photo"),
    path("orders/<uuid:order_id>/<slug:step>", order.step, name="desk_order_step"),
    path("releases/", releases.page, name="desk_releases"),
    path("releases/<uuid:review_id>/<slug:part>", releases.decide, name="desk_release"),
    path("openings/", openings.page, name="desk_openings"),
    path("openings/new", openings.new, name="desk_opening_new"),
    path("openings/<uuid:request_id>", openings.one, name="desk_opening"),
    path("openings/<uuid:request_id>/<slug:step>", openings.decide, name="desk_opening_step"),
    path("appeals/", appeals.page, name="desk_appeals"),
    path("appeals/new/<uuid:order_id>", appeals.new, name="desk_appeal_new"),
    path("appeals/<uuid:appeal_id>", appeals.one, name="desk_appeal"),
    path("appeals/<uuid:appeal_id>/photos/<uuid:photo_id>", appeals.photo, name="desk_appeal_photo"),
    path("appeals/<uuid:appeal_id>/<slug:step>", appeals.step, name="desk_appeal_step"),
    path("quarantine/", installation.quarantine, name="desk_quarantine"),
    path("quarantine/retry", installation.retry_all, name="desk_quarantine_retry_all"),
    path("quarantine/<uuid:record_id>", installation.record, name="desk_quarantine_record"),
    path("quarantine/<uuid:record_id>/retry", installation.retry_one, name="desk_quarantine_retry"),
    path("quarantine/<uuid:record_id>/discard", installation.discard, name="desk_quarantine_discard"),
    path("jobs/", installation.jobs, name="desk_jobs"),
    path("jobs/<int:job>/retry", installation.retry_job, name="desk_job_retry"),
]
