"""标准答复: what follows from the reasons of a review, and the texts that a clerk may begin with."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING

from haochaping.kernel.refused import Complaint
from haochaping.rectification.rules.likeness import plain
from haochaping.rectification.terms import (
    GAP_LEFT,
    OWN_WORDS_MISSING,
    Consequence,
    FaultCategory,
    StandardAnswer,
    Urgency,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_STANDARD = tomllib.loads(
    resources.files("haochaping.rectification")
    .joinpath("data/standard_answers.toml")
    .read_text(encoding="utf-8")
)
_FOLLOWS: dict[str, Consequence] = {
    code: Consequence((FaultCategory(row["category"]),), Urgency(row["urgency"]), row["supervised"])
    for row in _STANDARD["consequences"]
    for code in row["codes"]
}
_ANSWERS: dict[str, list[StandardAnswer]] = {}
for _row in _STANDARD["answers"]:
    _words = {name: value for name, value in _row.items() if name != "step"}
    _ANSWERS.setdefault(_row["step"], []).append(StandardAnswer(**_words))

# What a clerk has to fill in; other words in such brackets are nobody's business.
_GAP = re.compile("【[^【】\\n]{1,60}】")
_TEXTS = [text for row in _ANSWERS.values() for answer in row for text in (answer.text, answer.english_text)]
# Where no deadline is known, the day is a gap like the others.
NO_DAY = "【日期】"
_GAPS = frozenset([NO_DAY, *(gap for text in _TEXTS for gap in _GAP.findall(text))])
# What is put in for a name or a day: long enough for the longest name of an agency.
_PUT_IN = re.compile(r"\{[a-z]+\}")
_ANYTHING = ".{0,100}"


def _alone(text: str) -> re.Pattern[str] | None:
    """A text without its gaps, whatever was put in for names and days; None for one that is nothing but gaps."""
    parts = [plain(part) for part in _PUT_IN.split(_GAP.sub("", text))]
    return re.compile(_ANYTHING.join(map(re.escape, parts))) if any(parts) else None


# A text without gaps (please say more) is a whole message by itself.
_ALONE = [alone for text in _TEXTS if _GAP.search(text) and (alone := _alone(text))]

_SET = tomllib.loads(
    resources.files("haochaping.rectification").joinpath("data/set_words.toml").read_text(encoding="utf-8")
)
# The longest first; an English word only as a whole.
_SET_WORDS = re.compile(
    "|".join(
        rf"\b{word}\b" if word.isascii() else word for word in sorted(_SET["words"], key=len, reverse=True)
    ),
    re.ASCII,
)


def consequences_of(codes: Iterable[str]) -> Consequence | None:
    """What follows from the reasons of a review together; None where none of them has a consequence."""
    found = [_FOLLOWS[code] for code in codes if code in _FOLLOWS]
    if not found:
        return None
    return Consequence(
        categories=tuple(dict.fromkeys(one.categories[0] for one in found)),
        urgency=max((one.urgency for one in found), key=list(Urgency).index),
        supervised=any(one.supervised for one in found),
    )


# Of the standard answers a category has one urgency: an order is urgent when one of its categories is.
URGENT_CATEGORIES = frozenset(
    str(row["category"]) for row in _STANDARD["consequences"] if row["urgency"] == Urgency.URGENT
)


def must_be_supervised(codes: Iterable[str]) -> bool:
    """Whether a review with these reasons has to go to supervision, whatever the agency says (108: extra condition)."""
    found = consequences_of(codes)
    return found is not None and found.supervised


def standard_answers(step: str) -> list[StandardAnswer]:
    """The texts that are offered for a step."""
    return list(_ANSWERS.get(step, ()))


def filled(text: str, **facts: str) -> str:
    """A text with what the page knows of the order put in; a gap stays a gap."""
    return text.format_map(facts)


def own_words_complaint(text: str, field: str) -> Complaint | None:
    """What is wrong with a text that was begun with one of ours: a gap that was left, or nothing of one's own."""
    gaps = [gap for gap in dict.fromkeys(_GAP.findall(text)) if gap in _GAPS]
    if gaps:
        return Complaint(GAP_LEFT, field, {"gap": " ".join(gaps)})
    said = plain(text)
    if said and any(pattern.fullmatch(said) for pattern in _ALONE):
        return Complaint(OWN_WORDS_MISSING, field)
    return None


def says_nothing(text: str) -> bool:
    """Whether a text is made of set words only (套话): thanks, promises and that it is done, but not what."""
    return bool(plain(text)) and not any(map(plain, _SET_WORDS.sub(" ", text.casefold()).split()))
