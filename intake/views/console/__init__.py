"""The advocates' console. Every route has its roles in `policy.ROLES`."""

from intake.views.console import (
    calendar,
    calls,
    confirm,
    doctor_edit,
    doctor_merge,
    doctor_places,
    doctors,
    guidance,
    links,
    me,
    people,
    queue,
    receipts,
    sign_in,
    team,
    work,
)
from intake.views.console.blueprint import blueprint

__all__ = [
    "blueprint",
    "calendar",
    "calls",
    "confirm",
    "doctor_edit",
    "doctor_merge",
    "doctor_places",
    "doctors",
    "guidance",
    "links",
    "me",
    "people",
    "queue",
    "receipts",
    "sign_in",
    "team",
    "work",
]
