"""Start, ask and stop the hotline of tests/peers/hotline.py."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).with_name("hotline.py")


def free_port() -> int:
    """A port nobody listens at."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Peer:
    """The hotline's process."""

    def __init__(self, folder: Path) -> None:
        self.port, self.state = free_port(), folder / "hotline.json"
        self.origin = f"http://127.0.0.1:{self.port}"
        self.secret = self.ours = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        words = ["--port", str(self.port), "--secret", self.secret, "--ours", self.ours]
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(_SCRIPT), *words, "--state", str(self.state)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def stop(self) -> None:
        """End it at once, as a power cut does."""
        if self.process:
            self.process.kill()
            self.process.wait(20)
            assert self.process.stdout
            self.process.stdout.close()
            self.process = None

    def ask(self, name: str, **wish: object) -> Any:
        """Have it do something."""
        body = json.dumps(wish).encode()
        request = urllib.request.Request(f"{self.origin}/control/{name}", body)  # noqa: S310 - this machine
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def say(self, order: object, kind: str, **wish: object) -> Any:
        """Have it say something of an order; returns how it was answered."""
        return self.ask("say", order=str(order), kind=kind, **wish)

    @property
    def heard(self) -> list[dict[str, Any]]:
        """The messages it has taken, in the order in which they came."""
        found: list[dict[str, Any]] = self.ask("known")["heard"]
        return found

    def kinds(self) -> list[str]:
        """What those messages are: the kind, or the step."""
        return [str(message["facts"].get("move", message["kind"])) for message in self.heard]
