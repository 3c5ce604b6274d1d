"""Reports: how long each stage takes, what becomes of requests and calls, and why promises were broken."""

from datetime import date, timedelta
from typing import NamedTuple

from flask import Response, abort, g, render_template, request

from intake.db import transaction
from intake.services import audit, office, reports
from intake.services.reports import By, Days, Report
from intake.services.staff import actor
from intake.views.console import charts, report_words, rota_words, words
from intake.views.console.blueprint import blueprint
from intake.views.console.policy import me
from intake.views.csv_file import csv_response
from intake.views.public.site import settings

SPANS = {7: "7 days", 28: "28 days", 91: "13 weeks", 366: "12 months"}
_USUAL = 28


class _Asked(NamedTuple):
    days: Days
    by: By
    span: int


@blueprint.get("/reports")
def show_reports() -> str:
    asked, found = _found()
    return render_template(
        "console/reports/reports.html", report=found, asked=asked, spans=SPANS, say=report_words, words=words,
        by=asked.by, charts=_charts(found, asked.by), size=charts, names=report_words.BY,
    )  # fmt: skip


@blueprint.get("/reports/<table>.csv")
def report_file(table: str) -> Response:
    asked, found = _found()
    tables = report_words.tables(found, asked.by)
    if table not in tables:
        abort(404)
    with transaction() as session:
        audit.note(session, actor(me().id), "report.exported", "report", table, now=g.now, days=asked.span)
    header, rows = tables[table]
    name = f"{table}-by-{asked.by}" if table == "groups" else table
    return csv_response(f"{name}-{asked.days.first}-to-{asked.days.last}", header, rows)


def _found() -> tuple[_Asked, Report]:
    with transaction() as session:
        hours = office.current(session, settings().organisation).office
        asked = _asked(rota_words.today(hours), hours.zone)
        return asked, reports.report(session, asked.days, asked.by)


def _asked(today: date, zone: str) -> _Asked:
    """What the address asks for; the usual days and grouping for anything else."""
    span = next((days for days in SPANS if str(days) == request.args.get("days")), _USUAL)
    by = request.args.get("by", "")
    return _Asked(
        Days(today - timedelta(days=span - 1), today, zone), By(by) if by in set(By) else By.KIND, span
    )


def _charts(found: Report, by: By) -> dict[str, object]:
    legs = [(report_words.LEGS[leg][0], times) for leg, times in found.legs.items() if times.percentiles]
    groups = [(report_words.group(one.key, by), one.waited) for one in found.groups if one.waited.percentiles]
    reached = {step.name: step.count for step in found.funnel}
    return {
        "times": charts.time_chart(
            [(label, times.percentiles or (), report_words.times(times)[1]) for label, times in legs]
        ),
        "groups": charts.time_chart(
            [(label, times.percentiles or (), report_words.times(times)[1]) for label, times in groups]
        ),
        "funnel": charts.bar_chart(
            [(report_words.FUNNEL[name], count, f"{count:,}") for name, count in reached.items()]
        ),
        "outcomes": charts.bar_chart(
            [(words.outcome(code), count, f"{count:,}") for code, count in found.outcomes]
        ),
    }
