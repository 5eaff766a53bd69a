"""Addresses of the public pages."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.board import (
    comparison,
    exports,
    front,
    halls,
    open_data,
    places,
    policies,
    profile,
    publication,
    reasons,
    samples,
    screen,
    search,
    stream,
)

urlpatterns = [
    path("", front.front, name="front"),
    path("screen", screen.everywhere, name="screen"),
    path("screen/events", screen.everywhere_events, name="screen_events"),
    path("reviews", stream.page, name="reviews"),
    path("reasons", reasons.page, name="hot_reasons"),
    path("search", search.page, name="search"),
    path("policies", policies.policies, name="policies"),
    path("how-to-rate", policies.how_to_rate, name="how_to_rate"),
    path("reviews.atom", stream.feed, name="review_feed"),
    path("measures", front.definitions, name="measures"),
    path("samples", samples.page, name="samples"),
    path("samples/<str:code>/<str:month>/<slug:kind>.txt", samples.tickets, name="sample_tickets"),
    path("data", open_data.page, name="data"),
    path("data/dictionary.json", open_data.dictionary, name="data_dictionary"),
    path("data/<str:edition>/<str:name>", open_data.file, name="data_file"),
    path("about", front.about, name="about"),
    path("ui", front.gallery, name="gallery"),
    path("divisions/<str:code>", places.division, name="division"),
    path("divisions/<str:code>/publication", publication.page, name="publication"),
    path("divisions/<str:code>/comparison", comparison.division, name="division_comparison"),
    path("divisions/<str:code>/halls", halls.page, name="division_halls"),
    path("divisions/<str:code>/screen", screen.division, name="division_screen"),
    path("divisions/<str:code>/screen/events", screen.division_events, name="division_screen_events"),
    path("agencies/<str:code>", places.agency, name="agency"),
    path("items/<str:code>", places.item, name="item"),
    path("halls/<str:code>", places.hall, name="hall"),
    path("divisions/<str:code>/profile", profile.division, name="division_profile"),
    path("agencies/<str:code>/profile", profile.agency, name="agency_profile"),
    path("items/<str:code>/profile", profile.item, name="item_profile"),
    path("halls/<str:code>/profile", profile.hall, name="hall_profile"),
    path("divisions/<str:code>/measures.<slug:form>", exports.division, name="division_file"),
    path("agencies/<str:code>/measures.<slug:form>", exports.agency, name="agency_file"),
    path("items/<str:code>/measures.<slug:form>", exports.item, name="item_file"),
    path("halls/<str:code>/measures.<slug:form>", exports.hall, name="hall_file"),
]
