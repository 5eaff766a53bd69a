"""Addresses of the demo, below `/demo/`; mounted only in demo mode."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.demo import views

urlpatterns = [
    path("", views.walk, name="demo"),
    path("phone/", views.phone, name="demo_phone"),
    path("case/", views.new_case, name="demo_case"),
]
