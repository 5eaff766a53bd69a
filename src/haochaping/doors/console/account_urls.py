"""Addresses of accounts and sessions, below `/account/`."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.console import audit, clients, entrance, hotlines, people, sessions, webhooks

urlpatterns = [
    path("sign-in", entrance.go, name="staff_sign_in"),
    path("sign-in/back", entrance.back, name="staff_sign_in_back"),
    path("link/<str:token>", entrance.link, name="account_link"),
    path("sessions", sessions.page, name="account_sessions"),
    path("sessions/end", sessions.end, name="account_sessions_end"),
    path("people/", people.everybody, name="account_people"),
    path("people/<int:user_id>", people.page, name="account_person"),
    path("people/<int:user_id>/<slug:step>", people.take_step, name="account_person_step"),
    path("clients/", clients.everyone, name="account_clients"),
    path("clients/<int:client_id>", clients.page, name="account_client"),
    path("clients/<int:client_id>/revoke", clients.revoke, name="account_client_revoke"),
    path("webhooks/", webhooks.everyone, name="account_webhooks"),
    path("webhooks/<uuid:endpoint_id>/close", webhooks.close, name="account_webhook_close"),
    path("hotlines/", hotlines.everyone, name="account_hotlines"),
    path("hotlines/<uuid:link_id>/<slug:step>", hotlines.step, name="account_hotline_step"),
    path("audit/", audit.page, name="account_audit"),
    path("audit/export", audit.export, name="account_audit_export"),
    path("audit/subject", audit.subject, name="account_audit_subject"),
]
