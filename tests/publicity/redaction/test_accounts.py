"""账号: what somebody is called at WeChat, QQ or Alipay."""

from __future__ import annotations

import pytest

from haochaping.publicity.redaction.accounts import accounts_in
from haochaping.publicity.redaction.spans import Hiding


def accounts(text: str) -> list[str]:
    hiding = Hiding(text)
    hiding.hide(accounts_in(text))
    return [text[span.start : span.end] for span in hiding.spans]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("加我微信yun_chuan88发录音", ["yun_chuan88"]),
        ("V信：qs-lvzhou", ["qs-lvzhou"]),
        ("微.信号 bailuzhou", ["bailuzhou"]),
        ("wxid_9a8b7c6d5e", ["wxid_9a8b7c6d5e"]),
        ("扣扣9900 1234", ["9900 1234"]),
        ("支付宝账号是shiyuan1", ["shiyuan1"]),
        ("微信Android版打不开", []),
        ("QQ群里通知", []),
        ("微信公众号上的指南", []),
    ],
)
def test_accounts(text: str, found: list[str]):
    assert accounts(text) == found
