"""状态: the lives of everything in the rooms that has states, from the dictionaries in the rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from docs.generate.drawing import boxes
from docs.generate.pages import chinese, code, table
from haochaping.cases import states as cases
from haochaping.cases.terms import CaseStatus
from haochaping.identity import states as identity
from haochaping.identity.terms import OPENING_LABELS, OPENING_MOVES, OpeningState
from haochaping.notices import states as notices
from haochaping.notices.terms import DELIVERY_LABELS, DeliveryState
from haochaping.publicity.terms import Decision
from haochaping.rectification import states as rectification
from haochaping.rectification.terms import (
    APPEAL_MOVE_LABELS,
    APPEAL_STATE_LABELS,
    MOVE_LABELS,
    REFORM_LABELS,
    REFORM_MOVE_LABELS,
    STATE_LABELS,
    AppealState,
    HandlingOutcome,
    OrderState,
    ReformState,
)
from haochaping.supervision import states as supervision
from haochaping.supervision.terms import (
    PROPOSAL_LABELS,
    PROPOSAL_MOVE_LABELS,
    SUPERVISION_LABELS,
    SUPERVISION_MOVES,
    ProposalState,
    SupervisionState,
)
from haochaping.voices import states as voices
from haochaping.voices.terms import MOVE_LABELS as VOICE_MOVES
from haochaping.voices.terms import STATE_LABELS as VOICE_STATES
from haochaping.voices.terms import VoiceState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from enum import StrEnum

_CASE_LABELS = {
    CaseStatus.SUBMITTED: "已提交",
    CaseStatus.ACCEPTED: "已受理",
    CaseStatus.IN_PROCESS: "办理中",
    CaseStatus.SUPPLEMENT_REQUESTED: "待补正",
    CaseStatus.SUSPENDED: "特别程序中",
    CaseStatus.RETURNED: "已退回",
    CaseStatus.COMPLETED: "已办结",
    CaseStatus.REJECTED: "不予受理或不予许可",
    CaseStatus.WITHDRAWN: "申请人撤回",
}


@dataclass(frozen=True, slots=True)
class Life:
    """A thing that has states: its name, labels in the order they are drawn, and steps (from, to, what, who)."""

    name: str
    title: str
    source: str
    labels: dict[StrEnum, str]
    steps: Sequence[tuple[StrEnum, StrEnum, str, str]]
    elsewhere: Sequence[tuple[str, str]] = ()
    """What the procedure (domain.md §6.5) names as a state and this house keeps in another way."""

    def final(self) -> set[int]:
        """The places of the states that are not left again."""
        left = {begin for begin, end, _, _ in self.steps if begin != end}
        return {n for n, state in enumerate(self.labels) if state not in left}


def lives() -> list[Life]:
    """Everything of the house that goes through states."""
    return [
        _order(),
        _appeal(),
        _reform(),
        _voice(),
        _case(),
        _notice(),
        _opening(),
        _supervision(),
        _proposal(),
    ]


def _order() -> Life:
    steps = [
        (begin, end, chinese(MOVE_LABELS[move]), code(rectification.FIRED_BY.get(move, "")))
        for (begin, move), end in rectification.TRANSITIONS.items()
    ]
    labels: dict[StrEnum, str] = {state: chinese(STATE_LABELS[state]) for state in OrderState}
    return Life(
        "work_order", "差评工单 · work order", "rectification/states.py", labels, steps, _elsewhere_of_order()
    )


def _elsewhere_of_order() -> list[tuple[str, str]]:
    verified, checked, closed = (
        code(state) for state in (OrderState.VERIFIED, OrderState.CHECKED, OrderState.CLOSED)
    )
    at_once, unreached = (
        code(one) for one in (HandlingOutcome.IMMEDIATE_RECTIFIED, HandlingOutcome.UNREACHABLE_CLOSED)
    )
    released, held = code(Decision.RELEASED), code(Decision.HELD)
    return [
        (
            "`verifying` 核实中",
            f"签收后、第一次回访记录前；之后是 {verified} · signed for, until a call is recorded; then {verified}",
        ),
        ("`rectifying_now` 立行立改", f"{verified}，处理结果 {at_once} · {verified}, outcome {at_once}"),
        (
            "`unreachable_closed` 联系不上",
            f"处理结果 {unreached}，另有指标 · an outcome with a measure of its own: `unreached_rate`",
        ),
        ("`confirm` 质检", f"答复之后、{checked} 之前 · between the reply and {checked}"),
        (
            "`closed_unrated` 未评价办结",
            f"{closed}，没有解决情况回答 · {closed} without a word of the reviewer",
        ),
        (
            "`published` 已公开",
            f"发布决定 {released}，答复和评价文字各自决定 · decided of reply and words apart from each other",
        ),
        ("`withheld` 不公开", f"发布决定 {held}，写明理由 · a decision with its reason"),
        (
            "`archived` 归档",
            f"{closed}：工单、经过和账本条目不删除，各级和统计照常可查 · nothing of an order is deleted, so no state says it",
        ),
        (
            "上报 reported",
            "随办件上报上级，每次变化再报 · reported upward with its case, again at each change",
        ),
    ]


def _appeal() -> Life:
    steps = [
        (begin, end, chinese(APPEAL_MOVE_LABELS[move]), code(rectification.APPEAL_FIRED_BY.get(move, "")))
        for (begin, move), end in rectification.APPEAL_TRANSITIONS.items()
    ]
    labels: dict[StrEnum, str] = {state: chinese(APPEAL_STATE_LABELS[state]) for state in AppealState}
    return Life("appeal", "申诉 · appeal", "rectification/states.py", labels, steps)


def _reform() -> Life:
    steps = [
        (
            begin,
            end,
            chinese(REFORM_MOVE_LABELS[move]),
            " ".join(sorted(map(code, rectification.REFORM_FIRED_BY.get(move, ())))),
        )
        for (begin, move), end in rectification.REFORM_TRANSITIONS.items()
    ]
    labels: dict[StrEnum, str] = {state: chinese(REFORM_LABELS[state]) for state in ReformState}
    return Life("reform", "改革建议 · proposal of a reform", "rectification/states.py", labels, steps)


def _proposal() -> Life:
    steps = [
        (begin, end, chinese(PROPOSAL_MOVE_LABELS[move]), code(supervision.PROPOSAL_FIRED_BY[move]))
        for (begin, move), end in supervision.PROPOSAL_TRANSITIONS.items()
    ]
    labels: dict[StrEnum, str] = {state: chinese(PROPOSAL_LABELS[state]) for state in ProposalState}
    return Life("proposal", "监督建议 · proposal of supervision", "supervision/states.py", labels, steps)


def _voice() -> Life:
    steps = [
        (begin, end, chinese(VOICE_MOVES[move]), code(voices.FIRED_BY.get(move, "")))
        for (begin, move), end in voices.TRANSITIONS.items()
    ]
    labels: dict[StrEnum, str] = {state: chinese(VOICE_STATES[state]) for state in VoiceState}
    return Life("voice", "诉求 · voice", "voices/states.py", labels, steps)


def _case() -> Life:
    steps = [
        (b, e, "", "") for b, ends in cases.TRANSITIONS.items() for e in CaseStatus if e in ends and e != b
    ]
    labels: dict[StrEnum, str] = {state: _CASE_LABELS[state] for state in CaseStatus}
    return Life("case", "办件 · case", "cases/states.py", labels, steps)


def _notice() -> Life:
    steps = [(b, e, "", "") for b, ends in notices.TRANSITIONS.items() for e in DeliveryState if e in ends]
    labels: dict[StrEnum, str] = {state: chinese(DELIVERY_LABELS[state]) for state in DeliveryState}
    return Life("delivery", "外发通知 · delivery", "notices/states.py", labels, steps)


def _opening() -> Life:
    steps = [
        (begin, end, chinese(OPENING_MOVES[move]), code(identity.FIRED_BY.get(move, "")))
        for (begin, move), end in identity.TRANSITIONS.items()
    ]
    labels: dict[StrEnum, str] = {state: chinese(OPENING_LABELS[state]) for state in OpeningState}
    return Life("opening", "开封申请 · request to open an identity", "identity/states.py", labels, steps)


def _supervision() -> Life:
    steps = [
        (begin, end, chinese(SUPERVISION_MOVES[move]), code(supervision.FIRED_BY.get(move, "")))
        for (begin, move), end in supervision.TRANSITIONS.items()
    ]
    labels: dict[StrEnum, str] = {state: chinese(SUPERVISION_LABELS[state]) for state in SupervisionState}
    return Life("supervision", "督办单 · supervision order", "supervision/states.py", labels, steps)


def pages() -> dict[str, str]:
    """One page, and a drawing for each life."""
    made = {f"states-{life.name}.svg": _drawing(life) for life in lives()}
    return made | {"states.md": _INTRODUCTION + "\n".join(_section(life) for life in lives())}


def _drawing(life: Life) -> str:
    place = {state: n for n, state in enumerate(life.labels)}
    # A drawing has room for the step's name; its explanation stands in the table.
    arrows = [(place[begin], place[end], what.partition("：")[0]) for begin, end, what, _ in life.steps]
    return boxes(life.title, [(label, state) for state, label in life.labels.items()], arrows, life.final())


def _section(life: Life) -> str:
    rows = [
        [f"{life.labels[begin]} {code(begin)}", f"{life.labels[end]} {code(end)}", what or "—", who or "—"]
        for begin, end, what, who in life.steps
    ]
    heading = ["从 from", "到 to", "经过 move", "权限 power"]
    return (
        f"## {life.title}\n\n"
        f"![{life.title}](states-{life.name}.svg)\n\n"
        f"来源 source: `src/haochaping/{life.source}`\n\n{table(heading, rows)}{_kept_elsewhere(life)}"
    )


def _kept_elsewhere(life: Life) -> str:
    if not life.elsewhere:
        return ""
    heading = ["规程里的状态 state of the procedure", "本系统 here"]
    return f"\n规程里另有名称、这里不作为状态的：\n\n{table(heading, life.elsewhere)}"


_INTRODUCTION = """# 状态 · States

图和表由代码里的状态字典生成；字典里没有的变化一律拒绝。绿色的状态不再离开。
没有写权限的变化由流程自己作出（系统，或者评价人自己的更正）。

Drawings and tables are made from the dictionaries of the rooms; what is not in them is refused.

"""
