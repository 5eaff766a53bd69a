"""公开 rules: redaction of digits-type personal data before anybody releases a text.

It errs on the side of hiding: a run of digits that might be a phone, certificate, account or order number goes,
however it is spaced or typed. Names and addresses are the publisher's to see (a later issue adds them).
"""

from __future__ import annotations

import re

HIDDEN = "＊＊＊"
_BETWEEN = r"[\s\-—–－_.·,，、()（）]{0,3}"
_DIGIT = "[0-9０-９]"
_SPOKEN = "[〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖0-9０-９]"
# Five digits are a short account or order number; seven spoken digits are a phone number written out.
_WRITTEN_NUMBER = re.compile(rf"(?:{_DIGIT}{_BETWEEN}){{4,}}{_DIGIT}(?:{_BETWEEN}[XxＸｘ])?")
_SPOKEN_NUMBER = re.compile(rf"(?:{_SPOKEN}{_BETWEEN}){{6,}}{_SPOKEN}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,120}")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-Z][·•\s]?[A-HJ-NP-Z0-9]{5,6}"
)


def redacted(text: str) -> str:
    """The text with phone, certificate, account and plate numbers and e-mail addresses hidden."""
    for pattern in (_EMAIL, _PLATE, _WRITTEN_NUMBER, _SPOKEN_NUMBER):
        text = pattern.sub(HIDDEN, text)
    return text
