from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "haochaping.doors.console"
    label = "console"
    verbose_name = "控制台"

    def ready(self) -> None:
        from haochaping.doors.console import witness  # noqa: PLC0415 - needs the models

        witness.watch()
