"""A photograph as an answer: shown as a picture, whatever a browser would like to make of it; kept by nobody."""

from __future__ import annotations

from django.http import HttpResponse


def photo_response(content: bytes, *, place: str) -> HttpResponse:
    """Answer with a JPEG of ours; `place` names the file when somebody saves it."""
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers={
            "Content-Disposition": f'inline; filename="photo-{place}.jpg"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
