"""Sphinx: Chinese first; the reference is made from the code before the pages are read."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import haochaping  # noqa: E402 - needs the path above

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "好差评 haochaping"
author = "haochaping contributors"
project_copyright = "haochaping contributors, Apache-2.0"
version = release = haochaping.__version__
language = "zh_CN"

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "plans", "generate"]
html_theme = "furo"
html_title = "好差评 haochaping"
html_static_path = ["_static"]
html_css_files = ["chinese.css"]
html_copy_source = False
html_show_sphinx = False
nitpicky = True


_CHINESE = r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
_BROKEN = re.compile(f"(?<={_CHINESE})\n {{0,4}}(?={_CHINESE})")


def _without_gaps(_app: Sphinx, _page: str, source: list[str]) -> None:
    """A line break between two Chinese characters is no space; browsers would show one."""
    source[0] = _BROKEN.sub("", source[0])


def setup(app: Sphinx) -> None:
    """Make the generated pages, so that they are as new as the code."""
    app.connect("source-read", _without_gaps)
    from docs.generate.everything import write_all  # noqa: PLC0415 - needs the path above

    write_all(ROOT / "docs" / "reference" / "generated")
