"""What every page knows about the site it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy

from haochaping.ui.appearance import LOOK, PRINT, chosen

if TYPE_CHECKING:
    from django.http import HttpRequest  # noqa: TID251 - a name for the type checker only

THEMES = ("blue", "red")
LOOKS = (
    ("device", gettext_lazy("As on this device")),
    ("light", gettext_lazy("Light")),
    ("dark", gettext_lazy("Dark")),
    ("contrast", gettext_lazy("High contrast")),
)


def site(request: HttpRequest | None) -> dict[str, object]:
    """Context processor: `demo`, `site_name`, `languages`, `theme`, `print_size`, `look`, `looks`.

    Languages and looks are pairs of code and name. Without a request (the page for an unexpected error) it answers
    from the settings alone.
    """
    theme = getattr(settings, "THEME", THEMES[0])
    return {
        "demo": bool(getattr(settings, "DEMO", False)),
        "site_name": getattr(settings, "SITE_NAME", "") or gettext_lazy("Government service reviews"),
        "languages": tuple(settings.LANGUAGES),
        "print_size": chosen(request, PRINT) if request is not None else "",
        "look": chosen(request, LOOK) if request is not None else "",
        "looks": LOOKS,
        "theme": theme if theme in THEMES else THEMES[0],
    }
