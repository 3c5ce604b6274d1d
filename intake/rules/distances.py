"""Distances as people say them: rounded, and never more exact than they are."""

from intake.language import gettext, ngettext


def about_miles(miles: float) -> int:
    """Round for people: to 1 mile below 10, to 5 below 100, else to 10."""
    step = 1 if miles < 10 else 5 if miles < 100 else 10
    return step * int(miles / step + 0.5)


def distance_text(miles: float) -> str:
    """ "less than 1 mile", "about 1 mile", "about 120 miles"."""
    if miles < 1:
        return gettext("less than 1 mile")
    near = about_miles(miles)
    return ngettext("about %(miles)s mile", "about %(miles)s miles", near, miles=f"{near:,}")
