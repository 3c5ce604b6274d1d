"""Reports: how long each stage takes, what becomes of requests and calls, and why promises were broken."""

from datetime import date, timedelta
from typing import NamedTuple

from flask import Response, abort, g, render_template, request

from intake.db import transaction
from intake.services import audit, office, reports
from intake.services.reports import By, Days, Leg, Report, Split
from intake.services.staff import actor
from intake.views.console import charts, report_words, rota_words, words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.csv_file import csv_response
from intake.views.public.site import settings

SPANS = {7: "7 days", 28: "28 days", 91: "13 weeks", 366: "12 months"}
_USUAL = 28
_WINDOW = ("First day", "Last day", "Time zone of the days")


class _Asked(NamedTuple):
    days: Days
    split: Split
    span: int

    @property
    def address(self) -> dict[str, object]:
        """The query that asks for the same again."""
        return {"days": self.span, "of": self.split.leg, "by": self.split.by}


@blueprint.get("/reports")
def show_reports() -> str:
    asked, found = _found()
    known = [seconds for times in found.legs.values() for seconds in times.percentiles or ()]
    grouped = [seconds for one in found.groups for seconds in one.times.percentiles or ()]
    return render_template(
        "console/reports/reports.html", report=found, asked=asked, spans=SPANS, say=report_words, words=words,
        axes={"times": charts.Axis.over(known), "groups": charts.Axis.over(grouped)}, width=charts.width,
    )  # fmt: skip


@blueprint.get("/reports/<table>.csv")
def report_file(table: str) -> Response:
    """One table; every row names the days it is about, and their time zone."""
    asked, found = _found()
    tables = report_words.tables(found, asked.split)
    if table not in tables:
        abort(404)
    with transaction() as session:
        audit.note(session, actor(me().id), "report.exported", "report", table, now=g.now, days=asked.span)
    header, rows = tables[table]
    first, last = str(asked.days.first), str(asked.days.last)
    name = f"{asked.split.leg}-by-{asked.split.by}" if table == "groups" else table
    window = (first, last, asked.days.zone)
    return csv_response(f"{name}-{first}-to-{last}", [*header, *_WINDOW], [[*row, *window] for row in rows])


def _found() -> tuple[_Asked, Report]:
    with transaction() as session:
        hours = office.current(session, settings().organisation).office
        asked = _asked(rota_words.today(hours), hours.zone)
        return asked, reports.report(session, asked.days, asked.split)


def _asked(today: date, zone: str) -> _Asked:
    """What the address asks for; the usual days, stretch and grouping for anything else."""
    span = next((days for days in SPANS if str(days) == request.args.get("days")), _USUAL)
    leg, by = request.args.get("of", ""), request.args.get("by", "")
    split = Split(Leg(leg) if leg in set(Leg) else Leg.WAITED, By(by) if by in set(By) else By.KIND)
    return _Asked(Days(today - timedelta(days=span - 1), today, zone), split, span)
