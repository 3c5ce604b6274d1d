"""`/metrics` for Prometheus, read from PostgreSQL at each scrape: the same whichever web process answers.

Only for who shows METRICS_TOKEN as a bearer token; without one set there is no such page.
"""

import hmac
from collections.abc import Iterator, Mapping

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from intake.db import transaction
from intake.services import vitals
from intake.services.vitals import Vitals
from intake.views.public.site import settings

blueprint = Blueprint("metrics", __name__)

READY_BUCKETS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0)


@blueprint.get("/metrics")
def metrics() -> Response:
    _refuse_strangers()
    with transaction() as session:
        found = vitals.read(session)
    registry = CollectorRegistry()
    registry.register(Seen(found))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _refuse_strangers() -> None:
    """A stranger is told that there is no such page."""
    token = settings().metrics_token
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(shown.encode(), token.encode()):
        abort(404)


class Seen(Collector):
    """One look as metric families."""

    def __init__(self, found: Vitals) -> None:
        self.found = found

    def collect(self) -> Iterator[Metric]:
        found = self.found
        yield _labelled("advocate_work_due", "Rows of work past their time", "queue", found.due)
        ages = {queue: age or 0.0 for queue, age in found.oldest_due.items()}
        yield _labelled("advocate_work_oldest_due_seconds", "Age of the oldest row due", "queue", ages)
        for name, (said, value) in self._plain().items():
            yield GaugeMetricFamily(name, said, value=value)
        claim = {"0.5": found.claim[0], "0.95": found.claim[1]}
        said = "From due to begun, over five minutes"
        yield _labelled("advocate_work_claim_seconds", said, "quantile", claim)
        yield _labelled("advocate_part_silent_seconds", "Since a part's last word", "part", found.parts)
        said = "Since a canary came back through a queue"
        yield _labelled("advocate_canary_age_seconds", said, "queue", found.canary)
        if found.backup is not None:
            yield GaugeMetricFamily(
                "advocate_backup_age_seconds", "Since the last backup", value=found.backup
            )
        yield self._ready()

    def _plain(self) -> dict[str, tuple[str, float]]:
        found = self.found
        return {
            "advocate_work_leased": ("Rows with a worker or on their way", found.leased),
            "advocate_work_parked": ("Rows that wait for a supervisor", found.parked),
            "advocate_work_created_per_minute": ("Rows that came in the last minute", found.created),
            "advocate_work_finished_per_minute": ("Rows done in the last minute", found.finished),
            "advocate_mail_unknown": ("Mails of unknown fate", found.unknown),
            "advocate_reply_oldest_seconds": ("Age of the oldest unread reply", found.oldest_reply or 0.0),
            "advocate_leads_unready": ("Requests a minute old without what they are owed", found.unready),
            "advocate_calls_waiting": ("Calls in the queue", found.calls_waiting),
            "advocate_calls_late": ("Calls past the time that was promised", found.calls_late),
        }

    def _ready(self) -> HistogramMetricFamily:
        ready = self.found.ready
        buckets = [(str(most), float(sum(seconds <= most for seconds in ready))) for most in READY_BUCKETS]
        return HistogramMetricFamily(
            "advocate_lead_ready_seconds",
            "From the request to match, call and guide, of the last hour's leads",
            buckets=[*buckets, ("+Inf", float(len(ready)))],
            sum_value=sum(ready),
        )


def _labelled(
    name: str, said: str, label: str, values: Mapping[str, float | None] | Mapping[str, int]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=[label])
    for key, value in values.items():
        if value is not None:
            family.add_metric([key], value)
    return family
