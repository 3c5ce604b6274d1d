"""Text in a cell that no spreadsheet runs: Excel, LibreOffice and Google Sheets take some as a formula."""

Cell = str | int | float | None

# In full-width letters too (OWASP, CSV injection). An apostrophe before it makes the cell text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_SPACES = " \u00a0\u3000\ufeff\u200b"


def safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run gets an apostrophe; numbers of our own stay numbers."""
    return safe_text(cell) if isinstance(cell, str) else cell


def safe_text(text: str) -> str:
    return f"'{text}" if text.lstrip(_SPACES).startswith(_FORMULA) else text
