"""Files of cases and reviews through the command a person would use, against plain COPY in the same run.

Prints, per kind, the ratio import / COPY (rows per second of wall time) and the importer's greatest memory, all of
its processes together. Limits: ratio 0.25, 200 MB; exit status 1 when one does not hold.
Usage: python -m bench.bulk_intake [rows] [runs]
"""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.reference import copied_per_second
from bench.world import ITEM, build, connect

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
LIMIT, MEMORY_LIMIT = 0.25, 200e6
_CASE = ("source", "case_no", "item", "agency", "division", "status", "applied_at", "completed_at",
         "applicant.name", "applicant.phone", "applicant.certificate_no", "occurrences.no", "occurrences.at")  # fmt: skip
_REVIEW = ("source", "case_no", "occurrence_no", "rating_value", "indicator_codes", "comment_text", "channel",
           "assessed_at")  # fmt: skip
_CODES = {1: "109;115", 3: "309;313", 4: "411", 5: "510;517"}


def main() -> int:
    """Fill a throw-away database file by file, time each, print; returns the exit status."""
    home = connect()
    now = datetime.now(UTC).replace(microsecond=0)
    build(now - timedelta(days=2))
    ratios: dict[str, list[float]] = {"cases": [], "reviews": []}
    most = 0
    for run in range(RUNS):
        plain = copied_per_second(os.environ["HAOCHAPING_OWNER_URL"], ROWS)
        for kind, write in (("cases", _write_cases), ("reviews", _write_reviews)):
            file = home / f"{kind}.csv"
            write(file, f"run{run}", now)
            speed, memory = _import(kind, file)
            ratios[kind].append(speed / plain)
            most = max(most, memory)
            print(
                f"run {run + 1}: {kind} {speed:,.0f}/s, COPY {plain:,.0f}/s, ratio {speed / plain:.3f}, "
                f"memory {memory / 1e6:.0f} MB",
                flush=True,
            )
    medians = {kind: statistics.median(found) for kind, found in ratios.items()}
    for kind, ratio in medians.items():
        print(f"bulk_intake {kind}: median ratio {ratio:.3f} of {RUNS} runs of {ROWS:,} (limit {LIMIT})")
    print(f"bulk_intake: memory {most / 1e6:.0f} MB at most (limit {MEMORY_LIMIT / 1e6:.0f})")
    return int(min(medians.values()) < LIMIT or most > MEMORY_LIMIT)


def _write_cases(file: Path, prefix: str, now: datetime) -> None:
    begun, ended = (now - timedelta(hours=30)).isoformat(), (now - timedelta(hours=3)).isoformat()
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(_CASE)
        for n in range(ROWS):
            what = ("bench", f"{prefix}-{n:07}", ITEM, "A", "990000000000", "completed", begun, ended)
            whom = ("陈某", f"139{n:08}", f"99010119900101{n % 10000:04}")
            table.writerow((*what, *whom, 1, ended))


def _write_reviews(file: Path, prefix: str, now: datetime) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(_REVIEW)
        for n in range(ROWS):
            level = 1 if n % 200 == 0 else 3 + n % 3
            text = "窗口同志很耐心，一次就办好了。" if n % 10 == 0 else ""
            at = (now - timedelta(hours=2, seconds=n % 3600)).isoformat()
            table.writerow(("bench", f"{prefix}-{n:07}", 1, level, _CODES[level], text, "hall_pad", at))


def _import(kind: str, file: Path) -> tuple[float, int]:
    """Rows per second of the command, and the most memory its processes held together (shared pages once)."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "haochaping", kind, "import", str(file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as program:
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
        raise SystemExit(f"{kind} import ended with status {status}")
    return ROWS / taken, most


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
