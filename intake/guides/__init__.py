"""The guide a family keeps: its words as data, which of them fit, and the PDF."""
