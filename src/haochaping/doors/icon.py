"""`/favicon.ico`: browsers ask for it beside answers that are no page of ours and name no icon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from haochaping.doors.gate import public

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@public(database=False)
@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Lead to the icon that the pages name."""
    answer = redirect(static("ui/icon.svg"))
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer
