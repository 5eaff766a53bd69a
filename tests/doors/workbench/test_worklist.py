"""The list of a desk at its addresses: conditions, filters kept, several orders at once, files taken away."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.accounts import actions as accounts
from haochaping.accounts import queries as people
from haochaping.doors.confirmation import WINDOW
from haochaping.kernel.actor import OPERATOR, REVIEWER
from haochaping.ledger import queries as ledger
from haochaping.rectification import queries as orders
from haochaping.rectification.models import ListExport, OrderLook, SavedFilter, WorkOrder
from haochaping.reviews import actions as reviews
from haochaping.reviews.terms import HelpedBy, SupplementRow
from tests import worlds
from tests.doors.workbench.conftest import PLACES

ENGLISH = {"accept-language": "en"}


def account(browser) -> int:
    return int(browser.session["_auth_user_id"])


def table(answer) -> list[list[str]]:
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


def test_groups_are_counted_whole_and_lead_to_themselves(bad_review, clerk, monkeypatch):
    monkeypatch.setattr("haochaping.doors.workbench.inbox.ON_PAGE", 1)
    for n in range(3):
        bad_review(f"YC-0000000{n}")
    WorkOrder.objects.update(due_at=timezone.now() - timedelta(hours=1))

    page = clerk.get(reverse("desk"), headers=ENGLISH).content.decode()

    assert '<a href="?left=overdue">Overdue <b>3</b></a>' in page
    assert 'Overdue <span class="as-of">3</span>' in page
    assert "data-order" in clerk.get(reverse("desk"), {"left": "overdue"}).content.decode()
    assert "data-order" not in clerk.get(reverse("desk"), {"left": "later"}).content.decode()


def test_the_address_holds_the_conditions_and_the_form_shows_them(bad, clerk):
    page = clerk.get(
        reverse("desk"), {"item": "<食品>", "state": "dispatched"}, headers=ENGLISH
    ).content.decode()

    assert 'value="&lt;食品&gt;"' in page
    assert '<option value="dispatched" selected>' in page
    assert "No order is like this" in page


def test_a_condition_that_nobody_knows_is_named(bad, clerk):
    asked = {"state": "zzz", "left": "never", "item": worlds.ITEM}

    page = clerk.get(reverse("desk"), asked, headers=ENGLISH).content.decode()

    assert "not known and were left out: Time left, State." in page
    assert (
        "left out" not in clerk.get(reverse("desk"), {"item": worlds.ITEM}, headers=ENGLISH).content.decode()
    )


def test_an_order_is_new_until_it_is_opened(bad, clerk, browser_of):
    assert "data-new" in clerk.get(reverse("desk")).content.decode()

    clerk.get(bad.address())

    assert "data-new" not in clerk.get(reverse("desk")).content.decode()
    assert "data-new" in browser_of("supervisor").get(reverse("desk")).content.decode()
    assert OrderLook.objects.get().user_id == account(clerk)


def test_a_look_at_what_is_not_there_is_no_look(bad, browser_of):
    assert browser_of("other_clerk").get(bad.address()).status_code == 404

    assert not OrderLook.objects.exists()


def test_a_filter_is_kept_counted_renamed_and_removed(bad, clerk):
    asked = {"item": worlds.ITEM}
    kept = clerk.post(reverse("desk_filter_keep"), asked | {"name": "许可"})
    assert kept.headers["Location"] == f"/desk/?item={worlds.ITEM}"
    number = SavedFilter.objects.get().id

    page = clerk.get(reverse("desk"), asked).content.decode()
    assert f'<a href="?item={worlds.ITEM}" aria-current="page">许可 <b>1</b></a>' in page
    clerk.post(reverse("desk_filter_step", args=[number, "rename"]), asked | {"name": "许可证"})
    assert SavedFilter.objects.get().name == "许可证"
    assert clerk.post(reverse("desk_filter_step", args=[number, "nonsense"])).status_code == 404
    clerk.post(reverse("desk_filter_step", args=[number, "remove"]))
    assert not SavedFilter.objects.exists()
    clerk.get(reverse("desk"))
    clerk.post(reverse("desk_filter_step", args=[number, "remove"]), headers=ENGLISH)
    assert "There is no such filter any more." in clerk.get(reverse("desk")).content.decode()


def test_what_is_wrong_with_a_filter_is_said(bad, clerk):
    answer = clerk.post(reverse("desk_filter_keep"), {"name": "x"}, headers=ENGLISH)

    assert answer.status_code == 422
    assert "This filter has no condition." in answer.content.decode()


def test_several_are_signed_for_and_each_says_what_became_of_it(bad_review, clerk):
    ids = [bad_review(f"YC-0000000{n}").order_id for n in range(2)]
    form = {"order": [*map(str, ids), "nonsense", "00000000-0000-7000-8000-000000000000"]}

    page = clerk.post(
        reverse("desk_list_sign"), form | {"back": "left=today"}, headers=ENGLISH
    ).content.decode()

    assert {row.state for row in orders.rows(ids)} == {"signed"}
    assert "2 orders are done. 1 was refused" in page
    assert 'href="/desk/?left=today"' in page
    again = clerk.post(reverse("desk_list_sign"), form, headers=ENGLISH).content.decode()
    assert again.count("Done before") == 2


def test_nothing_chosen_is_said(bad, clerk):
    answer = clerk.post(reverse("desk_list_sign"), {}, headers=ENGLISH)

    assert answer.status_code == 422
    assert "No order is chosen." in answer.content.decode()


def test_colleagues_who_are_called_alike_are_told_apart(bad, clerk, browser_of, monkeypatch):
    monkeypatch.setitem(PLACES, "namesake", PLACES["clerk"])
    namesake = browser_of("namesake")
    for browser in (clerk, namesake):
        accounts.rename(user_id=account(browser), display_name="李丽", by=OPERATOR, now=timezone.now())

    page = clerk.get(reverse("desk")).content.decode()

    assert f'<option value="{account(clerk)}">李丽 (clerk)</option>' in page
    assert f'<option value="{account(namesake)}">李丽 (namesake)</option>' in page


def test_one_person_is_named_for_the_chosen_orders(bad, clerk):
    offered = clerk.get(reverse("desk")).content.decode()
    assert f'<option value="{account(clerk)}">示例clerk</option>' in offered

    form = {"order": str(bad.order_id), "assignee": str(account(clerk))}
    clerk.post(reverse("desk_list_assign"), form)

    assert WorkOrder.objects.get().assignee_id == account(clerk)
    assert "You deal with it" in clerk.get(reverse("desk"), headers=ENGLISH).content.decode()


@pytest.mark.parametrize("assignee", ["", "x", "-1", "9" * 30, "0"])
def test_nobody_is_named_who_is_none(bad, clerk, assignee):
    form = {"order": str(bad.order_id), "assignee": assignee}

    page = clerk.post(reverse("desk_list_assign"), form, headers=ENGLISH).content.decode()

    assert "This person cannot deal with this order." in page
    assert WorkOrder.objects.get().assignee_id is None


def test_a_list_taken_away_is_marked_and_recorded(bad, clerk):
    answer = clerk.post(reverse("desk_list_export"), {"format": "csv", "item": worlds.ITEM}, headers=ENGLISH)

    (mark, heading, row) = table(answer)
    export = ListExport.objects.get()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="orders-{export.id}.csv"'
    assert all(text in mark[0] for text in (f"Export {export.id}", "clerk", worlds.ITEM, "1 orders"))
    assert len(row) == len(heading)
    assert row[0] == str(bad.order_id)
    assert row[-1] == str(export.id)
    assert "窗口让我" not in answer.content.decode()
    (entry,) = ledger.entries_of("order_list", str(export.id))
    assert entry.kind.name == "EXPORTED"


def test_the_workbook_holds_the_same(bad, clerk):
    answer = clerk.post(reverse("desk_list_export"), {"format": "xlsx"})

    with ZipFile(BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert str(bad.order_id) in texts
    assert "clerk" in sheet.split("oddHeader")[1]


def test_a_file_is_cut_and_says_so(bad_review, clerk, monkeypatch):
    monkeypatch.setattr("haochaping.doors.workbench.worklist.EXPORT_AT_MOST", 1)
    for n in range(2):
        bad_review(f"YC-0000000{n}")

    rows = table(clerk.post(reverse("desk_list_export"), {"format": "csv"}, headers=ENGLISH))

    assert len(rows) == 3
    assert "only the first 1 are taken away" in rows[0][0]


def test_an_unknown_format_is_refused_and_not_recorded(bad, clerk):
    assert clerk.post(reverse("desk_list_export"), {"format": "pdf"}).status_code == 422
    assert not ListExport.objects.exists()


def test_whoever_has_been_away_confirms_before_taking_a_list(bad, clerk):
    session = clerk.session
    for record in session["account_authentication_methods"]:
        record["at"] -= WINDOW.total_seconds() + 60
    session.save()

    answer = clerk.post(reverse("desk_list_export"), {"format": "csv"})

    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not ListExport.objects.exists()


def test_orders_of_others_are_in_no_file(bad, browser_of):
    assert len(table(browser_of("other_clerk").post(reverse("desk_list_export"), {"format": "csv"}))) == 2


def test_whom_a_review_names_finds_it_in_no_list_no_count_and_no_file(bad_review, browser_of, world):
    named = bad_review("YC-7", occurrences=[worlds.occurrence(1, world) | {"staff": "S1"}])
    clerk = browser_of("clerk")
    clerk.post(reverse("desk_list_assign"), {"order": str(named.order_id), "assignee": str(account(clerk))})
    assert people.staff_by_id(account(clerk)) is not None
    accounts.bind_staff_member(
        user_id=account(clerk), agency_code=worlds.AGENCY, staff_number="S1", by=OPERATOR, now=timezone.now()
    )

    page = clerk.get(reverse("desk"), headers=ENGLISH).content.decode()
    assert str(named.order_id) not in page
    assert "Open <b>0</b>" in page
    assert "Assigned to me <b>0</b>" in page
    assert len(table(clerk.post(reverse("desk_list_export"), {"format": "csv"}))) == 2
    done = clerk.post(reverse("desk_list_sign"), {"order": str(named.order_id)}, headers=ENGLISH)
    assert "食品经营许可" not in done.content.decode()
    assert orders.rows([named.order_id])[0].state == "dispatched"


def test_of_a_concealed_order_a_file_has_nothing_of_the_case(bad, clerk, world):
    said = SupplementRow(may_call_back=True, helped_by=HelpedBy.FAMILY, concealed=True)
    reviews.supplement(bad.review_id, said, by=REVIEWER, now=world)

    text = clerk.post(reverse("desk_list_export"), {"format": "csv"}).content.decode()

    assert str(bad.order_id) in text
    for trace in ('0001"', "YC-", "综合窗口1", "S1", "办结", bad.receipt):
        assert trace not in text
