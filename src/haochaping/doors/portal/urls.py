"""Addresses of the citizen's pages."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.portal import (
    again,
    code,
    entrance,
    invitation,
    mine,
    own_data,
    protection,
    status,
    voices,
)

urlpatterns = [
    path("r/<str:token>", invitation.page, name="review"),
    path("r/<str:token>/qr.svg", invitation.qr_code, name="review_qr"),
    path("r/<str:token>/slip", invitation.slip, name="review_slip"),
    path("r/<str:token>/asking", invitation.asking, name="review_asking"),
    path("r/<str:token>/photos/<uuid:photo_id>", invitation.photo, name="review_photo"),
    path("r/<str:token>/follow-up", invitation.follow_up, name="review_follow_up"),
    path(
        "r/<str:token>/follow-up/photos/<uuid:photo_id>",
        invitation.follow_up_photo,
        name="review_follow_up_photo",
    ),
    path("r/<str:token>/follow-up/<slug:form>", invitation.follow_up_form, name="review_follow_up_form"),
    path("r/<str:token>/<slug:form>", invitation.form, name="review_form"),
    path("status/", entrance.status_without_number, name="receipt_asked"),
    path("status/<str:receipt>", status.page, name="status"),
    path("status/<str:receipt>/photos/<uuid:photo_id>", status.photo, name="status_photo"),
    path("status/<str:receipt>/follow-up", status.follow_up, name="status_follow_up"),
    path(
        "status/<str:receipt>/follow-up/photos/<uuid:photo_id>",
        status.follow_up_photo,
        name="status_follow_up_photo",
    ),
    path("status/<str:receipt>/follow-up/<slug:form>", status.follow_up_form, name="status_follow_up_form"),
    path("status/<str:receipt>/<slug:form>", status.form, name="status_form"),
    path("protection/<str:receipt>", protection.page, name="protection"),
    path("again/<str:token>", again.page, name="again"),
    path("again/<str:token>/keys", again.keys, name="again_keys"),
    path("voices/new", voices.new, name="voice_new"),
    path("voices/<str:receipt>", voices.page, name="voice"),
    path("voices/<str:receipt>/photos/<uuid:photo_id>", voices.photo, name="voice_photo"),
    path("voices/<str:receipt>/urge", voices.urge, name="voice_urge"),
    path("voices/<str:receipt>/word", voices.word, name="voice_word"),
    path("my/", entrance.my, name="my"),
    path("my/sign-in", mine.go, name="my_sign_in"),
    path("my/sign-in/back", mine.back, name="my_sign_in_back"),
    path("my/code/send", code.ask, name="my_code_ask"),
    path("my/code", code.enter, name="my_code"),
    path("my/sign-out", mine.leave, name="my_sign_out"),
    path("my/data", own_data.page, name="my_data"),
    path("my/services/<uuid:occurrence_id>", mine.open_service, name="my_service"),
]
