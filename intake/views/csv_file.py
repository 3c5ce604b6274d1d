"""Tables as CSV files that are safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

Cell = str | int | float | None

# A cell that begins with one of these is a formula to Excel, LibreOffice or Google Sheets, in full-width
# letters too (OWASP, CSV injection). An apostrophe before it makes the cell text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_SPACES = " \u00a0\u3000\ufeff\u200b"


def safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run gets an apostrophe; numbers of our own stay numbers."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.lstrip(_SPACES).startswith(_FORMULA) else cell


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A download called `name`.csv. UTF-8 with a mark, so that Excel reads the letters."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([safe(cell) for cell in header])
    writer.writerows([[safe(cell) for cell in row] for row in rows])
    body = out.getvalue().encode("utf-8-sig")
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(body, mimetype="text/csv", headers=headers)
