"""How long after a bad review its notices leave: 50 bad reviews a second down the main road, the house's worker running.

Prints the median and the 99th percentile of seconds from the moment the order is due for dispatch (the reviewer has
finished: here, acceptance) to the text message in the hands of the gateway, and to the signed request at the agency's
program. Limit 10 s for the 99th percentile of both; exit status 1 when one does not hold. The reviews and the worker
share this process and its lock, so that the figures err on the slow side.
Usage: python -m bench.notices [seconds] [reviews a second]
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from bench.world import build, cases, connect

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

SECONDS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
A_SECOND = int(sys.argv[2]) if len(sys.argv) > 2 else 50
LIMIT = 10.0
_TOGETHER = 10
_PATIENCE = 120
# When the agency's program was told, by the order's id.
TOLD: dict[str, float] = {}


def main() -> int:
    """Give the reviews, wait for their notices, print; returns the exit status."""
    program = ThreadingHTTPServer(("127.0.0.1", 0), _Program)
    threading.Thread(target=program.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{program.server_port}"
    os.environ["HAOCHAPING_WEBHOOK_ORIGINS"] = origin
    os.environ["HAOCHAPING_SMS_GATEWAY"] = "bench.gateway.Noting"
    connect()
    now = datetime.now(UTC).replace(microsecond=0)
    build(now - timedelta(days=2))
    _prepare(origin, now)
    numbers = cases(SECONDS * A_SECOND, "notices", now - timedelta(minutes=30))

    from haochaping.doors.jobs import worker

    stop = threading.Event()
    working = threading.Thread(target=worker.run, args=(stop,))
    working.start()
    try:
        accepted = _give(numbers)
        reviewers, programs = _waits(accepted)
    finally:
        stop.set()
        working.join()
        program.shutdown()
    late = [_tell("text message", reviewers, len(accepted)), _tell("signed request", programs, len(accepted))]
    return int(any(late))


class _Program(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Note the orders and say yes."""
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        for notice in told["notices"]:
            TOLD.setdefault(notice["subject_id"], time.time())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _prepare(origin: str, now: datetime) -> None:
    """A program, a hundred clerks who want mail, and no quiet hours: the measurement may run at night."""
    import psycopg

    from haochaping.accounts import actions as accounts
    from haochaping.accounts.terms import Place, Role
    from haochaping.kernel.actor import OPERATOR
    from haochaping.notices import actions as notices

    with psycopg.connect(os.environ["HAOCHAPING_OWNER_URL"], autocommit=True) as owner:
        owner.execute(
            "UPDATE rulebook_rule_value SET value = '00:00' WHERE key IN ('quiet_from', 'quiet_until')"
        )
    notices.set_endpoint(
        division_code="990000000000", url=f"{origin}/", allowed={origin}, by=OPERATOR, now=now
    )
    for n in range(20):
        user_id = accounts.open_account(username=f"clerk{n}", display_name="示例", by=OPERATOR, now=now)
        accounts.grant_role(
            user_id=user_id, role=Role.CLERK, place=Place(agency_code="A"), by=OPERATOR, now=now
        )


def _give(numbers: Sequence[str]) -> dict[UUID, float]:
    """Give the reviews at their pace; when each was accepted, by its id."""
    from haochaping.exchange.terms import Raw
    from haochaping.flows.receive_reviews import receive_reviews
    from haochaping.kernel.actor import OPERATOR
    from haochaping.reviews.terms import Entrance

    accepted: dict[UUID, float] = {}
    begun, pause = time.time(), threading.Event()
    for start in range(0, len(numbers), _TOGETHER):
        pause.wait(max(0.0, begun + start / A_SECOND - time.time()))
        at = datetime.now(UTC)
        raws = [
            Raw(
                {
                    "source": "bench",
                    "case_no": number,
                    "occurrence_no": 1,
                    "rating_value": 1,
                    "indicator_codes": ["109"],
                    "channel": "hall_pad",
                    "assessed_at": at.isoformat(),
                    "reviewer": {"phone": f"139{start + n:08}"},
                }
            )
            for n, number in enumerate(numbers[start : start + _TOGETHER])
        ]
        outcomes = receive_reviews(raws, entrance=Entrance.CLIENT, by=OPERATOR, now=at)
        for outcome in outcomes:
            if outcome.id is None:
                raise SystemExit(f"not accepted: {outcome.complaint}")
            accepted[outcome.id] = at.timestamp()
    print(f"{len(accepted):,} bad reviews in {time.time() - begun:.1f} s", flush=True)
    return accepted


def _waits(accepted: dict[UUID, float]) -> tuple[list[float], list[float]]:
    """Seconds until the message and until the request, of each review that had them in time to be waited for."""
    from bench.gateway import HANDED
    from haochaping.notices.models import Delivery
    from haochaping.rectification import queries as orders

    end, pause = time.time() + _PATIENCE, threading.Event()
    while time.time() < end and min(len(HANDED), len(TOLD)) < len(accepted):
        pause.wait(0.2)
    about = dict(Delivery.objects.filter(about__in=list(accepted)).values_list("id", "about"))
    reviewers = [
        HANDED[str(pk)] - accepted[review_id]
        for pk, review_id in about.items()
        if review_id and str(pk) in HANDED
    ]
    found = orders.orders_of_reviews(accepted)
    programs = [TOLD[str(order.id)] - accepted[pk] for pk, order in found.items() if str(order.id) in TOLD]
    return reviewers, programs


def _tell(what: str, waits: list[float], given: int) -> bool:
    """Print one figure; whether it does not hold."""
    if len(waits) < given:
        print(f"notices: {what}: only {len(waits):,} of {given:,} after {_PATIENCE} s")
        return True
    late = statistics.quantiles(waits, n=100)[98]
    print(
        f"notices: {what}: median {statistics.median(waits):.2f} s, 99th percentile {late:.2f} s (limit {LIMIT} s)"
    )
    return late > LIMIT


if __name__ == "__main__":
    sys.exit(main())
