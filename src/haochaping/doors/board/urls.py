"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.board import front, places, samples

urlpatterns = [
    path("", front.front, name="front"),
    path("measures", front.definitions, name="measures"),
    path("samples", samples.page, name="samples"),
    path("samples/<str:code>/<str:month>/<slug:kind>.txt", samples.tickets, name="sample_tickets"),
    path("about", front.about, name="about"),
    path("ui", front.gallery, name="gallery"),
    path("divisions/<str:code>", places.division, name="division"),
    path("agencies/<str:code>", places.agency, name="agency"),
    path("items/<str:code>", places.item, name="item"),
    path("halls/<str:code>", places.hall, name="hall"),
]
