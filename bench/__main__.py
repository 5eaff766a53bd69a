"""`python -m bench`: run every measurement, or those named."""

from __future__ import annotations

import runpy
import sys

ALL = ("bulk_intake", "pages")


def main() -> None:
    """Run the chosen measurements one after the other."""
    chosen = sys.argv[1:] or ALL
    for name in chosen:
        sys.argv = [name]
        runpy.run_module(f"bench.{name}", run_name="__main__")


if __name__ == "__main__":
    main()
