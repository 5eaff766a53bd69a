from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.directory import queries as directory
from haochaping.kernel.two_persons import TwoPersonState
from haochaping.ledger.models import Entry
from haochaping.ledger.terms import EntryKind
from haochaping.publicity import actions as publicity
from haochaping.publicity.models import Release, Undecided
from tests import worlds
from tests.doors.workbench.conftest import WORDS

if TYPE_CHECKING:
    from django.test import Client

LIST = reverse("desk_releases")
SHOWN = WORDS.replace("13912345678", "＊＊＊")
ENGLISH = {"accept-language": "en"}


def address(bad, part: str = "text") -> str:
    return reverse("desk_release", args=[bad.review_id, part])


def step(name: str) -> str:
    return reverse("desk_release_step", args=[Release.objects.latest("proposed_at").id, name])


def confirm(browser: Client) -> Any:
    """Press the one button: all that the page has ticked."""
    ticked = [row["key"] for row in browser.get(LIST).context["others"]]
    return browser.post(reverse("desk_releases_confirm"), {"proposal": ticked}, headers=ENGLISH)


@pytest.fixture
def publisher(browser_of):
    return browser_of("publisher")


@pytest.fixture
def second(browser_of):
    return browser_of("second_publisher")


@pytest.fixture
def published(bad, publisher, second):
    """The text of a review as two publishers have released it."""
    publisher.post(address(bad), {"decision": "released"})
    assert confirm(second).status_code == 303
    return bad


def test_written_and_published_version_stand_side_by_side(bad, publisher):
    page = publisher.get(LIST).content.decode()

    assert WORDS in page
    assert "<mark>＊＊＊</mark>" in page
    assert "张小满" not in page


def test_what_is_hidden_and_what_is_marked_is_told_with_the_reason(bad_review, publisher, second):
    bad = bad_review(text="窗口的张建国说是机密，让王科长打13900000021，法院判决也不认。张建国很凶。")

    page = publisher.get(LIST, headers=ENGLISH).content.decode()
    publisher.post(address(bad), {"decision": "released"})
    proposed = second.get(LIST, headers=ENGLISH).content.decode()

    for shown in (page, proposed):
        found = shown[shown.index("Hidden, and what it is taken for:") :]
        assert "<li>Name of a person: <q>张建国</q></li>" in found
        assert "<li>Name of a person in office: <q>张建国</q> <q>王</q></li>" in found
        assert "<li>Phone number: <q>13900000021</q></li>" in found
        marked = found[found.index("Not hidden; look twice before it is published:") :]
        assert "<li>May be a state secret: <q>机密</q></li>" in marked
        assert "<li>May be about a case that is not decided: <q>法院</q> <q>判决</q></li>" in marked
    assert "机密" in page[page.index("as-published") : page.index("Hidden, and")]


def test_of_a_text_to_be_held_back_only_the_marks_are_told(bad_review, publisher):
    bad = bad_review(text="王科长说这是机密")

    publisher.post(address(bad), {"decision": "held", "reason": "涉密", "ground": "privacy"})
    page = publisher.get(LIST, headers=ENGLISH).content.decode()

    assert "Hidden, and what" not in page
    assert "May be a state secret: <q>机密</q>" in page


def test_where_nothing_is_found_nothing_is_listed(bad_review, publisher):
    bad_review(text="排队太久，希望多开窗口")

    page = publisher.get(LIST, headers=ENGLISH).content.decode()

    assert "Nothing was hidden." in page
    assert 'class="found' not in page


def test_what_is_proposed_waits_for_a_second_person(bad, publisher, second):
    answer = publisher.post(address(bad), {"decision": "released"})

    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    assert Release.objects.get().state == TwoPersonState.PROPOSED
    mine, others = publisher.get(LIST).context, second.get(LIST, headers=ENGLISH)
    assert (len(mine["mine"]), mine["rows"], mine["others"]) == (1, [], [])
    assert others.context["rows"] == others.context["mine"] == []
    page = others.content.decode()
    assert WORDS in page
    assert "<mark>＊＊＊</mark>" in page
    assert "by 示例publisher." in page


def test_one_click_confirms_all_that_waits(bad_review, publisher, second):
    for number in ("YC-1", "YC-2", "YC-3"):
        publisher.post(address(bad_review(number)), {"decision": "released"})

    answer = confirm(second)

    assert (answer.status_code, answer.headers["Location"]) == (303, LIST)
    assert set(Release.objects.values_list("state", flat=True)) == {TwoPersonState.CONFIRMED}
    page = second.get(LIST, headers=ENGLISH).content.decode()
    assert "3 decisions are confirmed." in page
    assert WORDS not in page


