"""What somebody sent as an answer: a picture is shown as one, a file only handed over, whatever a browser would make of it."""

from __future__ import annotations

from django.http import HttpResponse


def photo_response(content: bytes, *, place: str) -> HttpResponse:
    """Answer with a JPEG of ours; `place` names the file when somebody saves it."""
    return _apart(content, "image/jpeg", f'inline; filename="photo-{place}.jpg"')


def handed_over(content: bytes, *, content_type: str, name: str) -> HttpResponse:
    """Answer with a file that is saved and never shown in the page; `name` is one of ours."""
    return _apart(content, content_type, f'attachment; filename="{name}"')


def _apart(content: bytes, content_type: str, disposition: str) -> HttpResponse:
    """With nothing of the site's rights, and kept by nobody on the way."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": disposition,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
