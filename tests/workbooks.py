"""Small Excel workbooks, written by hand, for tests."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_xml(rows: Sequence[Sequence[str]], *, texts: list[str] | None = None) -> str:
    """Numbers as numbers; texts inline, or in the workbook's table when a list for it is given."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{chr(65 + place)}{number}", value, texts) for place, value in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    )


def _cell(place: str, value: str, texts: list[str] | None) -> str:
    if not value:
        return ""
    if value.replace(".", "").replace("E", "").isdigit():
        return f'<c r="{place}"><v>{value}</v></c>'
    if texts is None:
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    texts.append(value)
    return f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>'


def write(path: Path, rows: Sequence[Sequence[str]], *, shared: bool = True) -> Path:
    texts: list[str] | None = [] if shared else None
    xml = sheet_xml(rows, texts=texts)
    with ZipFile(path, "w", ZIP_DEFLATED) as book:
        if texts is not None:
            items = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
            book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{items}</sst>')
        book.writestr("xl/worksheets/sheet1.xml", xml)
    return path
