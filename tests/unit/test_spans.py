"""What of a trace may leave, and that nothing is loaded or sent where no collector is named."""

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from intake import tracing
from intake.errors import ConfigError
from intake.spans import Clean, Spans


class _Wanting:
    traces_url = "http://127.0.0.1:4318/v1/traces"


def test_a_span_leaves_without_addresses_tokens_and_the_words_of_an_error() -> None:
    kept = InMemorySpanExporter()
    spans = Spans(SimpleSpanProcessor(Clean(kept)), "web")
    private: dict[str, str | int] = {
        "url.path": "/s/a-family-s-link", "http.target": "/s/a-family-s-link?x=1", "net.peer.ip": "192.0.2.7",
        "http.user_agent": "Mozilla", "http.route": "/s/<token>", "http.status_code": 500,
        "db.statement": "SELECT id FROM lead WHERE diagnosis = 'pleural' AND phone = %(phone)s",
    }  # fmt: skip
    with pytest.raises(ValueError, match="Rosa"):
        _fail(spans, private)
    (left,) = kept.get_finished_spans()
    assert dict(left.attributes or {}) == {
        "http.route": "/s/<token>",
        "http.status_code": 500,
        "db.statement": "SELECT id FROM lead WHERE diagnosis = ? AND phone = %(phone)s",
    }
    assert (left.events, left.status.description) == ((), None)
    assert not left.status.is_ok


def _fail(spans: Spans, attributes: dict[str, str | int]) -> None:
    with spans.tracer.start_as_current_span("GET /s/<token>") as span:
        span.set_attributes(attributes)
        raise ValueError("Rosa has pleural mesothelioma")


def test_work_that_nobody_asked_for_starts_no_trace_in_a_worker() -> None:
    kept = InMemorySpanExporter()
    web, worker = (Spans(SimpleSpanProcessor(kept), part) for part in ("web", "worker"))
    with worker.step("seal_audit", None):
        pass
    assert kept.get_finished_spans() == ()
    with web.step("POST", None):
        carried = web.carried()
    with worker.step("match_lead", carried):
        pass
    first, second = kept.get_finished_spans()
    assert second.parent is not None
    assert first.context is not None
    assert second.parent.span_id == first.context.span_id


def test_nothing_is_carried_and_no_header_is_sent_where_traces_are_off() -> None:
    with tracing.step("relay match_lead", under=None) as headers:
        assert headers == {}
    assert tracing.carried() is None


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "intake.spans", None)
    with pytest.raises(ConfigError, match=r"requirements/traces\.txt"):
        tracing.start(_Wanting(), "web")  # type: ignore[arg-type]


def test_no_instrumentation_is_loaded_unless_asked_for() -> None:
    """redis-py loads the SDK by itself where it finds one; that is not ours to say."""
    ours = "import intake.application, workers.base, workers.relay, workers.mailings.outgoing, sys\n"
    names = "('intake.spans', 'opentelemetry.exporter', 'opentelemetry.instrumentation')"
    seen = f"print([name for name in sys.modules if name.startswith({names})])"
    done = subprocess.run([sys.executable, "-c", ours + seen], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
