"""Addresses of oversight, below `/oversight/`."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.oversight import (
    appeals,
    dispatch,
    figures,
    measures,
    proposals,
    quality,
    reports,
    samples,
    signals,
    start,
    supervision,
    urgings,
    voices,
)

urlpatterns = [
    path("", start.page, name="oversight"),
    path("orders", start.orders, name="oversight_orders"),
    path("figures/", figures.page, name="oversight_figures"),
    path("figures/table.csv", figures.table_csv, name="oversight_figures_csv"),
    path("figures/rows", figures.rows, name="oversight_figure_rows"),
    path("figures/rows.csv", figures.rows_csv, name="oversight_figure_rows_csv"),
    path("quality/", quality.page, name="oversight_quality"),
    path("quality/rules", quality.rules, name="oversight_quality_rules"),
    path("quality/sources/<str:source>", quality.one, name="oversight_quality_source"),
    path("signals/", signals.page, name="oversight_signals"),
    path("supervision/", supervision.page, name="oversight_supervisions"),
    path("supervision/new", supervision.new, name="oversight_supervision_new"),
    path("supervision/<uuid:supervision_id>", supervision.one, name="oversight_supervision"),
    path(
        "supervision/<uuid:supervision_id>/<slug:step>", supervision.step, name="oversight_supervision_step"
    ),
    path("proposals/", proposals.page, name="oversight_proposals"),
    path("proposals/<uuid:proposal_id>", proposals.one, name="oversight_proposal"),
    path("proposals/<uuid:proposal_id>/decision", proposals.decide, name="oversight_proposal_decide"),
    path("proposals/<uuid:proposal_id>/<slug:step>", measures.step, name="oversight_proposal_step"),
    path("measures/new/<uuid:order_id>", measures.new, name="oversight_measure_new"),
    path("dispatch/", dispatch.page, name="oversight_dispatch"),
    path("dispatch/simulate", dispatch.simulate, name="oversight_dispatch_simulate"),
    path("dispatch/orders/<uuid:order_id>", dispatch.send, name="oversight_dispatch_send"),
    path("dispatch/<int:rule_id>/withdraw", dispatch.withdraw, name="oversight_dispatch_withdraw"),
    path("urgings/", urgings.page, name="oversight_urgings"),
    path("urgings/new", urgings.new, name="oversight_urging_new"),
    path("urgings/<uuid:urging_id>", urgings.one, name="oversight_urging"),
    path("urgings/<uuid:urging_id>/answer", urgings.answer, name="oversight_urging_answer"),
    path("reports/", reports.page, name="oversight_reports"),
    path("reports/<uuid:report_id>", reports.one, name="oversight_report"),
    path("reports/<uuid:report_id>/<slug:step>", reports.step, name="oversight_report_step"),
    path("voices/", voices.page, name="oversight_voices"),
    path("voices/<uuid:complaint_id>", voices.one, name="oversight_voice"),
    path("voices/<uuid:complaint_id>/photos/<uuid:photo_id>", voices.photo, name="oversight_voice_photo"),
    path("voices/<uuid:complaint_id>/<slug:step>", voices.step, name="oversight_voice_step"),
    path("samples/", samples.page, name="oversight_samples"),
    path("samples/<uuid:sample_id>", samples.one, name="oversight_sample"),
    path("samples/<uuid:sample_id>/<slug:step>", samples.step, name="oversight_sample_step"),
    path("appeals/", appeals.page, name="oversight_appeals"),
    path("appeals/<uuid:appeal_id>", appeals.one, name="oversight_appeal"),
    path("appeals/<uuid:appeal_id>/photos/<uuid:photo_id>", appeals.photo, name="oversight_appeal_photo"),
    path("appeals/<uuid:appeal_id>/<slug:step>", appeals.step, name="oversight_appeal_step"),
]
