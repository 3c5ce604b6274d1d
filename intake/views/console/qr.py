"""A QR code as SVG inside the page: no picture file, no script, nothing that a proxy could keep."""

import qrcode
from markupsafe import Markup

_QUIET = 4


def qr_svg(text: str) -> Markup:
    """One path of squares; white ground and quiet zone included, so that dark pages scan too."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make()
    rows = code.get_matrix()
    side = len(rows) + 2 * _QUIET
    dark = "".join(
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on
    )
    return Markup(
        f'<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="QR code for the code app">'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{dark}"/></svg>'
    )
