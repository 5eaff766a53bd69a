"""Names of persons in Chinese text.

No list holds all of them. A name begins with a family's character; how likely one is there is weighed by what stands
before it (叫, 窗口的, 找), behind it (科长, 态度, a comma), by the characters of the given name, and against it by words of
every day that begin or end with that character (高兴, 提高). What reaches `_ENOUGH` is a name. Of several lengths the most
likely is taken, of equal ones the longest.

The cost is bounded for each character: nothing looks farther than a dozen characters to either side.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from haochaping.publicity.redaction import name_words as words
from haochaping.publicity.redaction.spans import HIDDEN, Span
from haochaping.publicity.terms import PersonalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENOUGH = 3
_LOOK_BACK = 10

_FAMILY = re.compile("|".join([*sorted(words.COMPOUND), f"[{''.join(sorted(words.FAMILIES))}]"]))
# What may stand between a word that announces a name and the name; 姓名是：王芳.
_SIGNS = "：:、“”\"'‘（(【[|/ \u3000\t\n"
_VERBS = "是为叫"
_NO_FAMILY_FOLLOWS = ("百姓", "贵姓", "喊叫")
_AND = re.compile(r"[、和与及跟同或/；;\s]{1,2}")
_TITLE = re.compile(words.TITLES)
_IN_OFFICE = re.compile(words.IN_OFFICE)
_KIN = re.compile(words.KIN)
_OFFICE = re.compile(
    rf"(?:{words.OFFICES})(?![一-龥])|(?:{words.OFFICES})(?=[{''.join(sorted(words.BEHIND - set('长部的')))}])"
)
_NO_PERSON = re.compile(words.NO_PERSON)
_PERSONS = frozenset("人员者")
_SPOKEN_TO = re.compile(
    r"[^，。,.！!？?]{0,2}(?:反映|投诉|反应|汇报|请示|请求|咨询|提出|说明|问|告|要|报告|求)"
)
_PREPOSITIONS = frozenset("向于")
_CALLED = frozenset("小老阿")
# What a title and a form of address behind a name weigh, and what rules one out.
_TITLED, _ADDRESSED, _IMPOSSIBLE = 4, 3, -99
# Behind these a family may stand alone: 3号窗：徐，.
_POSTS = frozenset("窗口号岗人员")
# What ends so is a place: 云川省.
_PLACES = frozenset("省市县区镇乡村路街")
_NONE = words.Word(frozenset(), frozenset())


def names_in(text: str) -> Iterator[Span]:
    """Names of one to four characters and what stands for one: 王 in 王科长, 小李; in order."""
    last = -1
    for family in _FAMILY.finditer(text):
        if family.start() < last or _leads_to_name(text, family):
            continue
        follows = last >= 0 and _AND.fullmatch(text, last, family.start()) is not None
        if found := _name(text, family.start(), family.end(), follows=follows):
            last = found[1]
            yield Span(*found, PersonalKind.OFFICIAL if _is_in_office(text, *found) else PersonalKind.NAME)


def _leads_to_name(text: str, family: re.Match[str]) -> bool:
    """Whether a preposition stands before a name and does not begin one: 向 in 向张丽华道歉."""
    if family[0] not in _PREPOSITIONS or text[family.end() : family.end() + 1] not in words.FAMILIES:
        return False
    return _name(text, family.end(), family.end() + 1, follows=False) is not None


def _name(text: str, start: int, given: int, *, follows: bool) -> tuple[int, int] | None:
    """The likeliest name whose family stands from `start` to `given`, if one is likely enough."""
    before = _before(text, start, follows=follows)
    weight, end = max(
        (_weight(text, start, given, end, before), end) for end in (given, given + 1, given + 2)
    )
    if weight < _ENOUGH:
        return None
    return start - (end == given and _is_called(text, start)), end


def _is_in_office(text: str, start: int, end: int) -> bool:
    """Whether the office stands beside the name: 王科长, 窗口的王芳."""
    if _IN_OFFICE.match(text, end) or _OFFICE.match(text, end):
        return True
    before = text[max(0, start - _LOOK_BACK) : start].rstrip(_SIGNS + _VERBS).removesuffix("的")
    return _ends(before, words.POSTS) or before.endswith(("人员", "办事员"))


class _Before(NamedTuple):
    weight: int
    named: bool
    """Whether it was said that a name follows."""


def _before(text: str, start: int, *, follows: bool) -> _Before:
    back = text[max(0, start - _LOOK_BACK) : start]
    said = back.rstrip(_SIGNS)
    about = said.rstrip(_SIGNS + _VERBS)
    if (_ends(said, words.NAMED) or _ends(about, words.NAMED)) and not said.endswith(_NO_FAMILY_FOLLOWS):
        return _Before(4, named=True)
    about = about.removesuffix("的")
    if follows or _ends(about, words.ROLES) or about[-1:] in _PERSONS:
        return _Before(2, named=True)
    if _ends(said, words.DEALINGS):
        return _Before(2, named=False)
    begins = not back or not (back[-1].isalnum() or back[-1] == HIDDEN[-1])
    return _Before(int(begins or _ends(said, words.LEADING)), named=False)


def _ends(text: str, cues: frozenset[str]) -> bool:
    return text[-1:] in cues or text[-2:] in cues or text[-3:] in cues or text[-4:] in cues


def _weight(text: str, start: int, given: int, end: int, before: _Before) -> int:
    """How likely a name of just this length is; far below nothing where it is impossible."""
    if end > len(text) or not all(map(_may_be_given, text[given:end])):
        return _IMPOSSIBLE
    if end > given and text[end - 1] in _PLACES and not before.named:
        return _IMPOSSIBLE
    if end == given:
        return (
            before.weight
            - _doubt(text, start, given, 2, before)
            + _weight_of_family(text, start, end, before)
        )
    usual = sum(map(words.GIVEN.__contains__, text[given:end])) + (given - start > 1)
    fits = usual > 1 or text[given:end] in words.ALONE
    doubt = _doubt(text, start, given, 1, before)
    if text[given] in words.ORDINARY.get(text[start], _NONE).behind:
        doubt += 3 - (usual > 1)
    return before.weight + usual + fits + _behind(text, end) - doubt


def _weight_of_family(text: str, start: int, end: int, before: _Before) -> int:
    """What speaks for a family without a given name: a title behind it, 小 before it, or that it was asked for."""
    behind = _behind(text, end)
    if behind >= _ADDRESSED:
        is_word = behind == _ADDRESSED and text[end] in words.ORDINARY.get(text[start], _NONE).behind
        return _IMPOSSIBLE if is_word or _is_preposition(text, start, end) else behind
    if _is_called(text, start):
        return 3 + behind - (text[start:end] not in words.FREQUENT)
    if text[start - 1 : start] == "姓" and before.named:
        return behind
    said = text[max(0, start - _LOOK_BACK) : start].rstrip(_SIGNS)
    alone = said[-1:] in _POSTS and (text[start] in words.FREQUENT or text[start - 1] != said[-1])
    return behind if before.weight > 1 and alone and not _is_chinese(text, end) else _IMPOSSIBLE


def _doubt(text: str, start: int, given: int, if_doubtful: int, before: _Before) -> int:
    """How much speaks against a family: that it is a word of every sentence, or ends one with the character before it."""
    if given - start > 1:
        return 0
    doubt = (if_doubtful + (before.weight == 0)) * (text[start] in words.DOUBTFUL)
    if start == 0 or before.named:
        return doubt
    last = text[start - 1]
    ends = last in words.ORDINARY.get(text[start], _NONE).before or (
        last.isdigit() and text[start] in words.MEASURES
    )
    return doubt + 3 * ends


def _behind(text: str, end: int) -> int:
    if _TITLE.match(text, end):
        return _TITLED
    if _KIN.match(text, end) or _OFFICE.match(text, end):
        return _ADDRESSED
    if _NO_PERSON.match(text, end):
        return -4
    return int(not _is_chinese(text, end) or text[end] in words.BEHIND)


def _is_preposition(text: str, start: int, end: int) -> bool:
    """Whether 向 stands before somebody to whom something is told: 向主任反映."""
    return text[start] in _PREPOSITIONS and _SPOKEN_TO.match(text, end) is not None


def _is_called(text: str, start: int) -> bool:
    return start > 0 and text[start - 1] in _CALLED


def _may_be_given(character: str) -> bool:
    return "一" <= character <= "龥" and character not in words.NOT_GIVEN


def _is_chinese(text: str, at: int) -> bool:
    """Whether a word goes on there; a mark of something hidden counts as one, so that hiding it makes no name likelier."""
    return at < len(text) and ("一" <= text[at] <= "龥" or text[at] == HIDDEN[0])
