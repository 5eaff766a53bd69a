"""Whoever opens a review page that one of these systems was told of, and taps a level."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.test import Client

from haochaping.reviews.models import Review


def reviewed(address: str, level: str) -> tuple[str, int]:
    """Rate on the page at an address; where the house then believes the review to be from, and its level."""
    page = urlsplit(address).path
    browser = Client(enforce_csrf_checks=True)
    shown = browser.get(page)
    assert (shown.status_code, 'name="level"' in shown.content.decode()) == (200, True), address
    assert browser.post(page, {"level": level}).status_code == 303
    review = Review.objects.get()
    return review.provenance, review.level
