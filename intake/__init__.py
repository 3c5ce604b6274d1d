"""Advocate Desk: what people see, what is stored, and the rules that both sides share."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from intake.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Build the web application. Flask is imported here, so that workers never load it."""
    from intake.application import build

    return build(settings)
