"""The characters and words by which names of persons are told: families, given names, titles, what goes before and behind."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Final, NamedTuple


class Word(NamedTuple):
    """What stands before and behind the character of a family in words of every day."""

    before: frozenset[str]
    behind: frozenset[str]


_LISTS = tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))
FAMILIES, FREQUENT, DOUBTFUL, MEASURES, GIVEN, ALONE, NOT_GIVEN, BEHIND = (
    frozenset("".join(_LISTS[name]))
    for name in ("families", "frequent", "doubtful", "measures", "given", "alone", "not_given", "behind")
)
COMPOUND, NAMED, ROLES, POSTS, DEALINGS, LEADING = (
    frozenset(_LISTS[name]) for name in ("compound", "named", "roles", "posts", "dealings", "leading")
)
ORDINARY: Final = {
    family: Word(frozenset(before), frozenset(behind))
    for family, (before, behind) in _LISTS["ordinary"].items()
}
TITLES: Final = (
    "先生|女士|小姐|同志|老师|老师傅|师傅|大姐|大哥|大爷|大妈|大叔|大娘|大婶|大嫂|阿姨|阿婆|叔叔|伯伯|奶奶|爷爷|婆婆|姐姐|哥哥|同学|老人|老汉|老太太?"
    "|副?(?:科|股|局|处|所|站|院|校|队|组|班|镇|乡|村|县|市|区|厅|部|会|厂|行|馆|庭|台|店|园|社|段|社区主)长|董事长|副?主任|副?书记|支书|副?总?经理|副?总监"
    "|局座|律师|医生|大夫|护士|警官|法官|检察官|会计|出纳|秘书|干事|专员|主管|领导|副?总?工程师|副?教授|老板|科员|办事员|工作人员|经办人?|辅警"
    "|协管员?|保安|网格员|审批员|受理员|导办员?|志愿者|代表|委员|专家|首席|警察|民警|庭长|调解员|公证员|一行|夫妇|夫妻"
)
# Of these the titles of who serves and decides in an authority; a 经理 or 律师 may be the person's own.
IN_OFFICE: Final = (
    "副?(?:科|股|局|处|所|站|队|组|镇|乡|县|市|区|厅)长|副?主任|副?书记|主管|领导|科员|办事员|工作人员|经办人?|辅警|协管员?|审批员|受理员|导办员?"
    "|警官|民警|警察|法官|检察官"
)
KIN: Final = "姐|哥|叔|姨|嫂|婶|爷|伯|妈|爸|婆|奶"
OFFICES: Final = "科|局|处|所|总|工|队|导|厅|股|董"
# Behind a place or an organisation, which bears a person's name often enough.
NO_PERSON: Final = (
    "公司|集团|医院|学校|小学|中学|大学|银行|超市|饭店|酒店|药店|大厦|大厅|中心|大道|小区|社区|街道|街|路|巷|村|镇|乡|县|区|市|省|湖|河|桥|山|庄"
    "|氏|某|牌|系统|平台|江|寨|湾|园|苑|里|网|报|社|局|厂"
)
