"""The demo's processes: what is started again, and what is not."""

from __future__ import annotations

import os
import subprocess
import sys

from haochaping.doors.commands.run import _Part


def test_what_ends_by_itself_at_once_is_tried_three_times():
    part = _Part("--version")

    tries = []
    for _ in range(3):
        part.process.wait()
        tries.append(part.gave_up())

    assert tries == [False, False, True]


def test_a_worker_waits_for_a_database_that_is_away(tmp_path):
    environment = os.environ | {
        "HAOCHAPING_DATA": str(tmp_path),
        "DATABASE_URL": f"postgresql://nobody@/nothing?host={tmp_path}",
        "LANGUAGE": "en",
    }
    command = [sys.executable, "-m", "haochaping", "worker"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr
        started = any("Worker started" in line for line in worker.stderr)
        worker.kill()

    assert started
