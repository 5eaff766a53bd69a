"""What every page knows about the site it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy

from haochaping.ui.appearance import wants_large_print

if TYPE_CHECKING:
    from django.http import HttpRequest  # noqa: TID251 - a name for the type checker only

THEMES = ("blue", "red")


def site(request: HttpRequest | None) -> dict[str, object]:
    """Context processor: `demo`, `site_name`, `languages` ((code, own name), …), `print_large`, `theme`.

    Without a request (the page for an unexpected error) it answers from the settings alone.
    """
    theme = getattr(settings, "THEME", THEMES[0])
    return {
        "demo": bool(getattr(settings, "DEMO", False)),
        "site_name": getattr(settings, "SITE_NAME", "") or gettext_lazy("Government service reviews"),
        "languages": tuple(settings.LANGUAGES),
        "print_large": request is not None and wants_large_print(request),
        "theme": theme if theme in THEMES else THEMES[0],
    }
