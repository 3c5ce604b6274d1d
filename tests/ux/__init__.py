"""`make ux`: every public page and state in a browser, measured, as one table."""
