"""What stands in the bar: a few pages that are always one press away, and the others in menus."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import g

from intake.services.staff import Role
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import may_open


class Page(NamedTuple):
    endpoint: str
    text: str


class Group(NamedTuple):
    """Pages under one word; with one page alone it is that page's link."""

    name: str
    pages: Sequence[Page]


_BAR = (
    Group("Queue", (Page("console.queue", "Queue"),)),
    Group("Find", (Page("console.find", "Find"),)),
    Group("Board", (Page("console.show_board", "Board"),)),
    Group("Reports", (Page("console.show_reports", "Reports"),)),
    Group("For the supervisor", (Page("console.work", "For the supervisor"),)),
    Group(
        "Team",
        (
            Page("console.team", "Team"),
            Page("console.calendar", "Calendar"),
            Page("console.people", "Staff"),
        ),
    ),
    Group(
        "Directory",
        (
            Page("console.doctors", "Doctors"),
            Page("console.to_verify", "To verify"),
            Page("console.guidance", "Guidance"),
        ),
    ),
    Group(
        "Mail and post",
        (
            Page("console.series", "Mail"),
            Page("console.letter_queue", "Letters"),
            Page("console.all_documents", "Documents"),
            Page("console.deletion_list", "Deletions"),
        ),
    ),
)


@blueprint.app_template_global()
def bar_groups() -> Iterator[Group]:
    """Only what this member of staff may open. An admin has no queue."""
    for group in _BAR:
        pages = [page for page in group.pages if _shown(page.endpoint)]
        if pages:
            yield Group(group.name, pages)


def _shown(endpoint: str) -> bool:
    if endpoint == "console.queue" and g.staff.role == Role.ADMIN:
        return False
    return may_open(g.staff, endpoint)
