"""The same story in two places that have nothing to do with each other, so that every table of a place has rows of both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from haochaping.accounts import actions as accounts
from haochaping.accounts.terms import Place, Role
from haochaping.directory import queries as directory
from haochaping.exchange.models import DifferingRecord, Reconciliation, StatedBatch
from haochaping.exchange.quality import actions as quality
from haochaping.exchange.quality.rules import parts
from haochaping.exchange.quality.terms import Finding, Judgement, Sent, Source
from haochaping.exchange.terms import Raw
from haochaping.files import actions as files
from haochaping.files.documents import recognised
from haochaping.files.pictures import redrawn
from haochaping.flows import (
    change_review,
    enter_paper,
    handle_bad_review,
    hotline_in,
    make_circular,
    show_evidence,
    take_step,
)
from haochaping.flows.enter_paper import TypedSlip
from haochaping.flows.receive_reviews import receive_reviews
from haochaping.hotline import actions as hotline
from haochaping.hotline import queries as hotline_links
from haochaping.hotline.terms import Happened, Master, ProposedLink
from haochaping.kernel.actor import EVERYWHERE, OPERATOR, SYSTEM, Scope
from haochaping.kernel.identifiers import uuid7
from haochaping.kernel.periods import local_day
from haochaping.levels.models import IncomingBatch, OutgoingBatch, Peer, ReportedOrder, ReturnedCase, ToldDay
from haochaping.notices import actions as notices
from haochaping.notices.models import StaffNotice
from haochaping.publicity.terms import Decision, Part
from haochaping.rectification import actions as rectification
from haochaping.rectification import queries as orders
from haochaping.reviews import actions as reviews
from haochaping.reviews import queries
from haochaping.reviews.asking import actions as invitations
from haochaping.reviews.asking import queries as asking
from haochaping.reviews.asking.terms import Asking
from haochaping.reviews.models import AskingAttempt, AskingCall, Invitation
from haochaping.reviews.terms import AskingEnd, Entrance, HelpedBy, ReasonClass, SupplementRow
from haochaping.supervision import actions as supervision
from haochaping.supervision.actions import samples
from haochaping.supervision.models import ReprisalReport, SampleCall, SampledReview
from haochaping.supervision.terms import Lot, NewSignal, ReportMove, SampleKind, SignalKind
from haochaping.voices import actions as voices
from haochaping.voices.terms import VoiceTarget
from tests import worlds
from tests.photographs import photograph
from tests.publicity.circulars import town

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from haochaping.kernel.actor import Actor
    from haochaping.rectification.terms import OrderRow

PROVINCE = f"{worlds.PROVINCE}."
HERE = {
    "own agency": Scope(agency_path=f"{worlds.AGENCY}."),
    "own division": Scope(division_path=f"{PROVINCE}{worlds.CITY}.{worlds.COUNTY}."),
}
THERE = {
    "other agency": Scope(agency_path=f"{worlds.OTHER_AGENCY}."),
    "other division": Scope(division_path=f"{PROVINCE}{worlds.OTHER_CITY}."),
}


@dataclass(frozen=True)
class Told:
    """What the story of one place left behind."""

    case_no: str
    review_id: UUID
    order_id: UUID
    photo_id: UUID


def build(now: datetime) -> tuple[Told, Told]:
    """Tell it here and there, ending half an hour before `now`."""
    worlds.build(now - timedelta(days=2))
    there = {"item": worlds.OTHER_ITEM, "agency": worlds.OTHER_AGENCY, "division": worlds.OTHER_CITY}
    return tell("YC-1", HERE["own agency"], now), tell("SG-1", THERE["other agency"], now, **there)


def tell(case_no: str, scope: Scope, now: datetime, **place: object) -> Told:
    """A bad review with all that can come of it, up to the published reply."""
    at, clerk = now - timedelta(days=1), replace(worlds.CLERK, scope=scope)
    worlds.take_case(case_no, at, **place)
    typed = TypedSlip(case_no, "", None, 2, "", "排队太久。", local_day(at))
    enter_paper.begin(typed, by=replace(clerk, powers=frozenset({"paper.enter"})), now=at)
    called(case_no, at)
    raw = Raw(worlds.review(case_no, 1, at, channel="mobile"))
    given = receive_reviews([raw], entrance=Entrance.TOKEN, by=worlds.REVIEWER, now=at)[0]
    order = orders.order_of_review(given.id) if given.id else None
    assert order is not None
    reader = _somebody_to_tell(case_no, scope, at)
    rectification.mark_looked(order.id, user_id=reader, now=at)
    photo_id = _reviewer_tells(order.review_id, at)
    _agency_acts(order.id, clerk, at + timedelta(minutes=30))
    rectification.answer_solution(order.review_id, solved="no", text="没有解决", by=worlds.REVIEWER, now=now)
    _clerk_takes_up(order.review_id, clerk, now)
    dispatcher = replace(clerk, powers=frozenset({"order.dispatch"}))
    project = {"title": "并窗", "root_cause": "两套系统", "tasks": "合并窗口"}
    rectification.open_project(order.id, **project, by=dispatcher, now=now)
    publisher = replace(worlds.PUBLISHER, scope=Scope(division_path=PROVINCE))
    worlds.decide(order.review_id, Part.TEXT, Decision.RELEASED, by=publisher, now=now)
    _supervisor_looks(order.id, clerk, now)
    _drawn(order, now)
    supervision.report(order.review_id, text="后来窗口不给我办。", by=worlds.REVIEWER, now=now)
    supervision.deal_with_report(
        ReprisalReport.objects.get(review_id=order.review_id).id,
        move=ReportMove.LOOK_INTO,
        note="已约谈。",
        by=SYSTEM,
        now=now,
    )
    _agency_appeals(order.id, order.review_id, scope, now)
    _hotline_attaches(order, now)
    reconciled(order.division_id, now)
    _reported_about(order.agency_id, now)
    _source_is_judged(order, now)
    _installation_below_reports(order, now)
    return Told(case_no, order.review_id, order.id, photo_id)


def _reported_about(agency_id: int, now: datetime) -> None:
    """A special report about the agency is being written."""
    day, writer = local_day(now), replace(town.WRITER, scope=EVERYWHERE)
    code = directory.agency_by_id(agency_id).code
    make_circular.make_special("agency", code, day, day, words=town.words, by=writer, now=now)


def called(case_no: str, now: datetime) -> UUID:
    """The person of a case's invitation is on the list of callers, and nobody has answered once; returns the call's id."""
    invitation_id = Invitation.objects.get(occurrence__case__case_no=case_no).id
    [due] = asking.held([invitation_id])
    settled = [(due, Asking(ended=AskingEnd.BY_PHONE))]
    invitations.settle_asking(settled, messages={}, by=SYSTEM, now=now)
    call = AskingCall.objects.get(invitation_id=invitation_id)
    AskingAttempt.objects.create(
        call=uuid7(now), asking=call, called_at=now, result="no_answer", by="staff:1", at=now
    )
    return call.id


def _supervisor_looks(order_id: UUID, clerk: Actor, now: datetime) -> None:
    (order,) = orders.rows([order_id])
    signal = NewSignal(
        SignalKind.REOPENED, order.division_id, order.agency_id, str(order_id), now.date(), order_id
    )
    (signal_id,) = supervision.raise_signals([signal], by=SYSTEM, now=now)
    letter = supervision.open_letter(
        agency_code="",
        work_order_id=None,
        signal_id=signal_id,
        text="请说明。",
        key=uuid7(now),
        by=SYSTEM,
        now=now,
    )
    supervision.notify(letter, by=SYSTEM, now=now)
    supervision.respond(letter, text="已整改。", by=clerk, now=now)
    supervision.check(letter, text="属实。", by=SYSTEM, now=now)
    supervision.propose(letter, rung="circular", reason="两次。", by=SYSTEM, now=now)
    supervision.urge(to="", work_order_id=order_id, text="请办。", key=uuid7(now), by=SYSTEM, now=now)


def _source_is_judged(order: OrderRow, now: datetime) -> None:
    """A platform of the place has its card, with something found, and a numbered batch."""
    place, platform = directory.division_by_id(order.division_id), directory.platforms([worlds.SOURCE])
    source = Source(platform[worlds.SOURCE].id, worlds.SOURCE, place.id, place.path, None)
    # One platform has one card a day; both stories are told of the same one.
    day = local_day(now) - timedelta(days=int(place.code[3]))
    found = Judgement(Sent(source.id, day, 1, 1), (Finding("DQ-14", 1),))
    card = (source, found, parts(found, coverage=1.0))
    quality.keep_cards(day, [card], by=SYSTEM, now=now)
    StatedBatch.objects.create(
        id=uuid7(now),
        platform_id=source.id,
        division_id=place.id,
        seq=int(place.code[3]),
        kind="case",
        state="taken",
        fingerprint=b"",
        rows=1,
        sent_by="client:1",
        made_at=now,
        received_at=now,
    )


def _installation_below_reports(order: OrderRow, now: datetime) -> None:
    """Another installation of the place exchanges batches, sends a case back, and has the order too."""
    batch = {"seq": 1, "kind": "records", "rows": 1, "sha256": "0" * 64, "content": b""}
    peer = Peer.objects.create(
        code=f"below-{order.division_id}",
        known_as="here",
        division_id=order.division_id,
        public_key=b"0" * 32,
        sends=True,
        takes=True,
        due_at=now,
        set_at=now,
    )
    OutgoingBatch.objects.create(id=uuid7(now), peer=peer, state="queued", made_at=now, **batch)
    IncomingBatch.objects.create(
        id=uuid7(now), peer=peer, state="merged", answer=b"", received_at=now, **batch
    )
    told = {"source": worlds.SOURCE, "kind": "cases", "day": now.date(), "told_at": now}
    ToldDay.objects.create(peer=peer, count=0, differing=[], params={}, **told)
    ReturnedCase.objects.create(
        id=uuid7(now),
        peer=peer,
        source=worlds.SOURCE,
        case_no="YC-9",
        code="unknown_item",
        message="x",
        state="rejected",
        since=now,
        again_at=now,
    )
    ReportedOrder.objects.create(
        review_id=order.review_id,
        peer=peer,
        number="1",
        state="dispatched",
        division_id=order.division_id,
        agency_id=order.agency_id,
        item_id=order.item_id,
        created_at=now,
        facts={},
        counts=False,
        reported_at=now,
    )


def _hotline_attaches(order: OrderRow, now: datetime) -> None:
    """The order is at a hotline too, which sends something with it."""
    allowed, code = {"https://hotline.example"}, directory.division_by_id(order.division_id).code
    proposed = ProposedLink(code, "https://hotline.example/12345", Master.THEIRS, local_day(now))
    link = hotline_links.link(hotline.set_link(proposed, allowed=allowed, by=OPERATOR, now=now))
    hotline.put(Happened(uuid7(now), order.id, "dispatch", now), None, link, [], now=now)
    message = {"message": "1", "seq": 1, "kind": "attachment", "order": str(order.id), "at": now.isoformat()}
    hotline_in.receive(link, message | {"facts": {"name": "a.pdf", "content": "JVBERi0="}}, now=now)


def reconciled(division_id: int, now: datetime) -> UUID:
    """A source of the division has sent less than it says."""
    row = Reconciliation.objects.create(
        id=uuid7(now),
        platform_id=directory.platforms([worlds.SOURCE])[worlds.SOURCE].id,
        division_id=division_id,
        day=local_day(now) - timedelta(days=division_id),
        kind="reviews",
        state="differing",
        our_count=1,
        our_total=1,
        our_digest=1,
        their_count=2,
        their_total=6,
        their_digest=2,
        differing=1,
        agreement=0,
        asked=[],
        told_by="client:1",
        begun_at=now,
        compared_at=now,
    )
    DifferingRecord.objects.create(
        reconciliation=row, case_no="YC-9", occurrence_no=1, assess_no=1, ours="", theirs="5"
    )
    return row.id


def _drawn(order: OrderRow, now: datetime) -> None:
    """It is drawn to be asked again, and somebody has called."""
    code = directory.division_by_id(order.division_id).code
    lot = Lot("0" * 64, -1, {"0" * 32: order.review_id}, 1)
    month = now.date().replace(day=1)
    samples.draw(order.division_id, code, month, SampleKind.BAD_CLOSED, lot=lot, by=SYSTEM, now=now)
    sample = SampledReview.objects.get(review_id=order.review_id)
    SampleCall.objects.create(
        id=uuid7(now),
        sample=sample,
        call=uuid7(now),
        called_at=now,
        result="not_reached",
        by="staff:0",
        at=now,
    )


def _somebody_to_tell(case_no: str, scope: Scope, at: datetime) -> int:
    name, agency = f"reader-{case_no.lower()}", str(scope.agency_path).rstrip(".")
    user_id = accounts.open_account(username=name, display_name=name, by=OPERATOR, now=at)
    accounts.grant_role(
        user_id=user_id, role=Role.CLERK, place=Place(agency_code=agency), by=OPERATOR, now=at
    )
    return user_id


def _reviewer_tells(review_id: UUID, at: datetime) -> UUID:
    reviewer = worlds.REVIEWER
    said = SupplementRow(may_call_back=True, helped_by=HelpedBy.FAMILY)
    reviews.supplement(review_id, said, by=reviewer, now=at)
    change_review.finish_review(review_id, ["113"], "窗口让我跑了三次。", by=reviewer, now=at)
    notices.address(StaffNotice.objects.values_list("id", flat=True), now=at)
    (photo_id,) = files.keep("review", str(review_id), [redrawn(photograph(), name="a")], by=reviewer, now=at)
    return photo_id


def _clerk_takes_up(review_id: UUID, clerk: Actor, at: datetime) -> None:
    review = queries.reviews([review_id])[review_id]
    target = VoiceTarget(review.division_id, review.agency_id, review.item_id)
    said = {"kind": "suggestion", "matter": "", "quote": "三次", "note": "可以改进"}
    voices.take_up(review_id, **said, target=target, by=clerk, now=at)


def _agency_acts(order_id: UUID, clerk: Actor, at: datetime) -> None:
    rectification.dispatch([order_id], by=SYSTEM, now=at)
    rectification.sign_for(order_id, by=clerk, now=at)
    handle_bad_review.write_to_reviewer(order_id, "请告知经过。", by=clerk, now=at)
    worlds.hear(
        order_id, result="answered", is_true=True, is_reasonable=True, note="已核实", by=clerk, now=at
    )
    rectification.enter_in_ledger(
        order_id, reason="须改造系统", plan=f"{local_day(at)} 并窗", by=clerk, now=at
    )
    rectification.class_fault(
        order_id,
        responsibilities=["business"],
        note="材料要了两次。",
        agency_code=str(clerk.scope.agency_path).rstrip(".").split(".")[-1],
        proposal="不再收第二次。",
        by=clerk,
        now=at,
    )
    rectification.ask_extension(order_id, days=1, reason="等待配件", by=clerk, now=at)
    [line] = orders.plan_of_order(order_id)
    rectification.reach_milestone(order_id, milestone_id=line.id, note="已并窗", by=clerk, now=at)
    rectification.rectify(order_id, outcome="immediate_rectified", text="已并窗办理", by=clerk, now=at)
    take_step.take_step(order_id, f"reply:{order_id}", lambda: _clerk_replies(order_id, clerk, at), now=at)


def _clerk_replies(order_id: UUID, clerk: Actor, at: datetime) -> None:
    pictures = [redrawn(photograph(), name="b")]
    show_evidence.show(order_id, caption="新窗口", shown=True, pictures=pictures, by=clerk, now=at)
    handle_bad_review.reply(order_id, "已改为一次办结。", by=clerk, now=at)


def _agency_appeals(order_id: UUID, review_id: UUID, scope: Scope, now: datetime) -> None:
    """It is upheld, and the review counts again in the end: what was told before stays to be seen."""
    lead = replace(worlds.CLERK, id="lead", powers=worlds.CLERK.powers | {"appeal.file"}, scope=scope)
    first, second = (
        replace(lead, id=name, powers=frozenset({"appeal.decide"}), scope=Scope(division_path=PROVINCE))
        for name in ("first", "second")
    )
    appeal_id = rectification.file_appeal(
        order_id, ground="mis_tap", fact="", text="点错了。", reference="", by=lead, now=now
    )
    files.keep_documents("appeal", str(appeal_id), [recognised(b"OggS", name="a")], by=lead, now=now)
    rectification.accept_appeal(appeal_id, by=first, now=now)
    rectification.answer_appeal(appeal_id, agrees=True, text="是点错了。", by=worlds.REVIEWER, now=now)
    rectification.propose_decision(
        appeal_id, verdict="mistaken", fact="", evidence=(), text="属实。", by=first, now=now
    )
    rectification.confirm_decision(appeal_id, by=second, now=now)
    reviews.exclude(review_id, reason_class=ReasonClass.MISTAKEN, by=second, now=now)
    reviews.restore(review_id, by=second, now=now)
