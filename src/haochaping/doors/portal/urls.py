"""Addresses of the citizen's pages."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.portal import code, entrance, invitation, mine, status

urlpatterns = [
    path("r/<str:token>", invitation.page, name="review"),
    path("r/<str:token>/reasons", invitation.reasons, name="review_reasons"),
    path("r/<str:token>/withdraw", invitation.withdraw, name="review_withdraw"),
    path("r/<str:token>/message", invitation.message, name="review_message"),
    path("r/<str:token>/qr.svg", invitation.qr_code, name="review_qr"),
    path("r/<str:token>/slip", invitation.slip, name="review_slip"),
    path("status/<str:receipt>", status.page, name="status"),
    path("status/<str:receipt>/reasons", status.reasons, name="status_reasons"),
    path("status/<str:receipt>/withdraw", status.withdraw, name="status_withdraw"),
    path("status/<str:receipt>/message", status.message, name="status_message"),
    path("my/", entrance.my, name="my"),
    path("my/sign-in", mine.go, name="my_sign_in"),
    path("my/sign-in/back", mine.back, name="my_sign_in_back"),
    path("my/code/send", code.ask, name="my_code_ask"),
    path("my/code", code.enter, name="my_code"),
    path("my/sign-out", mine.leave, name="my_sign_out"),
    path("my/services/<uuid:occurrence_id>", mine.open_service, name="my_service"),
]
