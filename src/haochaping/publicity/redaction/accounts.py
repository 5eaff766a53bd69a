"""Names of accounts: WeChat, QQ, Alipay and the like. Accounts that are numbers or mail addresses are found as such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from haochaping.publicity.redaction.spans import Span
from haochaping.publicity.terms import PersonalKind

if TYPE_CHECKING:
    from collections.abc import Iterator

_SERVICE = (
    r"(?:[微威薇][\W_]?信|(?<![A-Za-z])(?:v信|vx|wx|we\s?chat|qq)|加[Vv]|扣扣|企鹅|抖音|快手|微博|小红书|支付宝|钉钉|陌陌"
    r"|[账帐]号|[账帐]户名|用户名|登录名)"
)
_NUMBER_OF_IT = r"(?:\s?(?:[账帐]?号码?|id))?"
_SAID = r"(?:[\s:：=＝,，]|[是为叫]){0,3}"
# A name that somebody chose begins with a letter and is long; what has only letters is one where it is said to be.
_CHOSEN = r"[A-Za-z][A-Za-z0-9_\-]{4,29}"
_ACCOUNT = re.compile(rf"{_SERVICE}({_NUMBER_OF_IT})({_SAID})({_CHOSEN})(?![A-Za-z0-9_\-@＠])", re.IGNORECASE)
_WECHAT = re.compile(r"(?<![A-Za-z0-9_])wxid_[A-Za-z0-9]{6,30}", re.IGNORECASE)
# Five to twelve digits behind the name of a service are an account there, and not only a number.
_COUNTED = re.compile(rf"{_SERVICE}{_NUMBER_OF_IT}{_SAID}(\d(?:[ -]?\d){{4,11}})(?!\d)", re.IGNORECASE)


def accounts_in(text: str) -> Iterator[Span]:
    """Accounts that have a name, or whose number stands behind the name of a service; unordered."""
    for match in _ACCOUNT.finditer(text):
        number_of_it, said, chosen = match.groups()
        if number_of_it or said.strip() or not chosen.isalpha():
            yield Span(*match.span(3), PersonalKind.ACCOUNT)
    for match in _WECHAT.finditer(text):
        yield Span(*match.span(), PersonalKind.ACCOUNT)
    for match in _COUNTED.finditer(text):
        yield Span(*match.span(1), PersonalKind.ACCOUNT)
