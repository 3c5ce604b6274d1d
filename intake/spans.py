"""OpenTelemetry's standard instrumentations, and what of their spans may leave this machine.

Only `intake.tracing` imports this, and only where ADVOCATE_TRACES_URL is set. A span leaves with the
attributes that are named here and no others: no address, no header, no token, no parameter, and of an
error its kind alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.redis import RedisInstrumentor
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from opentelemetry.trace import Status
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import Engine

_TRACE = TraceContextTextMapPropagator()
_CARRIED = "traceparent"
# By their older and their newer names. Statements carry placeholders; quoted text in them is taken out.
_KEPT = frozenset(
    {
        "http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code",
        "db.system", "db.system.name", "db.operation", "db.statement", "db.query.text",
        "celery.action", "celery.task_name", "celery.state", "error.type",
    }
)  # fmt: skip
_STATEMENTS = frozenset({"db.statement", "db.query.text"})
_QUOTED = re.compile(r"'(?:[^']|'')*'")
# Asked every few seconds by machines.
_NOT_WATCHED = "/healthz$,/readyz$,/metrics$,/static/"


class Spans:
    """The spans of one process. Work that no family asked for starts no trace, but in the web."""

    def __init__(self, processor: SpanProcessor, part: str) -> None:
        sampler = ParentBased(root=ALWAYS_ON if part == "web" else ALWAYS_OFF)
        self.provider = TracerProvider(
            sampler=sampler, resource=Resource({"service.name": f"advocate-{part}"}), shutdown_on_exit=True
        )
        self.provider.add_span_processor(processor)
        self.tracer = self.provider.get_tracer("advocate")

    def carried(self) -> str | None:
        headers: dict[str, str] = {}
        _TRACE.inject(headers)
        return headers.get(_CARRIED)

    @contextmanager
    def step(self, name: str, under: str | None) -> Iterator[dict[str, str]]:
        parent = _TRACE.extract({_CARRIED: under}) if under else None
        with self.tracer.start_as_current_span(name, context=parent):
            headers: dict[str, str] = {}
            _TRACE.inject(headers)
            yield headers

    def watch(self, engine: Engine) -> None:
        # It names SQLAlchemy below 2.1 and works with it; tests/journeys/test_traces.py sees its spans.
        SQLAlchemyInstrumentor().instrument(engine=engine, tracer_provider=self.provider, skip_dep_check=True)

    def watch_web(self, app: Any) -> None:
        FlaskInstrumentor().instrument_app(app, tracer_provider=self.provider, excluded_urls=_NOT_WATCHED)
        RedisInstrumentor().instrument(tracer_provider=self.provider)

    def watch_worker(self) -> None:
        CeleryInstrumentor().instrument(tracer_provider=self.provider)


class Clean(SpanExporter):
    """Hands on what may leave."""

    def __init__(self, target: SpanExporter) -> None:
        self.target = target

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self.target.export([cleaned(span) for span in spans])

    def shutdown(self) -> None:
        self.target.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return bool(self.target.force_flush(timeout_millis))


def exported(url: str, part: str) -> Spans:
    """Spans that go to an OTLP collector at `url` (http/protobuf), in batches, beside the work."""
    return Spans(BatchSpanProcessor(Clean(OTLPSpanExporter(endpoint=url))), part)


def cleaned(span: ReadableSpan) -> ReadableSpan:
    """The span without events and links, whose texts may repeat what somebody typed."""
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_allowed(span.attributes or {}),
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _allowed(attributes: Mapping[str, object]) -> dict[str, object]:
    kept = {name: value for name, value in attributes.items() if name in _KEPT}
    for name in _STATEMENTS & kept.keys():
        kept[name] = _QUOTED.sub("?", str(kept[name]))
    return kept
