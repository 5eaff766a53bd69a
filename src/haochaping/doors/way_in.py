"""How somebody came to a page that asks for a rating."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haochaping.reviews.terms import ReviewChannel

if TYPE_CHECKING:
    from django.http import HttpRequest

VIA = {"qr": ReviewChannel.QR_CODE, "sms": ReviewChannel.SMS}


def channel_of(request: HttpRequest) -> ReviewChannel:
    """How the answer came: a QR code and a text message say so themselves, phones say it in their name."""
    if via := VIA.get(request.POST.get("via", "")):
        return via
    browser = request.headers.get("User-Agent", "")
    return (
        ReviewChannel.MOBILE
        if any(word in browser for word in ("Mobile", "Android", "HarmonyOS"))
        else ReviewChannel.PC
    )
