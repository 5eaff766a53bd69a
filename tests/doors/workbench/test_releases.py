from __future__ import annotations

from django.urls import reverse

from haochaping.publicity.models import Release
from tests.doors.workbench.conftest import WORDS


def address(bad, part: str = "text") -> str:
    return reverse("desk_release", args=[bad.review_id, part])


def test_written_and_published_version_stand_side_by_side(bad, browser_of):
    page = browser_of("publisher").get(reverse("desk_releases")).content.decode()

    assert WORDS in page
    assert "<mark>＊＊＊</mark>" in page
    assert "张小满" not in page


def test_release_takes_the_text_off_the_list(bad, browser_of):
    publisher = browser_of("publisher")

    answer = publisher.post(address(bad), {"decision": "released"})

    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("desk_releases"))
    assert Release.objects.get().decision == "released"
    assert WORDS not in publisher.get(reverse("desk_releases")).content.decode()


def test_holding_back_needs_a_reason_and_keeps_its_place(bad, browser_of):
    publisher = browser_of("publisher")

    refused = publisher.post(address(bad), {"decision": "held", "reason": "  "})
    held = publisher.post(address(bad), {"decision": "held", "reason": "写有住址\x00"})

    assert refused.status_code == 422
    assert "<details open>" in refused.content.decode()
    assert 'aria-invalid="true"' in refused.content.decode()
    assert held.status_code == 303
    assert Release.objects.get().reason == "写有住址"


def test_second_decision_is_told_so(bad, browser_of):
    publisher = browser_of("publisher")
    publisher.post(address(bad), {"decision": "released"})

    answer = publisher.post(address(bad), {"decision": "held", "reason": "太晚"})

    assert answer.status_code == 409
    assert "notice-bad" in answer.content.decode()


def test_texts_of_another_division_are_not_there(bad, browser_of):
    publisher = browser_of("other_publisher")

    assert WORDS not in publisher.get(reverse("desk_releases")).content.decode()
    assert publisher.post(address(bad), {"decision": "released"}).status_code == 404
    assert not Release.objects.exists()


def test_unknown_part_or_decision_is_not_found(bad, browser_of):
    publisher = browser_of("publisher")

    assert publisher.post(address(bad, "name"), {"decision": "released"}).status_code == 404
    assert publisher.post(address(bad), {"decision": "deleted"}).status_code == 404
