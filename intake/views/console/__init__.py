"""The advocates' console. Every route has its roles in `policy.ROLES`."""

from intake.views.console import (
    calendar,
    calls,
    doctor_edit,
    doctor_merge,
    doctor_places,
    doctors,
    guidance,
    people,
    queue,
    sign_in,
    work,
)
from intake.views.console.blueprint import blueprint

__all__ = [
    "blueprint",
    "calendar",
    "calls",
    "doctor_edit",
    "doctor_merge",
    "doctor_places",
    "doctors",
    "guidance",
    "people",
    "queue",
    "sign_in",
    "work",
]
