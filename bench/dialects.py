"""What a dialect costs: CPU of a message beyond what the same records cost on the canonical path, for each family.

“layer” is the envelope, the signature, the reading and the answer alone; “whole” is a message on its road through a
database, less the same review on the canonical path in the same run. Limits for the layer: plain JSON, forms and XML
0.3 ms, SM4 1 ms, SM2 (decrypt and verify) 4 ms. The exit status is 1 when a limit is broken.
Usage: python -m bench.dialects [messages] [runs]
"""

from __future__ import annotations

import json
import statistics
import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from bench.world import ITEM, build, cases, connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from haochaping.exchange.dialects.envelope import Keys, Message
    from haochaping.exchange.dialects.terms import Description, Operation

MESSAGES = int(sys.argv[1]) if len(sys.argv) > 1 else 300
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
_PLAIN, _SM4, _SM2 = 0.3, 1.0, 4.0
_WINDOW = timedelta(days=1)


def _record(**more: object) -> dict[str, object]:
    """About what a real message holds."""
    words = "关于测试申请人测试事项名称的业务"
    person = {
        "userName": "测试申请人",
        "userProp": "1",
        "userPageType": "111",
        "certKey": "990102199001010000",
    }
    case = {"proStatus": "3", "acceptDate": "2026-01-01 09:00:00", "resultDate": "2026-01-02 09:00:00"}
    rest = {f"other{n}": words for n in range(4)}
    return person | case | rest | more


_REVIEW = {
    "satisfaction": "2", "alternate": "2", "evalDetail": "209,213", "appraisald": "209,213", "pf": "4",
    "assessTime": "2026-01-02 10:00:00", "assessNumber": "1", "evaluateType": "1", "serviceNumber": "1",
}  # fmt: skip
# (family, dialect, call, record, limit in ms); records are wrapped as their senders wrap them.
_FAMILIES: list[tuple[str, str, str, dict[str, object], float]] = [
    ("JSON", "jining", "review", _record(projectno="X", **_REVIEW), _PLAIN),
    (
        "form",
        "zhejiang-ningbo",
        "report",
        _record(projectNo="X", taskCode=ITEM, deptCode="A", areaCode="990000", promiseTime="1", **_REVIEW),
        _PLAIN,
    ),
    (
        "SOAP and XML",
        "fujian-2019",
        "save",
        _record(
            projectNo="X", itemCode=ITEM, regionCode="990000", contactMobile="13900000000", nodeName="办结",
            serviceTime="2026-01-02 09:00:00", **_REVIEW,
        ),
        _PLAIN,
    ),
    (
        "SOAP and SM4",
        "fujian-2020",
        "save",
        _record(
            projectNo="X", itemCode=ITEM, regionCode="990000", contactMobile="13900000000", nodeName="办结",
            serviceTime="2026-01-02 09:00:00", **_REVIEW,
        ),
        _SM4,
    ),
    ("SM2", "shandong", "review-offline", _record(projectNo="X", **_REVIEW), _SM2),
]  # fmt: skip


def main() -> int:
    """Measure the layer of each family, then one family of each kind as a whole; returns the exit status."""
    connect()
    broken = [_layer(*family) for family in _FAMILIES]
    _whole()
    print(f"dialects: {sum(broken)} over a limit; medians of {RUNS} runs of {MESSAGES} messages")
    return int(any(broken))


def _layer(family: str, dialect: str, call: str, record: dict[str, object], limit: float) -> bool:
    from haochaping.exchange.dialects import replies, signing
    from haochaping.exchange.dialects.envelope import open_message
    from haochaping.exchange.dialects.reading import read

    description, operation, message, keys = _message(dialect, call, record)
    now = datetime.now(UTC)

    def check(outer: object) -> None:
        if operation.signature:
            signing.check(operation.signature, outer, keys, window=_WINDOW, now=now)

    def once() -> None:
        opened = open_message(operation, message, keys, check)
        for one in opened.records:
            reading = read(operation, description, one)
            if reading.complaint:
                raise SystemExit(f"{dialect}: {reading.complaint}")
        replies.write(operation.replies["done"], {"id": "x", "call": call}, keys)

    cost, speed = _cost(once)
    over = cost > limit
    print(
        f"{family:<14} layer {cost:6.3f} ms  limit {limit:.1f}  ratio {cost / limit:5.2f}  {speed:7,.0f}/s"
        f"{'  ← over' * over}",
        flush=True,
    )
    return over


