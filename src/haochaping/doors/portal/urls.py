"""Addresses of the citizen's pages."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.portal import entrance, invitation, status

urlpatterns = [
    path("r/<str:token>", invitation.page, name="review"),
    path("r/<str:token>/qr.svg", invitation.qr_code, name="review_qr"),
    path("r/<str:token>/slip", invitation.slip, name="review_slip"),
    path("r/<str:token>/photos/<uuid:photo_id>", invitation.photo, name="review_photo"),
    path("r/<str:token>/<slug:form>", invitation.form, name="review_form"),
    path("status/<str:receipt>", status.page, name="status"),
    path("status/<str:receipt>/photos/<uuid:photo_id>", status.photo, name="status_photo"),
    path("status/<str:receipt>/<slug:form>", status.form, name="status_form"),
    path("my/", entrance.my, name="my"),
]
