"""待办箱 rules: how often a failed job is tried again; how an error is told without personal data."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

# 3, 9, 27, 81, 243, 729 and 2,187 seconds after a failure: about 55 minutes in all.
MOST_RETRIES = 7
_BASE_SECONDS = 3
_LONGEST = 400
# The folder itself: an installation below /opt/haochaping holds other people's code too.
_PACKAGE = Path(__file__).parents[1]

# What an error quotes or spells out may be somebody's data; names of columns and constraints are not.
_QUOTED = re.compile(r"""(["'`])(?P<inside>.*?)\1""")
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_.]{0,62}")
_DIGITS = re.compile(r"\d{5,}")
_FOREIGN = re.compile(r"[^\x20-\x7e]+")
# Our own sentences name commands between them.
_PLAIN_QUOTES = str.maketrans("“”‘’", "\"\"''")


def wait_seconds(attempts: int) -> int | None:
    """How long a job that has failed `attempts` + 1 times waits; None when it is given up."""
    return None if attempts >= MOST_RETRIES else _BASE_SECONDS ** (attempts + 1)


def described(error: BaseException) -> str:
    """Write an error in one line for the list of dead jobs: kind, sentence, place; personal data masked.

    Only the first line of the sentence is kept (the database puts values into the following ones); quoted
    values, long numbers and characters outside ASCII become “…”, typographic quotation marks plain ones.
    """
    sentence = str(error).partition("\n")[0]
    sentence = _QUOTED.sub(_kept_if_plain, sentence)
    sentence = _FOREIGN.sub("…", _DIGITS.sub("…", sentence.translate(_PLAIN_QUOTES)))
    return f"{type(error).__name__}: {sentence[:_LONGEST]}{_place(error)}"


def _kept_if_plain(quoted: re.Match[str]) -> str:
    return quoted[0] if _PLAIN_NAME.fullmatch(quoted["inside"]) else "…"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    if not ours:
        return ""
    last = ours[-1]
    file = Path(last.filename).relative_to(_PACKAGE.parent).as_posix()
    return f" ({file}:{last.lineno}, {last.name})"
