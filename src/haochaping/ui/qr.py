"""QR codes as SVG, without scripts or outside images."""

from __future__ import annotations

import io

import segno


def svg(text: str) -> str:
    """A QR code of the text as an SVG element that scales with its surroundings."""
    out = io.BytesIO()
    # Never a Micro QR code: most phones cannot read one.
    segno.make_qr(text, error="m").save(
        out, kind="svg", xmldecl=False, svgclass="qr", lineclass=None, omitsize=True
    )
    return out.getvalue().decode()
