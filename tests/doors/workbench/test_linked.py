"""On the page of an order: what the linked hotline says of it and what it sent, for whoever sees the order."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from haochaping.flows import class_fault, hotline_in, hotline_out
from haochaping.hotline import actions, queries
from haochaping.hotline.models import Attachment
from haochaping.hotline.terms import ProposedLink
from haochaping.kernel.actor import OPERATOR
from haochaping.kernel.periods import local_day
from haochaping.rectification.terms import OrderState
from haochaping.ui.templatetags.ui import moment
from tests import worlds
from tests.doors.workbench.conftest import questions
from tests.doors.workbench.test_concealed import say as supplement
from tests.doors.workbench.test_named import bind
from tests.doors.workbench.test_order import bring_to
from tests.photographs import photograph

ORIGIN = "https://hotline.example"
NOT_THERE = 404
PDF = b"%PDF-1.7 ..."


@pytest.fixture
def linked(bad_review, world):
    """A bad review whose order is at a hotline that leads it."""
    proposed = ProposedLink(worlds.CITY, ORIGIN + "/12345", "theirs", local_day(world))
    actions.set_link(proposed, allowed={ORIGIN}, by=OPERATOR, now=world)
    found = bad_review("YC-7", occurrences=[worlds.occurrence(1, world) | {"staff": "S1"}])
    hotline_out.queue_steps(now=timezone.now())
    return found


def say(bad, seq: int, kind: str, **facts: object) -> None:
    [link] = queries.links()
    told = {"message": f"m{seq}", "seq": seq, "kind": kind, "order": str(bad.order_id), "number": "RX000017"}
    told |= {"facts": facts, "at": timezone.now().isoformat()}
    taken = hotline_in.receive(link, told, now=timezone.now())
    assert taken.state == "applied", taken


def send(bad, *files: tuple[str, bytes]) -> list[str]:
    """Let the hotline send files; where each of them can be had."""
    for seq, (name, content) in enumerate(files, start=2):
        say(bad, seq, "attachment", name=name, content=b64encode(content).decode())
    kept = Attachment.objects.order_by("at", "id").values_list("id", flat=True)
    return [reverse("desk_order_attachment", args=[bad.order_id, pk]) for pk in kept]


def look(browser, bad) -> str:
    answer = browser.get(bad.address(), headers={"accept-language": "en"})
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_number_leader_deadline_and_attachments_stand_on_the_page(linked, browser_of):
    due = timezone.now() + timedelta(days=3)
    say(linked, 1, "accepted", deadlines={"rectify": due.isoformat()})
    picture, pdf, program = send(linked, ("现场.png", photograph()), ("说明.pdf", PDF), ("a.exe", b"MZ\x90"))

    for who in ("clerk", "supervisor"):
        page = look(browser_of(who), linked)
        part = page.partition('id="hotline"')[2].partition("</section>")[0]
        assert "RX000017" in part
        assert "The hotline leads" in part
        assert moment(due) in part
        assert f'<a href="{picture}">现场.png</a>' in part
        assert f'<a href="{pdf}">说明.pdf</a>' in part
        assert "a.exe" in part
        assert program not in part


def test_an_attachment_is_handed_over_as_a_file_and_nothing_else(linked, clerk):
    say(linked, 1, "accepted")
    picture, pdf, program = send(linked, ("a.html", photograph()), ("b.html", PDF), ("c.html", b"<script>"))

    given = clerk.get(pdf)
    assert given.content == PDF
    assert given.headers["Content-Type"] == "application/pdf"
    drawn = clerk.get(picture)
    assert drawn.headers["Content-Type"] == "image/jpeg"
    for answer, ending in ((given, "pdf"), (drawn, "jpg")):
        assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
        assert answer.headers["Content-Disposition"].endswith(f'.{ending}"')
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    assert clerk.get(program).status_code == NOT_THERE


def test_an_attachment_belongs_to_its_order_and_to_who_sees_it(linked, bad_review, clerk, browser_of):
    say(linked, 1, "accepted")
    [pdf] = send(linked, ("说明.pdf", PDF))
    other = bad_review("YC-8")

    assert clerk.get(pdf.replace(str(linked.order_id), str(other.order_id))).status_code == NOT_THERE
    stranger = browser_of("other_clerk")
    assert stranger.get(pdf).status_code == stranger.get(linked.address()).status_code != 200
    assert clerk.get(pdf).status_code == 200
    bind("clerk")
    assert clerk.get(pdf).status_code == NOT_THERE


def test_of_a_concealed_reviewer_the_agency_gets_no_attachment(linked, world, clerk, browser_of):
    say(linked, 1, "accepted")
    [pdf] = send(linked, ("张三的说明.pdf", PDF))
    supplement(linked, world)

    page, office = look(clerk, linked), browser_of("supervisor")

    assert "RX000017" in page
    assert "张三" not in page
    assert clerk.get(pdf).status_code == NOT_THERE
    assert pdf in look(office, linked)
    assert office.get(pdf).status_code == 200


def test_an_order_at_no_hotline_says_nothing_of_one(linked, bad_review, clerk):
    assert 'id="hotline"' not in look(clerk, bad_review("YC-8"))


def test_an_order_at_a_hotline_with_a_classed_fault_asks_at_most_twelve_questions(linked, browser_of, world):
    say(linked, 1, "accepted")
    send(linked, ("说明.pdf", PDF))
    bring_to(linked, OrderState.VERIFIED, world)
    class_fault.class_fault(
        linked.order_id,
        responsibilities=["service"],
        note="没有一次告知",
        agency="",
        proposal="",
        by=worlds.EVERYBODY,
        now=timezone.now(),
    )

    for who in ("lead", "supervisor"):
        asked = questions(browser_of(who), linked.address())
        assert len(asked) <= 12, asked


@pytest.mark.parametrize("rules", ["theirs", "ours"])
def test_that_the_hotline_gave_more_time_stands_in_what_has_happened(bad_review, world, browser_of, rules):
    worlds.follow(worlds.COUNTY, world, hotline_clock=rules)
    proposed = ProposedLink(worlds.CITY, ORIGIN + "/12345", "theirs", local_day(world))
    actions.set_link(proposed, allowed={ORIGIN}, by=OPERATOR, now=world)
    bad = bad_review("YC-7")
    bring_to(bad, OrderState.SIGNED, world)
    hotline_out.queue_steps(now=timezone.now())
    until = timezone.now() + timedelta(days=40)

    say(bad, 1, "extended", until=until.isoformat(), reason="须与省厅会商，问13912345678")

    history = look(browser_of("clerk"), bad).partition('id="history"')[2]
    assert history.count("须与省厅会商") == 1
    assert "13912345678" not in history
    assert ("what is promised here stays" in history) is (rules == "ours")
    assert (moment(until) in history) is (rules == "ours")
