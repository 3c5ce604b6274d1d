"""Bring doctors and centres in from public files, row by row, without losing what people checked."""
