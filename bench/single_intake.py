"""One review per request over HTTP at 64 connections, against a view that does one bare INSERT, in the same run.

Prints CPU of web server and PostgreSQL per acknowledged review, and the ratio of the two throughputs. Limits: 2.0 ms,
0.4; exit status 1 when one does not hold.
Usage: python -m bench.single_intake [reviews] [runs]
"""

from __future__ import annotations

import os
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast

from bench.reference import make_tables
from bench.world import build, cases, connect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REVIEWS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
CONNECTIONS = 64
CPU_LIMIT_MS, RATIO_LIMIT = 2.0, 0.4
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Serve both, post to both in turn, print; returns the exit status."""
    home = connect()
    now = datetime.now(UTC).replace(microsecond=0)
    build(now - timedelta(days=2))
    key = _key(now)
    os.environ["BENCH_URL"] = os.environ["HAOCHAPING_OWNER_URL"]
    make_tables(os.environ["BENCH_URL"], 1)
    postmaster = int(next(home.rglob("postmaster.pid")).read_text(encoding="ascii").split()[0])
    costs, ratios = [], []
    with _serving(["-m", "haochaping", "serve"]) as (ours, port), _serving(_BARE) as (bare, bare_port):
        for run in range(RUNS):
            numbers = cases(REVIEWS, f"run{run}", now - timedelta(minutes=30))
            speed, cost = _measure(port, list(_requests(numbers, now, key)), [ours.pid, postmaster])
            plain, plain_cost = _measure(
                bare_port, list(_requests(numbers, now, key)), [bare.pid, postmaster]
            )
            costs.append(cost)
            ratios.append(speed / plain)
            print(
                f"run {run + 1}: {speed:,.0f}/s at {cost:.2f} ms, bare INSERT {plain:,.0f}/s at {plain_cost:.2f} ms, "
                f"ratio {speed / plain:.2f}",
                flush=True,
            )
    cost, ratio = statistics.median(costs), statistics.median(ratios)
    print(
        f"single_intake: median {cost:.2f} ms CPU (limit {CPU_LIMIT_MS}), "
        f"ratio {ratio:.2f} (limit {RATIO_LIMIT}) of {RUNS} runs of {REVIEWS:,}"
    )
    return int(cost > CPU_LIMIT_MS or ratio < RATIO_LIMIT)


def _key(now: datetime) -> str:
    from haochaping.accounts import actions
    from haochaping.kernel.actor import OPERATOR

    _, key = actions.create_client(name="bench", division_code="990000000000", by=OPERATOR, now=now)
    return key


_BARE = [
    "-m",
    "granian",
    "--interface",
    "wsgi",
    "--workers",
    "2",
    "--blocking-threads",
    "8",
    "bench.bare:application",
]


class _serving:  # noqa: N801 - reads as a verb
    """A web server on a free port until the block ends."""

    def __init__(self, program: Sequence[str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        named = {"PORT": str(self.port), "HOST": "127.0.0.1", "GRANIAN_PORT": str(self.port)}
        self.process = subprocess.Popen(
            [sys.executable, *program],
            env=os.environ | named,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> tuple[subprocess.Popen[bytes], int]:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return self.process, self.port
        raise SystemExit("the web server did not start")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def _requests(numbers: Sequence[str], now: datetime, key: str) -> Iterator[bytes]:
    for n, number in enumerate(numbers):
        level, codes = (1, '["109"]') if n % 200 == 0 else (5, '["510","517"]')
        body = (
            f'{{"items":[{{"source":"bench","case_no":"{number}","occurrence_no":1,"rating_value":{level},'
            f'"indicator_codes":{codes},"channel":"hall_pad","assessed_at":"{now.isoformat()}"}}]}}'
        ).encode()
        head = (
            f"POST /api/v1/reviews HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


def _measure(port: int, requests: list[bytes], pids: Sequence[int]) -> tuple[float, float]:
    """Acknowledged reviews per second, and CPU milliseconds each of the processes with their children."""
    _post(port, requests[:200])
    waiting = requests[200:]
    spent = sum(map(_cpu, pids))
    begun = time.perf_counter()
    _post(port, waiting)
    taken = time.perf_counter() - begun
    return len(waiting) / taken, (sum(map(_cpu, pids)) - spent) / len(waiting) * 1000


def _post(port: int, requests: Sequence[bytes]) -> None:
    """Send every request over `CONNECTIONS` kept connections; each answer must say that it was accepted."""
    todo = deque(requests)
    with selectors.DefaultSelector() as ready:
        for _ in range(min(CONNECTIONS, len(todo))):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.sendall(todo.popleft())
            ready.register(connection, selectors.EVENT_READ, bytearray())
        while ready.get_map():
            for chosen, _ in ready.select():
                connection, answer = cast("socket.socket", chosen.fileobj), chosen.data
                answer += connection.recv(65536)
                if not _is_whole(answer):
                    continue
                if b'"accepted"' not in answer:
                    raise SystemExit(bytes(answer).decode(errors="replace"))
                answer.clear()
                if todo:
                    connection.sendall(todo.popleft())
                else:
                    ready.unregister(connection)
                    connection.close()


def _is_whole(answer: bytearray) -> bool:
    head, separator, body = bytes(answer).partition(b"\r\n\r\n")
    if not separator:
        return False
    length = next(
        int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    )
    return len(body) >= length


def _cpu(pid: int) -> float:
    """CPU seconds of a process, its children and those of theirs that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / _TICKS + sum(_cpu(int(child)) for child in children)


if __name__ == "__main__":
    sys.exit(main())
