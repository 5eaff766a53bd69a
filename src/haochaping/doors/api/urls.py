"""Addresses of the machines' door, below `/api/v1/`."""

from __future__ import annotations

from django.urls import path, re_path

from haochaping.doors.api import open_data, orders, quality, reconciliation, views

app_name = "api"
urlpatterns = [
    path("cases", views.take_cases, name="cases"),
    path("reviews", views.take_reviews, name="reviews"),
    path("reviews/<uuid:review_id>", views.review, name="review"),
    path("orders", orders.linked_orders, name="orders"),
    path("orders/<uuid:order_id>/progress", orders.progress, name="progress"),
    path("reconciliation", reconciliation.tell, name="reconciliation"),
    path("measures", views.measures, name="measures"),
    path("data/<slug:name>", open_data.rows, name="data"),
    path("quality/months/<str:month>", quality.months, name="quality_month"),
    path("quality/<str:day>", quality.cards, name="quality"),
    path("quality/<str:day>/rows", quality.rows, name="quality_rows"),
    path("openapi.json", views.openapi, name="openapi"),
    path("docs", views.docs, name="docs"),
    re_path(r"^.*$", views.nothing_here, name="nothing_here"),
]
