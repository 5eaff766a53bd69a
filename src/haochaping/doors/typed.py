"""您写的内容: what somebody wrote stands on the answer to a form that was not taken, though the form is gone from its page.

What was written when people had to show first that it is them waits in their session, and stands in its form again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import mark_safe

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse, QueryDict

# Where the layout of desks keeps a place for it, on the answers to forms alone.
PLACE = mark_safe("<!-- typed -->")
_WAITS = "typed.waits"
# Never kept anywhere: the fields of new passwords (doors/console/forms.py).
_SECRET = frozenset({"password", "again"})
# Forms as our own templates write them: what is typed is escaped there, so that no value ends a tag.
_FORM = re.compile(r"<form\b(?P<tag>[^>]*)>.*?</form>", re.DOTALL)
_ACTION = re.compile(r'\baction="(?P<address>[^"]*)"')
_AREA = re.compile(
    r'(?P<tag><textarea\b[^>]*\bname="(?P<name>[^"]+)"[^>]*>).*?(?P<end></textarea>)', re.DOTALL
)
_LINE = re.compile(
    r'<input\b(?![^>]*\btype="(?!text"))(?![^>]*\bvalue="[^"])[^>]*\bname="(?P<name>[^"]+)"[^>]*>'
)
_EMPTY = ' value=""'


def keep_typed(request: HttpRequest, response: HttpResponse) -> None:
    """Put those words of the sent form that the rendered page does not show where it has `PLACE`."""
    body = response.content.decode()
    lost = [value for _, value in _words(request.POST) if escape(value) not in body]
    response.content = body.replace(PLACE, _box(lost=lost), 1)


def waiting(request: HttpRequest) -> dict[str, object] | None:
    """What the sent form says in words, to be laid into the session (`lay_by`); None when it says nothing."""
    words = [(name, value) for name, value in _words(request.POST) if name not in _SECRET]
    return {"by": str(request.user.pk), "address": request.path, "words": words} if words else None


def lay_by(request: HttpRequest, kept: dict[str, object] | None) -> None:
    """Keep it until whoever wrote it has confirmed: in the session at the server, in no address and no log."""
    if kept is not None:
        request.session[_WAITS] = kept


def is_laid_by(request: HttpRequest) -> bool:
    """Whether something waits that the asker wrote themselves."""
    return bool(request.session.get(_WAITS, {}).get("by") == str(request.user.pk))


def give_back(request: HttpRequest, response: HttpResponse) -> None:
    """Put what waits into its form on the rendered page, and where that form is not, into `PLACE`; then forget it."""
    kept = request.session.pop(_WAITS)
    body = _filled(response.content.decode(), str(kept["address"]), dict(kept["words"]), here=request.path)
    lost = [value for _, value in kept["words"] if escape(value) not in body]
    response.content = body.replace(PLACE, _box(lost=lost, back=len(lost) < len(kept["words"])), 1)


def _box(*, lost: list[str], back: bool = False) -> str:
    return render_to_string("workbench/typed.html", {"lost": lost, "back": back}) if lost or back else ""


def _filled(body: str, address: str, words: dict[str, str], *, here: str) -> str:
    def field(make: Callable[[re.Match[str], str], str]) -> Callable[[re.Match[str]], str]:
        return lambda found: make(found, escape(words[found["name"]])) if found["name"] in words else found[0]

    def form(found: re.Match[str]) -> str:
        action = _ACTION.search(found["tag"])
        if (action["address"] if action else here) != address:
            return found[0]
        filled = _AREA.sub(field(lambda one, text: f"{one['tag']}\n{text}{one['end']}"), found[0])
        filled = _LINE.sub(field(_with_value), filled)
        return filled if filled == found[0] else filled.replace("<details>", "<details open>")

    return _FORM.sub(form, body)


def _with_value(line: re.Match[str], text: str) -> str:
    return f'{line[0].replace(_EMPTY, "")[:-1]} value="{text}">'


def _words(sent: QueryDict) -> list[tuple[str, str]]:
    """What was written by a person: it has a blank, or more than the letters of codes, numbers and marks."""
    values = [(name, value) for name in sent for value in sent.getlist(name)]
    return [one for one in values if one[1].strip() and (not one[1].isascii() or " " in one[1].strip())]
