"""Files of dialects that platforms speak: of one that cannot be read no message is taken until it is mended."""

from __future__ import annotations

from gettext import gettext

from django.conf import settings

from haochaping.exchange import queries as exchange
from haochaping.exchange.dialects import shelf
from haochaping.exchange.dialects.file import BadDialect


def unreadable() -> list[str]:
    """What is wrong with them, a sentence each."""
    names = sorted({source.dialect for source in exchange.sources()})
    return [sentence for name in names for sentence in _faults(name)]


def _faults(name: str) -> list[str]:
    try:
        found = shelf.dialect(name, settings.DIALECTS_DIR)
    except BadDialect as bad:
        return [gettext(one.reason.message).format(**one.params) for one in bad.complaints]
    return [] if found else [gettext("There is no file {name}.toml.").format(name=name)]
