"""Make all generated pages: `python -m docs.generate FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from docs.generate.everything import write_all

write_all(Path(sys.argv[1]))
