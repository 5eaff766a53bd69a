"""Cases and reviews as tables, as JSON lines and as signed batches, through the commands a person would use, against COPY.

Prints, per kind of file, the ratio import / COPY (rows per second of wall time; a case and its review are two rows) and
the importer's greatest memory, all of its processes together; first that of a file of a quarter of the rows, because a
file that is four times as large may not need more. Limits: ratio 0.25, 200 MB, a tenth more for four times the rows;
exit status 1 when one does not hold.
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
from typing import TYPE_CHECKING, Any

from bench import files
from bench.reference import copied_per_second
from bench.world import build, connect

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
LIMIT, MEMORY_LIMIT, GROWTH_LIMIT = 0.25, 200e6, 1.1
_MB = 1e6
_KINDS = {"cases": files.cases, "reviews": files.reviews}


def main() -> int:
    """Fill a throw-away database file by file, time each, print; returns the exit status."""
    home = connect()
    now = datetime.now(UTC).replace(microsecond=0)
    build(now - timedelta(days=2))
    key, next_batch = _peer(now), 1
    quarter = {kind: _table(home / f"{kind}.csv", ROWS // 4, "quarter", now)[1] for kind in _KINDS}
    ratios: dict[str, list[float]] = {}
    most: dict[str, int] = {}
    for run in range(RUNS):
        plain = copied_per_second(os.environ["HAOCHAPING_OWNER_URL"], ROWS)
        found = {
            f"{kind} {ending}": _table(home / f"{kind}.{ending}", ROWS, f"{ending}{run}", now)
            for ending in ("csv", "jsonl")
            for kind in _KINDS
        }
        next_batch, found["signed batches"] = _batches(home, f"batch{run}", now, first=next_batch, key=key)
        for name, (speed, memory) in found.items():
            ratios.setdefault(name, []).append(speed / plain)
            most[name] = max(most.get(name, 0), memory)
            print(
                f"run {run + 1}: {name} {speed:,.0f}/s, COPY {plain:,.0f}/s, ratio {speed / plain:.3f}, "
                f"memory {memory / _MB:.0f} MB",
                flush=True,
            )
    medians = {name: statistics.median(each) for name, each in ratios.items()}
    for name, ratio in medians.items():
        print(f"bulk_intake {name}: median ratio {ratio:.3f} of {RUNS} runs of {ROWS:,} (limit {LIMIT})")
    growth = {kind: most[f"{kind} csv"] / memory for kind, memory in quarter.items()}
    for kind, memory in quarter.items():
        print(
            f"bulk_intake {kind}: memory {memory / _MB:.0f} MB for {ROWS // 4:,} rows, "
            f"{most[f'{kind} csv'] / _MB:.0f} MB for {ROWS:,}: {growth[kind]:.2f} (limit {GROWTH_LIMIT})"
        )
    print(f"bulk_intake: memory {max(most.values()) / _MB:.0f} MB at most (limit {MEMORY_LIMIT / _MB:.0f})")
    over = max(most.values()) > MEMORY_LIMIT or max(growth.values()) > GROWTH_LIMIT
    return int(min(medians.values()) < LIMIT or over)


def _peer(now: datetime) -> Any:
    """Let an installation below report to us; returns its key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from haochaping.kernel.actor import OPERATOR
    from haochaping.levels import actions, rules

    key = Ed25519PrivateKey.generate()
    agreed = {"known_as": files.US, "division": "990000000000", "sends": False, "takes": True}
    actions.add_peer(
        files.PEER,
        **agreed,  # type: ignore[arg-type]
        key=rules.key_text(rules.public_bytes(key)),
        by=OPERATOR,
        now=now,
    )
    return key


def _table(file: Path, rows: int, prefix: str, now: datetime) -> tuple[float, int]:
    files.write(file, _KINDS[file.stem](rows, prefix, now))
    taken, memory = _run([file.stem, "import", str(file)])
    file.unlink()
    return rows / taken, memory


def _batches(
    home: Path, prefix: str, now: datetime, *, first: int, key: Any
) -> tuple[int, tuple[float, int]]:
    """As many batches as make up the rows; each has to be taken whole."""
    folder, answers, told = home / "batches", home / "answers", home / "told.json"
    answers.mkdir(exist_ok=True)
    last = files.write_batches(folder, ROWS // 2, prefix, now, first=first, key=key)
    taken, memory = _run(["exchange", "import", str(folder), "--answers", str(answers), "--json"], told)
    states = Counter(row["state"] for row in json.loads(told.read_text(encoding="utf-8")))
    if states != {"merged": last - first + 1}:
        raise SystemExit(f"batches were not taken: {states}")
    shutil.rmtree(folder)
    return last + 1, (ROWS // 2 * 2 / taken, memory)


def _run(words: Sequence[str], told: Path | None = None) -> tuple[float, int]:
    """Seconds that a command took, and the most memory its processes held together (shared pages once)."""
    begun = time.perf_counter()
    with (
        Path(told or os.devnull).open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "haochaping", *words], stdout=out, stderr=subprocess.DEVNULL
        ) as program,
    ):
        most = 0
        stop = threading.Event()

        def watch() -> None:
            nonlocal most
            while not stop.wait(0.2):
                most = max(most, _memory(program.pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        status = program.wait()
        taken = time.perf_counter() - begun
        stop.set()
        watcher.join()
    if status:
        raise SystemExit(f"{words[0]} {words[1]} ended with status {status}")
    return taken, most


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
