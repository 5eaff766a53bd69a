"""住址: what leads to a door is found with the place it lies in; where a hall stands is told by its floors and windows."""

from __future__ import annotations

import pytest

from haochaping.publicity.redaction.addresses import addresses_in
from haochaping.publicity.redaction.spans import Hiding


def addresses(text: str) -> list[str]:
    hiding = Hiding(text)
    hiding.hide(addresses_in(text))
    return [text[span.start : span.end] for span in hiding.spans]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我住学府路12号3栋2单元501室，请来", "学府路12号3栋2单元501室"),
        ("寄到云川市明河县灯塔大道101号院2号楼", "云川市明河县灯塔大道101号院2号楼"),
        ("老房子在芦花巷5号", "芦花巷5号"),
        ("是青原镇人民路东段117号附3号", "青原镇人民路东段117号附3号"),
        ("翠湖花园5栋1203停水", "翠湖花园5栋1203"),
        ("在和顺家园7幢", "和顺家园7幢"),
        ("听泉花园3-2-501的都没通知", "听泉花园3-2-501"),
        ("本村柳湾镇石磨村三组人", "本村柳湾镇石磨村三组"),
        ("大坪村民小组的路灯", "大坪村民小组"),
        ("3栋2单元501的", "3栋2单元501"),
        ("家住石磨村，路远", "石磨村"),
        ("反映雁鸣乡清水沟村的事", "反映雁鸣乡清水沟村"),
        ("在学府路＊＊＊号", "学府路＊＊＊号"),
    ],
)
def test_an_address(text: str, found: str):
    assert addresses(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "办事大厅三楼302房间",
        "在3号楼2楼的窗口排队",
        "灯塔大道3号窗口没人",
        "住在附近，走路五分钟",
        "五一路上的老大厅关了",
        "小区门口设个代办点",
        "村里的老人不会用手机",
        "路12号",
    ],
)
def test_no_address(text: str):
    assert addresses(text) == []