def test_of_several_those_that_are_gone_are_told(bad_review, publisher, second):
    for number in ("YC-1", "YC-2"):
        publisher.post(address(bad_review(number)), {"decision": "released"})
    ticked = [row["key"] for row in second.get(LIST).context["others"]]
    publisher.post(step("withdraw"))

    second.post(reverse("desk_releases_confirm"), {"proposal": [*ticked, "x"]}, headers=ENGLISH)

    page = second.get(LIST, headers=ENGLISH).content.decode()
    assert "1 decision is confirmed." in page
    assert "1 was no longer there to confirm." in page


@pytest.mark.parametrize("ticked", [[], ["x"]])
def test_nothing_ticked_confirms_nothing(bad, publisher, second, ticked):
    publisher.post(address(bad), {"decision": "released"})

    answer = second.post(reverse("desk_releases_confirm"), {"proposal": ticked})

    assert answer.status_code == 303
    assert Release.objects.get().state == TwoPersonState.PROPOSED


def test_one_s_own_is_neither_confirmed_nor_refused(bad, publisher):
    publisher.post(address(bad), {"decision": "released"})
    own = str(Release.objects.get().id)

    confirmed = publisher.post(reverse("desk_releases_confirm"), {"proposal": own}, headers=ENGLISH)
    refused = publisher.post(step("refuse"), {"reason": "不妥"}, headers=ENGLISH)

    assert (confirmed.status_code, refused.status_code) == (403, 403)
    for answer in (confirmed, refused):
        assert "You have proposed this yourself" in answer.content.decode()
    assert Release.objects.get().state == TwoPersonState.PROPOSED


def test_refusing_needs_a_reason_and_keeps_its_place(bad, publisher, second):
    publisher.post(address(bad), {"decision": "released"})

    without = second.post(step("refuse"), {"reason": " "})
    refused = second.post(step("refuse"), {"reason": "写有住址"})

    assert without.status_code == 422
    assert "<details open>" in without.content.decode()
    assert refused.status_code == 303
    assert Release.objects.get().refusal == "写有住址"
    assert len(publisher.get(LIST).context["rows"]) == 1


def test_what_is_proposed_is_taken_back(bad, publisher, second):
    publisher.post(address(bad), {"decision": "released"})

    others, own = second.post(step("withdraw")), publisher.post(step("withdraw"))

    assert (others.status_code, own.status_code) == (404, 303)
    assert Release.objects.get().state == TwoPersonState.WITHDRAWN
    assert len(second.get(LIST).context["rows"]) == 1


def test_holding_back_needs_a_reason_and_keeps_its_place(bad, publisher, second):
    refused = publisher.post(address(bad), {"decision": "held", "reason": "  ", "ground": "privacy"})
    held = publisher.post(address(bad), {"decision": "held", "reason": "写有住址\x00", "ground": "privacy"})

    assert refused.status_code == 422
    assert "<details open>" in refused.content.decode()
    assert 'aria-invalid="true"' in refused.content.decode()
    assert held.status_code == 303
    assert Release.objects.get().reason == "写有住址"
    [row] = second.get(LIST).context["others"]
    assert (row["found"].reason, row["appears"]) == ("写有住址", False)


def test_second_proposal_is_told_so(bad, publisher):
    publisher.post(address(bad), {"decision": "released"})

    answer = publisher.post(address(bad), {"decision": "held", "reason": "太晚", "ground": "privacy"})

    assert answer.status_code == 409
    assert "notice-bad" in answer.content.decode()


def test_texts_of_another_division_are_not_there(bad, publisher, browser_of):
    other = browser_of("other_publisher")
    assert WORDS not in other.get(LIST).content.decode()
    assert other.post(address(bad), {"decision": "released"}).status_code == 404
    assert not Release.objects.exists()

    publisher.post(address(bad), {"decision": "released"})
    assert WORDS not in other.get(LIST).content.decode()
    one = {"proposal": str(Release.objects.get().id)}
    assert other.post(reverse("desk_releases_confirm"), one).status_code == 404
    assert Release.objects.get().state == TwoPersonState.PROPOSED


def test_unknown_part_decision_or_step_is_not_found(bad, publisher):
    assert publisher.post(address(bad, "name"), {"decision": "released"}).status_code == 404
    assert publisher.post(address(bad), {"decision": "taken_down", "reason": "x"}).status_code == 404
    publisher.post(address(bad), {"decision": "released"})
    assert publisher.post(step("confirm")).status_code == 404
    assert publisher.post(reverse("desk_take_down", args=[bad.review_id, "name"])).status_code == 404