def _cost(once: Callable[[], object]) -> tuple[float, float]:
    once()
    costs, speeds = [], []
    for _ in range(RUNS):
        cpu, wall = process_time(), perf_counter()
        for _ in range(MESSAGES):
            once()
        costs.append((process_time() - cpu) / MESSAGES * 1000)
        speeds.append(MESSAGES / (perf_counter() - wall))
    return statistics.median(costs), statistics.median(speeds)


def _message(dialect: str, call: str, record: object) -> tuple[Description, Operation, Message, Keys]:
    """A message as the other side makes it, and our keys to open it."""
    from haochaping.exchange.dialects import shelf, signing, sm, trial
    from haochaping.exchange.dialects.envelope import Keys
    from haochaping.exchange.dialects.moments import write_moment

    description = shelf.dialect(dialect)
    if description is None:
        raise SystemExit(dialect)
    our_public, our_private = sm.key_pair()
    their_public, their_private = sm.key_pair()
    common = {"mark": "mark", "word": "word"}
    ours = Keys(common | {"our_private_key": our_private, "their_public_key": their_public})
    theirs = Keys(common | {"our_private_key": their_private, "their_public_key": our_public})
    now = datetime.now(UTC)
    at = write_moment(now, "yyyyMMddHHmmss")
    token = signing.token(ours, now=now, lasts=timedelta(hours=2))
    wrapped = [record] if dialect == "shandong" else record
    operation, message = trial.message_of(description, call, wrapped, theirs, at=at, token=token)
    return description, operation, message, ours


def _whole() -> None:
    """Reviews of known cases, one a message, in their dialect and on the canonical path, in turn."""
    from django.utils import timezone

    from haochaping.accounts import actions as accounts
    from haochaping.accounts import queries as clients
    from haochaping.exchange import actions, queries
    from haochaping.exchange.dialects.envelope import Message
    from haochaping.exchange.dialects.moments import write_moment
    from haochaping.exchange.terms import Raw
    from haochaping.flows.answer_wire import answer
    from haochaping.flows.open_wire import Call
    from haochaping.flows.receive_together import receive_together
    from haochaping.kernel.actor import OPERATOR
    from haochaping.reviews.terms import Entrance

    now = timezone.now()
    build(now - timedelta(days=2))
    actions.set_source("bench", dialect="jining", keys={}, unsigned=True, by=OPERATOR, now=now)
    # The canonical path looks its sender up too.
    _, key = accounts.create_client(name="bench", division_code="990000000000", by=OPERATOR, now=now)
    extra = []
    for run in range(RUNS):
        numbers = cases(2 * MESSAGES, f"37d{run}", now - timedelta(minutes=30))
        costs = {}
        for kind, chosen in (("dialect", numbers[::2]), ("canonical", numbers[1::2])):
            cpu = process_time()
            for number in chosen:
                if kind == "canonical":
                    clients.client_by_key(key)
                    receive_together(
                        [Raw(_review(number, now))], entrance=Entrance.UNSIGNED, by=OPERATOR, now=now
                    )
                    continue
                source = queries.source("bench")
                description, operation = _jining()
                told: dict[str, Any] = _record(projectno=number, **_REVIEW) | {
                    "assessTime": write_moment(now, "yyyy-MM-dd HH:mm:ss"),
                }
                message = Message(body=json.dumps({"params": told}, ensure_ascii=False).encode())
                if source is None or answer(Call(description, operation, source, message), now=now).complaint:
                    raise SystemExit("not taken")
            costs[kind] = (process_time() - cpu) / MESSAGES * 1000
        extra.append((costs["dialect"] - costs["canonical"], costs["canonical"]))
    more, base = (statistics.median(column) for column in zip(*extra, strict=True))
    print(f"{'JSON':<14} whole {more:6.3f} ms beyond the canonical {base:.3f} ms")


def _jining() -> tuple[Description, Operation]:
    from haochaping.exchange.dialects import shelf

    description = shelf.dialect("jining")
    if description is None or (operation := description.operation("review")) is None:
        raise SystemExit("jining")
    return description, operation


def _review(number: str, now: datetime) -> dict[str, object]:
    return {
        "source": "bench",
        "case_no": number,
        "occurrence_no": 1,
        "rating_value": 2,
        "indicator_codes": ["209", "213"],
        "channel": "hall_pad",
        "assessed_at": now.isoformat(),
    }


if __name__ == "__main__":
    sys.exit(main())
