"""`python -m bench`: run every measurement, or those named; exit status 1 when a limit does not hold."""

from __future__ import annotations

import subprocess
import sys

ALL = (
    "bulk_intake",
    "single_intake",
    "pages",
    "pages_at_scale",
    "notices",
    "orders",
    "dialects",
    "quality",
    "reconcile",
    "fair",
    "redaction",
    "facts",
    "start",
)


def main() -> int:
    """Run the chosen measurements one after the other, each in a process and with a server of its own."""
    chosen = sys.argv[1:] or ALL
    return max(
        subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode for name in chosen
    )


if __name__ == "__main__":
    sys.exit(main())
