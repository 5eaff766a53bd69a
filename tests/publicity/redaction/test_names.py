"""姓名: who stands in a sentence is found by what stands around, and words of every day stay."""

from __future__ import annotations

import pytest

from haochaping.publicity.redaction.names import names_in
from haochaping.publicity.redaction.other_names import other_names_in
from haochaping.publicity.redaction.spans import Hiding


def names(text: str) -> list[str]:
    hiding = Hiding(text)
    hiding.hide([*names_in(text), *other_names_in(text)])
    return [text[span.start : span.end] for span in hiding.spans]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("张建国态度很差", ["张建国"]),
        ("窗口的刘燕不让我办", ["刘燕"]),
        ("联系人：陈静，明天来", ["陈静"]),
        ("我叫欧阳静怡", ["欧阳静怡"]),
        ("感谢诸葛明", ["诸葛明"]),
        ("王科长说等领导签字", ["王"]),
        ("找李老师和赵主任", ["李", "赵"]),
        ("郑科不在，冯局也不在", ["郑", "冯"]),
        ("赵姐人好", ["赵"]),
        ("小吴业务不熟", ["小吴"]),
        ("是老黄盖的章", ["老黄"]),
        ("姓高的那个女的", ["高"]),
        ("3号窗口：徐，人很好", ["徐"]),
        ("陶然、周敏和何伟都在场", ["陶然", "周敏", "何伟"]),
        ("向张丽华道歉", ["张丽华"]),
        ("于科长于情于理都该办", ["于"]),
        ("（林月娥，电话不通）", ["林月娥"]),
    ],
)
def test_who_is_named(text: str, found: list[str]):
    assert names(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "向主任反映过，没用",
        "高效便民，名副其实，满意！",
        "马上就办，方便上班的人",
        "任何材料都要原件，周末也开门",
        "提高效率，完成得成功",
        "百姓方便，请问您贵姓",
        "王某和张某某被带走",
        "给了三张表，又打了2张单据",
        "边上的人插队没人管",
        "各位老师辛苦，同志们加油",
        "林家庄村民都说好",
        "施工许可拖了两个月，施工队走了",
        "谢谢老师，谢谢大家",
        "窗口：王＊＊＊",
        "云川省的窗口都好",
    ],
)
def test_nobody_is_named(text: str):
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("买买提·吐尔逊大叔跑了四回", ["买买提·吐尔逊"]),
        ("古丽娜尔•依明态度好", ["古丽娜尔•依明"]),
        ("扎西多吉和卓玛央金都在", ["扎西多吉", "卓玛央金"]),
        ("叫巴特尔的小伙子", ["巴特尔"]),
        ("Wang Xiaoming的签证", ["Wang Xiaoming"]),
        ("Xiaoming Wang from here", ["Xiaoming Wang"]),
        ("扎西德勒！“我要评”·公示", []),
        ("Windows Server and Long texts", []),
    ],
)
def test_names_that_begin_with_no_family(text: str, found: list[str]):
    assert names(text) == found
