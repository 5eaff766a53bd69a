"""What the fuzzers start from: a folder of files for each parser, gone through first in each run, then bent at random.

`HAOCHAPING_FUZZ=100000` tries so many bent ones instead of a few; whatever breaks a parser then is left in its folder as
`found`, to be given a name and kept.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    type Try = Callable[[bytes], object]

_FOLDER = Path(__file__).with_name("corpus")
_FEW = 60
_MANY = int(os.environ.get("HAOCHAPING_FUZZ", "0"))
# What has broken parsers elsewhere, and what means something to one of ours.
_TOKENS = (
    *(b"", b"\0", b" ", b"null", b'" "', b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\\u0000"),
    *("测试".encode(), "测试".encode("gb18030"), "𠮷".encode("gb18030"), "\u202e".encode(), b"5"),
    *(b"9" * 5_000, b"-1", b"1e999", b"NaN", b"Infinity", b"0x1", b"2024-02-30", b"0000-00-00", b"9" * 13),
    *(b"{", b"}", b"[", b"]", b'"', b"'", b",", b":", b"&", b"=", b"%", b"%00", b"%ZZ", b"+", b"|", b"\\", b"\n", b"\r"),
    *(b"<", b">", b"</Case>", b"<a/>", b"<![CDATA[", b"&amp;", b"&#0;", b"&#xD800;", b"<!DOCTYPE a>", b"<?x?>"),
    *(b"[[", b'"""', b"'''", b"1979-05-27", b"true", b"inf", b"{a=1}", b"a.b.c = 1\n", b"[a.b]\n"),
    *(b"[" * 3_000, b'{"a":' * 3_000, b"<a>" * 3_000, b"a=[" * 300),
)  # fmt: skip


def seeds(parser: str) -> list[bytes]:
    """The kept inputs of a parser, the smallest first."""
    found = [file.read_bytes() for file in sorted((_FOLDER / parser).iterdir()) if file.is_file()]
    assert found, parser
    return sorted(found, key=len)


def fuzzed(
    parser: str,
    attempt: Try,
    *,
    few: int = _FEW,
    bend: Callable[[list[bytes]], st.SearchStrategy[bytes]] | None = None,
) -> None:
    """Try all kept inputs, then bent ones; the attempt raises for what must not be."""
    kept = seeds(parser)
    for data in kept:
        attempt(data)

    @settings(
        max_examples=_MANY or few,
        derandomize=not _MANY,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given((bend or bent)(kept))
    def tried(data: bytes) -> None:
        try:
            attempt(data)
        except Exception:
            if _MANY:
                (_FOLDER / parser / "found").write_bytes(data)
            raise

    tried()


@st.composite
def bent(draw: st.DrawFn, kept: list[bytes]) -> bytes:
    """One of the kept inputs with a few pieces cut out, doubled, exchanged, or put in; seldom anything at all."""
    if draw(st.integers(0, 15)) == 0:
        return draw(st.binary(max_size=200))
    data = draw(st.sampled_from(kept))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 12)))
        match draw(st.integers(0, 5)):
            case 0:
                data = data[:at] + data[end:]
            case 1:
                data = data[:end] + data[at:]
            case 2 if at < len(data):
                data = data[:at] + bytes([data[at] ^ (1 << draw(st.integers(0, 7)))]) + data[at + 1 :]
            case 3:
                other = draw(st.sampled_from(kept))
                data = data[:at] + other[draw(st.integers(0, len(other))) :]
            case _:
                data = data[:at] + draw(st.sampled_from(_TOKENS)) + data[end:]
    return data
