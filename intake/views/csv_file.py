"""Tables as CSV files that are safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

from intake.rules.spreadsheets import Cell, safe

__all__ = ["Cell", "csv_response", "safe"]


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A download called `name`.csv. UTF-8 with a mark, so that Excel reads the letters."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([safe(cell) for cell in header])
    writer.writerows([[safe(cell) for cell in row] for row in rows])
    body = out.getvalue().encode("utf-8-sig")
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(body, mimetype="text/csv", headers=headers)
