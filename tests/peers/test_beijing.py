"""Beijing's client against the running server: number and code of a service, and the page behind the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from haochaping.cases.models import Case, ServiceOccurrence
from haochaping.exchange.models import QuarantinedRecord
from tests.peers import national
from tests.peers.beijing import SERVICE, Beijing, took
from tests.peers.citizen import reviewed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.conftest import Source


class _There(Beijing):
    """The client, and the server as a browser reaches it."""

    def __init__(self, source: Source, private: str) -> None:
        super().__init__(source.send, mark="APP", word="a word", private=private, their_public=source.public)
        self.ask = source.ask


@pytest.fixture
def there(source: Callable[..., Source], place: Callable[..., None]) -> _There:
    place("110000000000", "11110000MB0000000X", SERVICE["taskCode"])
    private, public = national.new_key()
    keys = {"mark": "APP", "word": "a word", "their_public_key": public}
    return _There(source("beijing", "bj-zj", "110000000000", keys=keys), private)


def test_services_get_number_code_and_page(there):
    answer = there.share()
    assert took(answer), answer
    assert (answer["serviceNumber"], answer["errorMessage"]) == ("1", None)
    assert Case.objects.get().division_id
    query = f"serviceCode={answer['serviceCode']}&feedBackId=&source=APP&token=x&userProp=1"
    status, headers, _ = there.ask("GET", f"pubservice/appraise4PCOthers/pre?{query}", b"", {})
    assert (status, headers["Location"].rpartition("/")[2]) == (302, answer["serviceCode"])

    again = there.share()
    assert (again["serviceNumber"], again["serviceCode"]) == ("1", answer["serviceCode"])
    signed = there.share(serviceName="签收", serviceTime="2024-01-05 10:00:00")
    assert signed["serviceNumber"] == "2"
    quiet = there.share(isService="0", serviceName="", serviceTime="2024-01-06 10:00:00")
    assert not took(quiet)
    assert "serviceName" in quiet["errorMessage"]
    quiet = there.share(isService="0", serviceName="审查", serviceTime="2024-01-06 10:00:00")
    assert took(quiet)
    assert ServiceOccurrence.objects.count() == 2


def _page(there: _There, code: str) -> str:
    """Where a browser gets to with the code of a service."""
    status, headers, _ = there.ask("GET", f"pubservice/appraise4PCOthers/pre?serviceCode={code}", b"", {})
    assert status == 302
    return headers["Location"]


def test_who_signs_gets_an_invitation(there):
    page = _page(there, there.share()["serviceCode"])

    assert reviewed(page, "4") == ("active_self", 4)


def test_who_does_not_sign_gets_a_page_of_nobody_in_particular(there, source):
    source("beijing", "bj-zj", "110000000000", unsigned=True)
    there.signs = False

    answer = there.share()

    assert took(answer), answer
    page = _page(there, answer["serviceCode"])
    assert reviewed(page, "4") == ("unverified", 4)
    assert _page(there, answer["serviceCode"]) == page, "opened again, it leads to one's own review"


def test_a_no_names_the_field(there):
    for name, value, found in (
        ("orgcode", "nobody", "orgcode"),
        ("taskCode", "unknown", "task"),
        ("proStatus", "9", "proStatus"),
    ):
        answer = there.share(**{name: value})
        assert (answer["success"], answer["code"]) == (False, "-1")
        assert found in answer["errorMessage"]
    assert QuarantinedRecord.objects.count() == 3
    there.word = "another"
    assert "sign" in there.share()["errorMessage"]
    status, _, _ = there.ask("GET", "pubservice/appraise4PCOthers/pre?serviceCode=//evil.example", b"", {})
    assert status == 404
