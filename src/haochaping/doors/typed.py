"""您写的内容: what somebody wrote stands on the answer to a form that was not taken, though the form is gone from its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import mark_safe

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

# Where the layout of desks keeps a place for it, on the answers to forms alone.
PLACE = mark_safe("<!-- typed -->")


def keep_typed(request: HttpRequest, response: HttpResponse) -> None:
    """Put those words of the sent form that the rendered page does not show where it has `PLACE`."""
    body = response.content.decode()
    lost = [words for words in _words(request.POST) if escape(words) not in body]
    box = render_to_string("workbench/typed.html", {"lost": lost}) if lost else ""
    response.content = body.replace(PLACE, box, 1)


def _words(sent: QueryDict) -> list[str]:
    """What was written by a person: it has a blank, or more than the letters of codes, numbers and marks."""
    values = [value for name in sent for value in sent.getlist(name)]
    return [value for value in values if value.strip() and (not value.isascii() or " " in value.strip())]
