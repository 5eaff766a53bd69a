"""Cases and reviews as tables, as JSON lines and as signed batches, through the commands a person would use, against COPY.

Prints, per kind of file, the ratio import / COPY (rows per second of wall time; a case and its review are two rows; COPY of
a fifth of the rows right before and right after, for a machine may be half as fast some minutes later) and the
importer's greatest memory, all of its processes together, with how much more it was in the second half of the time than in
the first: a file of any size needs no more than a large one. Limits: ratio 0.25, 200 MB, a tenth more; exit
status 1 when one does not hold.
Usage: python -m bench.bulk_intake [rows] [runs]
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bench import files
from bench.reference import copied_per_second
from bench.world import build, connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haochaping.levels.keys import Keys

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
LIMIT, MEMORY_LIMIT, GROWTH_LIMIT = 0.25, 200e6, 1.1
_MB = 1e6
_KINDS = {"cases": files.cases, "reviews": files.reviews}


class Ran(NamedTuple):
    """What an import took: rows per second, those of COPY beside it, and the most memory in each half of the time, in bytes."""

    speed: float
    plain: float
    first: int
    second: int

    @property
    def ratio(self) -> float:
        """How fast it was beside COPY."""
        return self.speed / self.plain

    @property
    def most(self) -> int:
        """The most of all."""
        return max(self.first, self.second)

    @property
    def growth(self) -> float:
        """How many times as much the second half needed."""
        return self.second / self.first


def main() -> int:
    """Fill a throw-away database file by file, time each, print; returns the exit status."""
    home = connect()
    now = datetime.now(UTC).replace(microsecond=0)
    build(now - timedelta(days=2))
    own, next_batch = _peers(now), 1
    ran: dict[str, list[Ran]] = {}
    for run in range(RUNS):
        found = {
            f"{kind} {ending}": _table(home / f"{kind}.{ending}", f"{ending}{run}", now)
            for ending in ("csv", "jsonl")
            for kind in _KINDS
        }
        next_batch, found["signed batches"] = _batches(home, f"batch{run}", now, first=next_batch, own=own)
        for name, one in found.items():
            ran.setdefault(name, []).append(one)
            print(
                f"run {run + 1}: {name} {one.speed:,.0f}/s, COPY {one.plain:,.0f}/s, ratio {one.ratio:.3f}, "
                f"memory {one.most / _MB:.0f} MB, second half / first {one.growth:.2f}",
                flush=True,
            )
    medians = {name: statistics.median(one.ratio for one in each) for name, each in ran.items()}
    for name, ratio in medians.items():
        print(f"bulk_intake {name}: median ratio {ratio:.3f} of {RUNS} runs of {ROWS:,} (limit {LIMIT})")
    most = max(one.most for each in ran.values() for one in each)
    growth = max(statistics.median(one.growth for one in each) for each in ran.values())
    print(f"bulk_intake: memory {most / _MB:.0f} MB at most (limit {MEMORY_LIMIT / _MB:.0f})")
    print(f"bulk_intake: second half / first {growth:.2f} at most (limit {GROWTH_LIMIT})")
    return int(min(medians.values()) < LIMIT or most > MEMORY_LIMIT or growth > GROWTH_LIMIT)


def _peers(now: datetime) -> Keys:
    """Let installations below report to us; returns their keys, which are the same."""
    from haochaping.kernel.actor import OPERATOR
    from haochaping.ledger.terms import Suite
    from haochaping.levels import actions, keys

    own = keys.own(os.urandom(32), Suite.INTL)
    for code in files.PEERS:
        actions.add_peer(
            code,
            known_as=files.US,
            division="990000000000",
            key=keys.key_text(own),
            sends=False,
            takes=True,
            by=OPERATOR,
            now=now,
        )
    return own


def _table(file: Path, prefix: str, now: datetime) -> Ran:
    files.write(file, _KINDS[file.stem](ROWS, prefix, now))
    ran = _run([file.stem, "import", str(file)])
    file.unlink()
    return ran


def _batches(home: Path, prefix: str, now: datetime, *, first: int, own: Keys) -> tuple[int, Ran]:
    """As many batches as make up the rows, of several installations; each has to be taken whole."""
    folder, answers, told = home / "batches", home / "answers", home / "told.json"
    answers.mkdir(exist_ok=True)
    last = files.write_batches(folder, ROWS // 2, prefix, now, first=first, own=own)
    ran = _run(["exchange", "import", str(folder), "--answers", str(answers), "--json"], told)
    states = Counter(row["state"] for row in json.loads(told.read_text(encoding="utf-8")))
    if states != {"merged": len(files.PEERS) * (last - first + 1)}:
        raise SystemExit(f"batches were not taken: {states}")
    shutil.rmtree(folder)
    return last + 1, ran


def _run(words: Sequence[str], told: Path | None = None) -> Ran:
    """Run a command over the rows, watching what memory its processes hold together (shared pages once)."""
    before = _copied()
    begun = time.perf_counter()
    with (
        Path(told or os.devnull).open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "haochaping", *words], stdout=out, stderr=subprocess.DEVNULL
        ) as program,
    ):
        seen: list[tuple[float, int]] = []
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(0.2):
                seen.append((time.perf_counter() - begun, _memory(program.pid)))

        watcher = threading.Thread(target=watch)
        watcher.start()
        status = program.wait()
        taken = time.perf_counter() - begun
        stop.set()
        watcher.join()
    if status:
        raise SystemExit(f"{words[0]} {words[1]} ended with status {status}")
    first = max((held for at, held in seen if at <= taken / 2), default=1)
    plain = (before + _copied()) / 2
    return Ran(ROWS / taken, plain, first, max((held for at, held in seen if at > taken / 2), default=0))


def _copied() -> float:
    return copied_per_second(os.environ["HAOCHAPING_OWNER_URL"], ROWS // 5)


def _memory(pid: int) -> int:
    """Proportional set size of a process and its children, in bytes."""
    total = 0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            total += _memory(int(child))
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return total
    return total


if __name__ == "__main__":
    sys.exit(main())
