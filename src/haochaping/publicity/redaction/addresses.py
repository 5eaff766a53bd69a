"""Addresses: what leads to a door. A road, a village or an estate alone is none; with a number, or where somebody lives, it is.

They are sought from their ends (路, 小区, 村 with a number behind it), then read to the left as far as a name of a place goes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from haochaping.publicity.redaction.spans import Span
from haochaping.publicity.terms import PersonalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_N = r"(?:附?[0-9０-９A-Za-z]{1,6}|[一二三四五六七八九十百零〇两廿]{1,5}|[甲乙丙丁]|＊＊＊)"
# What follows 号, where it counts something else than a house.
_NO_HOUSE = r"(?!窗|柜|岗|桌|机|台|线|厅|文|令|公告|登机|发|那天|之?[前后]|[上下]午|[早晚]|以|才|来|去|开|到|通知|工作|办事|员)"
_UNIT = rf"(?:号院|号楼|号附?|弄|幢|栋|座|单元|楼|层|室|户|门|组|队|社|巷|排|区|期|院|#){_NO_HOUSE}"
_REST = rf"(?:[,，、\s\-－—]?{_N}(?:{_UNIT}|[\-－—](?={_N}))[东西南北中]?户?){{0,7}}(?:{_N}(?:室|号)?|[东西南北中]户)?"
_DASHED = r"[0-9０-９]{1,4}[\-－—][0-9０-９]{1,4}(?:[\-－—][0-9０-９]{1,4})?"

# A road, or what else has houses with numbers.
_ROAD = re.compile(
    r"(?:路|街|大道|巷|弄|胡同|道|村|里|坊|庄|屯|寨|园|苑|院|坪|城|新村|社区)(?:[东西南北中]+段|[一二三四五六七八九十]段)?"
    rf"\s?{_N}(?:号院|号楼|号附?|弄|院){_NO_HOUSE}{_REST}"
)
_ESTATE = re.compile(
    r"(?:小区|花园|家园|公寓|新[村城]|社区|山庄|名都|华府|雅居|大厦|广场|里|坊|园|苑|湾|城|府|庭|居|院|村|寓|墅)"
    rf"(?:[东西南北中]?[区苑院]|{_N}[区期])?\s?(?:{_N}(?:栋|幢|座|号楼|单元|室|#|组|门|排)|{_DASHED}){_NO_HOUSE}{_REST}"
)
_VILLAGE = re.compile(
    r"(?:[村屯寨庄湾沟坪坝堡营塘岭]|社区)(?:委会)?"
    rf"(?:{_N}(?:村民小组|组|社|队|屯|号|户)(?!长|员|织|委|会|伍){_REST}|村民小组|村?委会(?:旁边|隔壁|对面|后面|附近)[一-龥]{{0,4}})"
)
_ROOM = re.compile(
    rf"{_N}(?:栋|幢|座|号楼)\s?{_N}(?:单元|门)(?:{_N}(?:室|号|楼)?)?|{_N}单元\s?{_N}(?:室|号|楼)|{_N}(?:栋|幢)\s?{_N}室"
)
# A division within another: nobody says both but to say where.
_CHAIN = re.compile(
    r"(?:[镇乡县]|街道|[省市区])(?=[一-龥]{2,5}(?:[镇乡村]|街道|社区|小区|[路街巷里]))[一-龥]{2,5}?(?:[镇乡](?![一-龥]{1,4}村)|村|街道|社区|小区|[路街巷])"
    rf"{_REST}"
)
_LIVES = re.compile(
    r"(?:家?住在?|住址|地址|居住(?:地|在)?|户籍(?:地|在)?|户口(?:在|地)|家在|家住|老家在?|房子在|搬(?:到|去|至)|租住|暂住|租在|租的"
    r"|寄(?:到|往|给)|邮寄(?:到|至|地址)|送到家)(?:[是为在:：]|\s){0,3}"
    r"([一-龥0-9０-９\-－—]{2,24}?(?:省|市|县|区|镇|乡|街道|村|路|街|巷|弄|胡同|小区|花园|家园|公寓|苑|社区|新城|里弄|寨|屯|组|社)"
    rf"{_REST})"
)
# A place's name does not hold these; it begins behind the last of them.
_NO_PLACE = frozenset(
    "的了在是住从往于到和与及对把被叫给让有说请送寄搬要跑去找问就又也都还不没我你他她它们这那哪个位过着吗呢吧啊为将因所以但而且或者"
    "电话址收看见等办"
)
_AND_IN_NAME = re.compile("[和为][平顺谐睦美润安兴民]")
_FARTHEST = 24


def addresses_in(text: str) -> Iterator[Span]:
    """Addresses down to a house, a group of a village or a room, and where somebody says that they live; unordered."""
    for pattern in (_ROAD, _ESTATE, _VILLAGE, _CHAIN):
        for match in pattern.finditer(text):
            start = _begins(text, match.start())
            if start < match.start():
                yield Span(start, match.end(), PersonalKind.ADDRESS)
    for match in _ROOM.finditer(text):
        yield Span(*match.span(), PersonalKind.ADDRESS)
    for match in _LIVES.finditer(text):
        place = match.group(1)
        if not _NO_PLACE.intersection(place[:2]):
            yield Span(*match.span(1), PersonalKind.ADDRESS)


def _begins(text: str, end: int) -> int:
    """Where the name of the place that ends at `end` begins; `end` where there is none."""
    start = end
    while (
        start > 0
        and end - start < _FARTHEST
        and (_is_of_place(text[start - 1]) or _AND_IN_NAME.match(text, start - 1))
    ):
        start -= 1
    return start


def _is_of_place(character: str) -> bool:
    return "一" <= character <= "龥" and character not in _NO_PLACE