def test_what_is_public_is_listed_and_taken_down_by_two(published, publisher, second):
    page, down = reverse("desk_published"), reverse("desk_take_down", args=[published.review_id, "text"])
    assert SHOWN in publisher.get(page).content.decode()

    without = publisher.post(down, {"reason": ""})
    proposed = publisher.post(down, {"reason": "写有住址", "ground": "privacy"})

    assert (without.status_code, proposed.status_code) == (422, 303)
    assert SHOWN not in second.get(page).content.decode()
    waits = second.get(LIST).content.decode()
    assert SHOWN in waits
    assert "写有住址" in waits
    assert confirm(second).status_code == 303
    assert Release.objects.filter(decision="taken_down", state=TwoPersonState.CONFIRMED).exists()


@pytest.mark.parametrize(
    ("query", "listed", "status"),
    [({"day": "2020-01-01"}, 0, 200), ({"page": "2"}, 0, 200), ({"day": ""}, 1, 200), ({"day": "x"}, 1, 422)],
)
def test_public_texts_are_looked_for_by_day(published, publisher, query, listed, status):
    answer = publisher.get(reverse("desk_published"), query)

    assert (len(answer.context["rows"]), answer.status_code) == (listed, status)


def test_public_texts_of_another_division_are_not_there(published, browser_of):
    assert SHOWN not in browser_of("other_publisher").get(reverse("desk_published")).content.decode()


def test_what_is_kept_back_is_listed_and_published_after_all_by_two(published, publisher, second, browser_of):
    publisher.post(
        reverse("desk_take_down", args=[published.review_id, "text"]),
        {"reason": "写有住址", "ground": "privacy"},
    )
    confirm(second)
    page, again = reverse("desk_kept_back"), reverse("desk_restore", args=[published.review_id, "text"])
    listed = publisher.get(page, headers=ENGLISH).content.decode()
    assert "<mark>＊＊＊</mark>" in listed
    assert "写有住址" in listed
    assert "taken down" in listed

    proposed = publisher.post(again)

    assert (proposed.status_code, proposed.headers["Location"]) == (303, LIST)
    assert publisher.post(again).status_code == 409
    assert WORDS not in second.get(page).content.decode()
    waits = second.get(LIST, headers=ENGLISH).content.decode()
    assert "to be published after all" in waits
    assert "It was kept back because: 写有住址" in waits
    assert confirm(second).status_code == 303
    assert SHOWN in publisher.get(reverse("desk_published")).content.decode()


def test_texts_kept_back_in_another_division_are_not_there(published, publisher, second, browser_of):
    publisher.post(
        reverse("desk_take_down", args=[published.review_id, "text"]),
        {"reason": "写有住址", "ground": "privacy"},
    )
    confirm(second)
    other = browser_of("other_publisher")

    assert WORDS not in other.get(reverse("desk_kept_back")).content.decode()
    assert other.post(reverse("desk_restore", args=[published.review_id, "text"])).status_code == 404
    assert publisher.post(reverse("desk_restore", args=[published.review_id, "name"])).status_code == 404


def test_who_reads_what_is_kept_back_is_noted(bad, publisher, second):
    publisher.post(address(bad), {"decision": "held", "reason": "写有住址", "ground": "privacy"})
    confirm(second)

    read = Entry.objects.filter(kind=EntryKind.PERSONAL_DATA_READ, subject_id=str(bad.review_id))
    before = read.count()

    publisher.get(reverse("desk_kept_back"))

    assert read.count() == before + 1


def test_a_ground_is_needed_and_told_at_its_place(bad, publisher):
    refused = publisher.post(
        address(bad), {"decision": "held", "reason": "写有住址", "ground": "x"}, headers=ENGLISH
    )

    page = refused.content.decode()
    assert refused.status_code == 422
    assert "one of the grounds that there are" in page
    assert 'value="写有住址"' in page
    assert not Release.objects.exists()


def test_of_a_text_the_week_is_shown_and_of_nothing_the_moment(bad, publisher):
    page = publisher.get(LIST, headers=ENGLISH).content.decode()

    assert "week of" in page
    [row] = publisher.get(LIST).context["rows"]
    assert row["week"].weekday() == 0


@pytest.mark.parametrize(("days", "alarm"), [(1, ""), (5, "Nearly overdue"), (8, "Overdue")])
def test_the_deadline_is_shown_amber_and_red(bad, publisher, days, alarm):
    back = timezone.now() - timedelta(days=days)
    Undecided.objects.update(
        offered_at=back, amber_at=back + timedelta(days=4), due_at=back + timedelta(days=7)
    )
    publicity.count_waiting(now=timezone.now())

    page = publisher.get(LIST, headers=ENGLISH)

    [row] = page.context["rows"]
    assert row["alarm"] == alarm
    assert ("1 waits beyond its deadline" in page.content.decode()) == (alarm == "Overdue")


def test_where_a_small_cell_would_stand_is_told(bad, publisher):
    Undecided.objects.update(raised_to_id=directory.divisions([worlds.COUNTY])[worlds.COUNTY].id)

    assert "it would stand under 河湾区" in publisher.get(LIST, headers=ENGLISH).content.decode()
