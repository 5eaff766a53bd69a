from __future__ import annotations

import pytest
from django.urls import reverse

from haochaping.accounts.terms import Role

TOLD = {
    Role.AUDITOR: ("查看谁申请开封身份、谁批准。", ["申请开封", "决定"]),
    Role.IDENTITY_KEEPER: ("代表本单位决定是否开封身份。", ["申请开封"]),
    Role.SECURITY_ADMIN: ("授予和收回角色、重置第二因素、结束会话。", ["开设", "口令链接"]),
    Role.SYSTEM_ADMIN: ("开设和停用账户、发放口令链接、绑定身份。", ["授予", "结束会话"]),
}


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.EXPERIENCE_OFFICER])
def test_who_only_reads_figures_is_told_where_they_are(signed_in, role):
    page = signed_in(role).browser.get(reverse("desk"), headers={"Accept-Language": "zh-CN"})

    assert "请见公众页面" in page.content.decode()
    assert "尚未分配角色" not in page.content.decode()


@pytest.mark.parametrize("role", TOLD)
def test_cards_say_what_the_role_can_do_and_nothing_else(signed_in, role):
    told, untold = TOLD[role]

    page = signed_in(role).browser.get(reverse("desk"), headers={"Accept-Language": "zh-CN"})
    texts = [entry.text for entry in page.context["entries"]]

    assert told in texts
    assert not [text for text in texts if text != told for word in untold if word in text]
