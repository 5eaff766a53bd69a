"""One installation as a process of its own: its web server, and what it is asked to do, a line of JSON at a time."""

from __future__ import annotations

import json
import os
import sys
import traceback
from datetime import timedelta
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haochaping.config.settings")

from haochaping.config.wsgi import application

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Installation:
    """What can be asked of it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.server: _Server | None = None
        self.passed = timedelta()

    @property
    def now(self) -> datetime:
        from django.utils import timezone

        return timezone.now() + self.passed

    def open(self) -> None:
        server = make_server("127.0.0.1", self.port, application, _Server, _Quiet)
        self.server = server
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def shut(self) -> None:
        assert self.server
        self.server.shutdown()
        self.server.server_close()
        self.server = None

    def wait(self, hours: float) -> None:
        """Let time pass."""
        self.passed += timedelta(hours=hours)

    def world(self) -> None:
        from tests import worlds

        worlds.build(self.now)

    def key(self, suite: str = "intl") -> str:
        from haochaping.ledger.terms import SUITES
        from haochaping.levels import keys, queries

        return keys.key_text(queries.our_keys(SUITES[suite]))

    def peer(self, **agreed: Any) -> str:
        from haochaping.kernel.actor import OPERATOR
        from haochaping.levels import actions

        return actions.add_peer(agreed.pop("code"), **agreed, by=OPERATOR, now=self.now)

    def case(self, case_no: str, **changes: Any) -> str:
        from haochaping.exchange.terms import Raw
        from haochaping.flows.take_in_cases import take_in_cases
        from haochaping.kernel.actor import OPERATOR
        from tests import worlds

        changes.setdefault("applicant", {"name": "张小满", "phone": "13900000001"})
        told = Raw(worlds.case(case_no, self.now) | changes)
        return take_in_cases([told], entrance="client", by=OPERATOR, now=self.now)[0].kind

    def cases(self, first: int, count: int) -> int:
        from haochaping.exchange.terms import Raw
        from haochaping.flows.take_in_cases import take_in_cases
        from haochaping.kernel.actor import OPERATOR
        from tests import worlds

        told = [Raw(worlds.case(f"N-{n}", self.now)) for n in range(first, first + count)]
        return len(take_in_cases(told, entrance="client", by=OPERATOR, now=self.now))

    def review(self, case_no: str, level: int, **changes: Any) -> list[str]:
        from tests import worlds

        outcome = worlds.give(case_no, level, self.now, **changes)
        return [outcome.kind, str(outcome.id)]

    def exclude(self, review_id: str) -> None:
        from uuid import UUID

        from django.db import transaction

        from haochaping.flows.receive_reviews import recount, units_of
        from haochaping.kernel.actor import OPERATOR
        from haochaping.reviews import actions
        from haochaping.reviews.terms import ReasonClass

        ids = [UUID(review_id)]
        with transaction.atomic():
            before = units_of(ids)
            actions.exclude(ids[0], reason_class=ReasonClass.MISTAKEN, by=OPERATOR, now=self.now)
            recount(before, ids)

    def sign(self, review_id: str) -> str:
        """The order goes out and is signed for."""
        from uuid import UUID

        from haochaping.flows import handle_bad_review
        from haochaping.kernel.actor import SYSTEM
        from haochaping.rectification import actions, queries
        from tests import worlds

        self.wait(0.1)
        handle_bad_review.dispatch_due(by=SYSTEM, now=self.now)
        order = queries.order_of_review(UUID(review_id))
        assert order
        actions.sign_for(order.id, by=worlds.CLERK, now=self.now)
        return str(order.id)

    def tell(self) -> int:
        """What the worker's beats do: chain the ledger, make batches, send them."""
        from haochaping.flows import report_upward
        from haochaping.ledger import actions as ledger

        ledger.chain(now=self.now)
        report_upward.queue_batches(now=self.now)
        return report_upward.send_due(now=self.now)

    def digest(self, division: str, *without: list[str]) -> list[object]:
        from haochaping.directory import queries
        from haochaping.flows import report_upward

        place = queries.division(division)
        assert place
        passed_over = [(source, case_no) for source, case_no in without]
        return list(report_upward.digest(place.path, without=passed_over))

    def records(self, division: str) -> list[object]:
        from haochaping.cases import queries as cases
        from haochaping.directory import queries
        from haochaping.flows import report_upward

        place = queries.division(division)
        assert place
        return list(report_upward.records(cases.ids_in_division(place.path, limit=9999), place.path))

    def states(self) -> list[dict[str, Any]]:
        from haochaping.kernel.actor import OPERATOR
        from haochaping.levels import queries

        return [
            {
                "code": one.peer.code,
                "waiting": one.waiting,
                "rejected": one.rejected,
                "returned": one.returned,
                "gaps": list(one.gaps),
                "failing": list(one.failing),
                "staged": one.staged,
                "refused": one.refused,
                "reviews": one.news.reviews,
                "late": one.news.late,
                "silent": one.silent,
                "taken_seq": one.peer.taken_seq,
                "told_seq": one.peer.told_seq,
                "error": one.peer.last_error,
            }
            for one in queries.states(OPERATOR, now=self.now)
        ]

    def figures(self) -> dict[str, int]:
        """Numerators of a few measures, when every counter is what the rows say and the ledger agrees with them."""
        from haochaping.flows.verify_facts import verify_facts
        from haochaping.insight import actions, queries
        from haochaping.insight.rules import BY_NAME
        from haochaping.insight.terms import Place
        from haochaping.kernel.actor import OPERATOR
        from tests.flows.truth import counted, findings, standing

        actions.fold()
        assert counted() == standing()
        assert list(verify_facts(by=OPERATOR, now=self.now)) == []
        assert findings(self.now) == []
        found = queries.measures(Place(), of=tuple(BY_NAME.values()))
        return {one.name: one.numerator for one in found} | {
            "orders": next(one.denominator or 0 for one in found if one.name == "rectification_rate")
        }

    def item(self, code: str) -> None:
        """The directory learns of another item."""
        from haochaping.directory import actions
        from haochaping.directory.terms import Kind
        from haochaping.kernel.actor import OPERATOR
        from tests import worlds

        row = {"code": code, "name": "排水许可", "item_type": "01", "agency": worlds.AGENCY}
        assert actions.put(Kind.ITEMS, [row], by=OPERATOR, now=self.now) == []

    def decide(self, name: str, code: str, *about: Any) -> Any:
        """A person decides about a batch or a case that a peer has refused."""
        from haochaping.kernel.actor import OPERATOR
        from haochaping.levels import actions, queries

        peer = queries.peer(code)
        assert peer
        return getattr(actions, name)(peer, *about, by=OPERATOR, now=self.now)

    def content(self, code: str, seq: int) -> str:
        """The file of a batch as it leaves, in base64."""
        from base64 import b64encode

        from haochaping.levels import queries

        peer = queries.peer(code)
        assert peer
        batch = queries.out_batch(peer.id, seq)
        assert batch
        return b64encode(queries.sealed(batch.content, peer)).decode()

    def export(self, code: str, folder: str) -> list[str]:
        from haochaping.flows import report_upward
        from haochaping.ledger import actions as ledger
        from haochaping.levels import queries

        ledger.chain(now=self.now)
        peer = queries.peer(code)
        assert peer
        names = []
        for name, content in report_upward.export(peer, now=self.now):
            (Path(folder) / name).write_bytes(content)
            names.append(name)
        return names

    def chain(self) -> int:
        from haochaping.ledger import actions as ledger

        return ledger.chain(now=self.now)

    def state_yesterday(self, code: str) -> int:
        """Tell a peer what is held of yesterday."""
        from haochaping.flows import tell_days
        from haochaping.kernel.periods import local_day

        return tell_days.queue_days([local_day(self.now) - timedelta(days=1)], code=code, now=self.now)

    def carry_in(self, file: str, answers: str) -> list[list[str]]:
        """Take one carried file, whatever it is; answers go into a folder."""
        from haochaping.flows.carry import carry_in
        from haochaping.kernel.refused import Refused

        try:
            came = carry_in(Path(file).read_bytes(), now=self.now)
        except Refused as no:
            return [["no", no.code]]
        for one in came:
            if one.content:
                (Path(answers) / one.name).write_bytes(one.content)
        return [[str(one.seq), one.state] for one in came]


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what, default=str) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Answer each line with one, until there are no more."""
    one = Installation(int(sys.argv[1]))
    _say("ready")
    for line in sys.stdin:
        name, args = json.loads(line)
        call: Callable[..., object] = getattr(one, name)
        try:
            said = {"is": call(*args[0], **args[1])}
        except Exception as error:  # noqa: BLE001 - whoever asked reads it
            said = {"error": f"{type(error).__name__}: {error}\n{traceback.format_exc()}"}
        _say(said)


if __name__ == "__main__":
    main()
