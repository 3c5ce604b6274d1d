"""One trace from the form to the mail, as a collector sees it: no person, no illness, no link's right."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.collector import Collector, collecting
from tests.journeys.test_main_way import ask_for_doctors, delivered, zip_where_it_is_day
from tests.product import Product, running, wait_until

ADDRESS = "dana.traced@family.example"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(scope="module")
def traced(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    home = tmp_path_factory.mktemp("traced") / "home"
    with running(home, ADVOCATE_TRACES_URL=collector.url) as product:
        yield product


def test_one_trace_leads_from_the_form_to_the_mail(
    traced: Product, collector: Collector, browser: Browser
) -> None:
    page = browser.new_page(base_url=traced.url, java_script_enabled=False)
    ask_for_doctors(page, zip_code=zip_where_it_is_day(), address=ADDRESS)
    page.get_by_role("link", name="See my page").click()
    token = page.url.rpartition("/")[2]
    page.close()
    assert wait_until(lambda: len(delivered(traced, ADDRESS)) == 1, 40)
    assert wait_until(lambda: "hand over a mail" in {span.name for span in collector.spans}, 20)
    time.sleep(6)  # batches of five seconds
    sent = next(span for span in collector.spans if span.name == "hand over a mail")
    names = {(span.part, span.name) for span in collector.spans if span.trace == sent.trace}
    assert ("advocate-web", "POST /doctor-match/check") in names
    assert ("advocate-relay", "relay match_lead") in names
    assert {("advocate-worker", f"run/{task}") for task in ("match_lead", "schedule_callback")} <= names
    for part in ("web", "worker"):
        assert any(one == f"advocate-{part}" and name.startswith("SELECT") for one, name in names), names
    _says_nothing_of_anybody(collector, token)


def _says_nothing_of_anybody(collector: Collector, token: str) -> None:
    said = collector.raw.decode("utf-8", errors="replace")
    for private in (ADDRESS, "Dana", "7135550142", "555-0142", token, "pleural", "127.0.0.1"):
        assert private not in said, private
    assert re.search(r"/s/<token>", said)
    assert not [span.name for span in collector.spans if span.name.startswith("run/send_canary")]
