"""The documents a family keeps: their words as data, which of them fit, the page and the PDF."""
