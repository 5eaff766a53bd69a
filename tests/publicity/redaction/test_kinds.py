"""What a number is: told by its length, the day of birth in it and its check digit."""

from __future__ import annotations

import pytest

from haochaping.publicity.redaction.check_digits import is_identity, kind_of, passes_luhn
from haochaping.publicity.rules import found_in, hidden_in
from haochaping.publicity.terms import PersonalKind as Kind


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("99010219781225612X", Kind.IDENTITY),
        ("990101199003070014", Kind.IDENTITY),  # its check digit is 5: typed wrongly
        ("990102018001013218", Kind.NUMBER),
        ("990102650909331", Kind.IDENTITY),
        ("990102659909331", Kind.NUMBER),
        ("6299990000123456786", Kind.CARD),
        ("9900000012345676", Kind.CARD),
        ("6299990000123456", Kind.CARD),  # begins as cards do, whatever its check digit
        ("9900000012345677", Kind.NUMBER),
        ("13900000000", Kind.PHONE),
        ("8613900000000", Kind.PHONE),
        ("09906123456", Kind.PHONE),
        ("6123456", Kind.PHONE),
        ("4009900001", Kind.PHONE),
        ("12345", Kind.NUMBER),
        ("1234X", Kind.NUMBER),
    ],
)
def test_the_kind_of_a_number(number: str, kind: Kind):
    assert kind_of(number) is kind


@pytest.mark.parametrize("born", ["19000101", "18991231", "20010228"])
def test_every_identity_number_passes_its_check_and_fails_another(born: str):
    """Old ones, too: the day is nobody's business here, the first digit may be any region's."""
    body = f"990101{born}001"
    checks = [check for check in "0123456789X" if is_identity(body + check)]

    assert len(checks) == 1


@pytest.mark.parametrize("number", ["990101199003070015", "99010219300101019X", "990201200101302044"])
def test_identity_numbers_pass_and_their_neighbours_do_not(number: str):
    other = str(int(number[3]) ^ 1)

    assert is_identity(number)
    assert not is_identity(f"{number[:3]}{other}{number[4:]}")


def test_what_is_no_number_passes_no_check():
    assert not is_identity("9901011990030700")
    assert not is_identity("99010119900307X015")
    assert not passes_luhn("6299X")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("电话0990-6123456转801", [("0990-6123456转801", Kind.PHONE)]),
        ("打幺三九零零零零零零二五", [("幺三九零零零零零零二五", Kind.PHONE)]),
        (
            "身份证９９０１０１１９９００３０７００１５",
            [("９９０１０１１９９００３０７００１５", Kind.IDENTITY)],
        ),
        ("代码91990100MA0K3B2C7J错了", [("91990100MA0K3B2C7J", Kind.CREDIT_CODE)]),
        ("代码 92990203 MA9F8H6J 1R", [("92990203 MA9F8H6J 1R", Kind.CREDIT_CODE)]),
        ("号码990101199003070015", [("990101199003070015", Kind.IDENTITY)]),
        ("车牌云AD12345", [("云AD12345", Kind.PLATE)]),
        ("邮箱a.b@example.com", [("a.b@example.com", Kind.MAIL)]),
        ("QQ99001234", [("99001234", Kind.ACCOUNT)]),
        ("尾号0021的手机，末四位是002X", [("0021", Kind.NUMBER), ("002X", Kind.NUMBER)]),
        ("证号99010l199003070015", [("99010l199003070015", Kind.NUMBER)]),
        ("住学府路10086号", [("学府路10086号", Kind.ADDRESS)]),
        ("王芳13900000000", [("王芳", Kind.NAME), ("13900000000", Kind.PHONE)]),
    ],
)
def test_what_is_found_has_a_kind_and_a_place(text: str, found: list[tuple[str, Kind]]):
    assert [(text[span.start : span.end], span.kind) for span in found_in(text)] == found
    assert hidden_in(text) == [words for words, _ in found]
