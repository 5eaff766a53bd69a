"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.board import front, open_data, places, samples

urlpatterns = [
    path("", front.front, name="front"),
    path("measures", front.definitions, name="measures"),
    path("samples", samples.page, name="samples"),
    path("samples/<str:code>/<str:month>/<slug:kind>.txt", samples.tickets, name="sample_tickets"),
    path("data", open_data.page, name="data"),
    path("data/dictionary.json", open_data.dictionary, name="data_dictionary"),
    path("data/<str:edition>/<str:name>", open_data.file, name="data_file"),
    path("about", front.about, name="about"),
    path("ui", front.gallery, name="gallery"),
    path("divisions/<str:code>", places.division, name="division"),
    path("agencies/<str:code>", places.agency, name="agency"),
    path("items/<str:code>", places.item, name="item"),
]
