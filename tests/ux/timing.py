"""When the largest part of a page is painted on a slow phone, what moves after it, and what it weighs."""

import gzip
import statistics
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page, Response

RUNS = 5
# Slow 4G: 1.6 megabits a second, 150 ms there and back; a phone with a quarter of this machine's speed.
_NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_SLOWER = 4

_PAINTED = """() => new Promise(done => {
  let largest = 0, shift = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) largest = e.startTime; })
    .observe({type: 'largest-contentful-paint', buffered: true});
  new PerformanceObserver(list => { for (const e of list.getEntries()) shift += e.value; })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done([largest, shift]), 400);
})"""


@dataclass(frozen=True)
class Timing:
    """`painted` in ms, the median of RUNS cold loads; `shift` the worst; `weight` in bytes, compressed."""

    painted: float
    shift: float
    weight: int


def timed(context: BrowserContext, path: str) -> Timing:
    """Each run with an empty cache; the cookies of the context are kept."""
    painted, shifts, weight = [], [], 0
    for _ in range(RUNS):
        page = context.new_page()
        _throttle(page)
        answers: list[Response] = []

        def keep(answer: Response, kept: list[Response] = answers) -> None:
            kept.append(answer)

        page.on("response", keep)  # not the list's own method: Playwright marks what it is given
        page.goto(path)
        largest, shift = page.evaluate(_PAINTED)
        painted.append(largest)
        shifts.append(shift)
        weight = sum(len(gzip.compress(answer.body(), 9)) for answer in answers if answer.ok)
        page.close()
    return Timing(round(statistics.median(painted)), round(max(shifts), 3), weight)


def _throttle(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.send("Network.emulateNetworkConditions", _NETWORK)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
