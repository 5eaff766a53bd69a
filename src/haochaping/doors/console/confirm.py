"""A second look before something that binds others: what was typed, shown once more, with one button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from haochaping.doors.desk import desk_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.forms import Form
    from django.http import HttpRequest, HttpResponse

_SAID = "confirmed"


def done(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Act where the form comes from the page that asked, else only try it and take it back; whether it was done.

    What is refused is refused before anybody is asked.
    """
    confirmed = request.POST.get(_SAID) == "yes"
    with transaction.atomic():
        act()
        transaction.set_rollback(not confirmed)
    return confirmed


def ask(request: HttpRequest, form: Form, *, title: str, here: str, back: str) -> HttpResponse:
    """Show what was typed in a valid form; its button sends the same to the same address, confirmed."""
    chosen = {name: dict(getattr(form.fields[name], "choices", ())) for name in form.fields}
    typed = {name: form[name].data or "" for name in form.fields}
    context = {
        "title": title,
        "back": back,
        "typed": [(form[name].label, chosen[name].get(value, value)) for name, value in typed.items()],
        "hidden": typed.items(),
    }
    return desk_page(request, "console/confirm.html", context, here=here)
