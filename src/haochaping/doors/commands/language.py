"""The language of the command line: taken from the environment, there before Django is.

Commands speak through the standard library's `gettext`, as click does itself, from the catalogue of the pages.
"""

from __future__ import annotations

import gettext
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from haochaping import ui

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHINESE, ENGLISH = "zh_Hans", "en"
# In the order of the standard library: the first that is set decides.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

gettext.bindtextdomain("django", str(Path(str(ui.__file__)).parent / "locale"))
gettext.textdomain("django")


def language_of(environ: Mapping[str, str]) -> str:
    """The language an environment asks for: `CHINESE` or `ENGLISH`; Chinese where it names neither, as on pages."""
    wanted = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    for word in wanted.casefold().split(":"):
        if word.startswith(("zh", "en")):
            return ENGLISH if word.startswith("en") else CHINESE
    return CHINESE


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let commands, and the processes they start, speak `CHINESE` or `ENGLISH` inside."""
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def django_language() -> str:
    """The same language by Django's name, for sentences that pages say too."""
    return "en" if language_of(os.environ) == ENGLISH else "zh-hans"
