"""The demo from an empty folder, and once more from the one it has filled: until the front page answers.

Limits: 180 s with the data, which go through the real flow, and 15 s for every later start. What `make` does before is
not in it: that is fetching packages. The exit status is 1 when a limit is broken.
Usage: python -m bench.start [later starts]
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

RUNS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
_FIRST_S, _LATER_S = 180.0, 15.0
_LOOK_S, _GIVEN_UP_S = 0.05, 900.0


def main() -> int:
    """Start, stop, start again; print each with its ratio; returns the exit status."""
    with tempfile.TemporaryDirectory(prefix="haochaping-bench-") as home:
        first = _started(Path(home))
        later = [_started(Path(home)) for _ in range(RUNS)]
    broken = [_told("first start, with the province", first, _FIRST_S)]
    broken.append(_told(f"later start, median of {RUNS}", statistics.median(later), _LATER_S))
    return int(any(broken))


def _told(what: str, seconds: float, limit: float) -> bool:
    over = seconds > limit
    print(
        f"{what:<32}{seconds:>8.1f} s   limit {limit:>4.0f} s  ratio {seconds / limit:.2f}{'  ← over' * over}"
    )
    return over


def _started(home: Path) -> float:
    """Seconds until the front page answers; the demo is ended as Ctrl-C ends it."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HAOCHAPING_DATA": str(home), "HOST": "127.0.0.1", "PORT": str(port)}
    environment.pop("DATABASE_URL", None)
    begun = time.perf_counter()
    demo = subprocess.Popen(
        [sys.executable, "-m", "haochaping", "demo"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if demo.poll() is not None or time.perf_counter() - begun > _GIVEN_UP_S:
                raise RuntimeError(f"the demo did not start: status {demo.returncode}")
            time.sleep(_LOOK_S)
        return time.perf_counter() - begun
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()


def _answers(port: int) -> bool:
    with suppress(URLError, OSError), urlopen(f"http://127.0.0.1:{port}/") as page:
        return bool(page.status == 200)
    return False


if __name__ == "__main__":
    sys.exit(main())
